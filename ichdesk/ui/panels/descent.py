"""Panel: the way that a training takes down its loss, and those of other learning rates."""

from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from ichdesk.core.run import TrainingRun, is_done
from ichdesk.session.observations import Sight, Wish
from ichdesk.session.session import Session
from ichdesk.ui.descent.descent_figure import DescentFigure
from ichdesk.ui.descent.observe_bar import ObserveBar
from ichdesk.ui.descent.ways import OWN, Figure, Picture
from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.fields import ChoiceField
from ichdesk.ui.widgets.wheel_guard import guard_wheel

_PLACE = "descent"
_PLANES: list[tuple[str, object]] = [
    ("through the path of this run", "run"),
    ("through all three paths", "rates"),
    ("along two random directions", "random"),
]
_FACTORS: list[tuple[str, object]] = [
    (f"{factor} times less and more", f"{factor}") for factor in (3, 10, 30, 100, 300)
]
_FACTOR = "100"
_PROMISE = (
    "Trains the run once more, and with a smaller and a larger learning rate, and measures the "
    "loss around its path. This takes some seconds."
)
_HEADINGS = (
    "Learning rate",
    "Epoch",
    "x",
    "y",
    "Training loss",
    "Test loss",
    "Training accuracy",
    "Test accuracy",
)


@PANELS.register("descent")
class DescentPanel(Panel):
    """A map of the loss with three ways on it, and their curves."""

    title = "Gradient descent"
    order = 85
    help_text = (
        "Training changes many thousand weights, in each step a little downhill; the map cuts "
        "through all their settings and shows how wrong the model would be with them, dark for "
        "little. The dots are this run, epoch by epoch. Too small a learning rate hardly leaves "
        "the start, too large a one leaps over the valley."
    )
    empty_text = "Train a model to see the path that it took down its loss."
    waiting_text = "This can be shown when training has ended."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._run: TrainingRun | None = None
        self._seen: Sight | None = None
        self._picture: Picture | None = None
        self.figure: DescentFigure | None = None  # made when there is something to see
        self.plane_choice = ChoiceField(theme)
        self.plane_choice.setAccessibleName("The map lies")
        self.plane_choice.offer(_PLANES, "run")
        self.factor_choice = ChoiceField(theme)
        self.factor_choice.setAccessibleName("Other learning rates")
        self.factor_choice.offer(_FACTORS, _FACTOR)
        self.promise = CaptionLabel(_PROMISE)
        self.bar = ObserveBar(theme, _PLACE, "Show the descent", "epochs", self._wish)
        self._lay_out()

    @property
    def picture_height_px(self) -> int:
        """The figure without the controls below it."""
        if self.figure is None or not self.figure.isVisible():
            return self.height()
        return self.figure.geometry().bottom() + 1

    def take_session(self, session: Session) -> None:
        """Ask its worker."""
        self.bar.take(session)

    def table_rows(self) -> list[list[str]]:
        """Each epoch of each rate, headings first."""
        rows = [list(_HEADINGS)]
        for _, way in sorted(self._picture.ways.items() if self._picture else ()):
            places = {int(epoch): (x, y) for epoch, x, y in way.path.tolist()}
            for figures in way.figures.tolist():
                epoch = int(figures[0])
                numbers = (*places.get(epoch, ("", "")), *(figures[column] for column in Figure))
                rows.append([way.rate_text, f"{epoch}", *map(_number_text, numbers)])
        return rows

    def refresh(self, view: RunView | None) -> bool:
        """Show what has come of the last wish."""
        if view is None or not is_done(view.run):
            self._forget()
            return False
        self._run = view.run
        self.bar.refresh()
        sight = self.bar.sight
        if sight is None:
            self._forget()
        elif sight is not self._seen:
            self._seen = sight
            self._show(Picture.of(sight.arrays))
        return True

    def _show(self, picture: Picture) -> None:
        if picture.ground is None or OWN not in picture.ways or self._run is None:
            return  # what was seen before stays until there is something new
        self._picture = picture
        if self.figure is None:
            self.figure = DescentFigure(self.theme)
            self._column.insertWidget(0, self.figure)
        self.figure.show_picture(picture, sum(map(len, self._run.test)))
        self.figure.show()
        self.promise.hide()

    def _forget(self) -> None:
        self._seen = self._picture = None
        self.promise.show()
        if self.figure is not None:
            self.figure.hide()

    def _on_chosen(self) -> None:
        """What is shown becomes what is chosen; the first time waits for the button."""
        sight = self.bar.sight
        if sight is not None and sight.wish.options != self._wish().options:
            self.bar.ask()

    def _wish(self) -> Wish:
        plane, factor = self.plane_choice.currentData(), self.factor_choice.currentData()
        return Wish("descent", {"plane": plane, "factor": factor})

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID_PX)
        grid.setVerticalSpacing(GRID_PX)
        grid.setColumnStretch(1, 1)
        fields = (("Map", self.plane_choice), ("Other rates", self.factor_choice))
        for row, (text, field) in enumerate(fields):
            label = QLabel(text)
            label.setBuddy(field)
            guard_wheel(field)
            field.activated.connect(self._on_chosen)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID_PX)
        self._column.addWidget(self.promise)
        self._column.addLayout(grid)
        self._column.addWidget(self.bar)


def _number_text(number: float | str) -> str:
    return number if isinstance(number, str) else f"{number:.6g}"
