"""The row above the gallery: which images are listed, in which order, and how classes count."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ichdesk.core.gallery import Choice, Group, Order
from ichdesk.ui.gallery.gallery_text import OTHERS, one_line
from ichdesk.ui.prediction_text import Names
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.fields import ChoiceField
from ichdesk.ui.widgets.icon_button import IconButton

SIZES_PX = {"Small": 64, "Medium": 96, "Large": 128}
FIRST_SIZE = "Medium"
_WITH_SUBTYPES = 3  # classes


class GalleryControls(QWidget):
    """Keeps what was chosen from one run to the next where the classes are the same."""

    changed = Signal()
    size_changed = Signal(int)  # side of the pictures

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said: list[Group] = [()]
        self.errors_button = IconButton(theme, "filter-outline", "Errors only")
        self.errors_button.setProperty("role", "option")
        self.errors_button.setText("Errors only")
        self.errors_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.errors_button.setToolTip("List only images that the model called wrong")
        self.errors_button.setCheckable(True)
        self.order_choice = _field(theme, "Order of the images", 20)
        self.said_choice = _field(theme, "Which answer of the model", 12)
        self.group_choice = _field(theme, "Which classes count as one", 18)
        self.size_choice = _field(theme, "Size of the pictures", 7)
        self.order_choice.offer([(order.value, order.name) for order in Order], Order.WORST.name)
        self.size_choice.offer([*SIZES_PX.items()], SIZES_PX[FIRST_SIZE])
        self._lay_out()
        self.errors_button.toggled.connect(self.changed)
        for field in (self.order_choice, self.said_choice, self.group_choice):
            field.currentIndexChanged.connect(self.changed)
        self.size_choice.currentIndexChanged.connect(
            lambda: self.size_changed.emit(self.size_choice.currentData())
        )

    @property
    def choice(self) -> Choice:
        """Which images are wanted."""
        said = self._said[max(0, self.said_choice.currentIndex())]
        order = Order[self.order_choice.currentData()]
        return Choice(self.errors_button.isChecked(), said, order)

    @property
    def negative(self) -> int | None:
        """Id of the class that is set against all others; None if every class is by itself."""
        chosen = self.group_choice.currentData()
        return chosen if isinstance(chosen, int) else None

    def offer(self, class_ids: Group, names: Names) -> None:
        """Offer the classes of a run; a choice that it does not know falls back to all."""
        known = {class_id: one_line(names[class_id]) for class_id in class_ids}
        negative = self.negative if self.negative in known else None
        groups: list[tuple[str, object]] = [("Every class by itself", None)]
        groups += [(f"{name} against any other", class_id) for class_id, name in known.items()]
        with QSignalBlocker(self.group_choice):
            self.group_choice.offer(groups, negative)
        self.group_choice.setVisible(len(known) >= _WITH_SUBTYPES)
        self._offer_said(known, negative)

    def _offer_said(self, known: Names, negative: int | None) -> None:
        before = self.choice.said
        said: dict[Group, str] = {(): "any class"}
        said |= {(class_id,): name for class_id, name in known.items()}
        if negative is not None:
            others = tuple(class_id for class_id in known if class_id != negative)
            said.setdefault(others, OTHERS.lower())
        self._said = list(said)
        row = self._said.index(before) if before in said else 0
        with QSignalBlocker(self.said_choice):
            texts = (f"Said: {name}" for name in said.values())
            self.said_choice.offer([(text, number) for number, text in enumerate(texts)], row)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        fields = (self.order_choice, self.said_choice, self.group_choice)
        for widget in (self.errors_button, *fields):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(self.size_choice)


def _field(theme: Theme, name: str, characters: int) -> ChoiceField:
    field = ChoiceField(theme)
    field.setAccessibleName(name)
    field.setMinimumContentsLength(characters)
    return field
