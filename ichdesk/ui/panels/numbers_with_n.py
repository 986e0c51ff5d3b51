"""Panel: every number about the model with the images it rests on and how uncertain that is."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from ichdesk.core.evaluation import ClassFigures, Evaluation, Figure, LastEvaluation
from ichdesk.core.operating_point import likely_positive
from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_text import intervals_text
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import BODY_PX, GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.fields import ChoiceField
from ichdesk.ui.widgets.interval_bar import IntervalBar
from ichdesk.ui.widgets.wheel_guard import guard_wheel

_HEADINGS = ("NUMBER", "VALUE", "n", "95 % CI")
_OVERALL = ("Accuracy", "Balanced accuracy")
_OF_CLASS = ("Sensitivity", "Specificity", "PPV", "NPV", "F1", "AUC")
_DASH = "–"


@PANELS.register("numbers_with_n")
class NumbersWithNPanel(Panel):
    """Accuracies of all classes, and six numbers of a chosen class against all others."""

    title = "Numbers with their n"
    order = 50
    help_text = (
        "Each number comes with the test images it rests on (n) and a bar from 0 to 1 that shows "
        "its 95 % confidence interval (CI): “5 of 5” is 1.00, but the true value may well be 0.6. "
        "Balanced accuracy gives every class the same weight; sensitivity, specificity, the "
        "predictive values (PPV, NPV), F1 and the area under the ROC curve (AUC) take one class "
        "against all others. PPV and NPV hold only where the class is as frequent as among these "
        "test images."
    )
    empty_text = "Train a model to see its numbers and how far to trust them."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.class_choice = ChoiceField(theme)
        self.class_choice.setAccessibleName("Class against all others")
        guard_wheel(self.class_choice)
        self.caption = CaptionLabel()
        self._names: tuple[str, ...] = ()
        self._last = LastEvaluation()
        self._found: Evaluation | None = None
        self._lay_out()
        self.class_choice.currentIndexChanged.connect(self._show)

    def refresh(self, view: RunView | None) -> bool:
        """Show the figures so far; what does not change is not computed again."""
        self._found = self._last.of(view.run if view else None)
        if view is None or self._found is None:
            return False
        self._offer(view.names)
        self.caption.say(intervals_text(view.run, by_patient=self._found.by_patient))
        self._show()
        return True

    def table_rows(self) -> list[list[str]]:
        """All numbers of all classes, headings first."""
        rows = [["Class", "Number", "Value", "n", "Counted", "95 % CI from", "to", "Remark"]]
        if self._found is None:
            return rows
        overall = (self._found.accuracy, self._found.balanced_accuracy)
        rows += [_record("", *row) for row in zip(_OVERALL, overall, strict=True)]
        for name, figures in zip(self._names, self._found.classes, strict=True):
            rows += [_record(name, *row) for row in zip(_OF_CLASS, _six(figures), strict=True)]
        return rows

    def _offer(self, names: tuple[str, ...]) -> None:
        index = self.class_choice.currentIndex()
        if len(names) != len(self._names):
            index = likely_positive(names)
        self._names = names
        with QSignalBlocker(self.class_choice):
            shown = [(" ".join(name.split()), number) for number, name in enumerate(names)]
            self.class_choice.offer([*shown], index)

    def _show(self) -> None:
        if self._found is None:
            return
        figures = [self._found.accuracy, self._found.balanced_accuracy]
        figures += _six(self._found.classes[self.class_choice.currentIndex()])
        for row, figure in zip(self.rows, figures, strict=True):
            row.show_figure(figure)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID_PX)
        grid.setVerticalSpacing(3 * GRID_PX // 4)
        grid.setColumnStretch(0, 1)
        for column, text in enumerate(_HEADINGS):
            grid.addWidget(_label(text, SMALL_PX, column), 0, column)
        self.rows = [_Row(grid, name, self.theme) for name in _OVERALL]
        choice = QHBoxLayout()
        choice.setSpacing(GRID_PX)
        choice.addWidget(QLabel("One class against all others:"))
        choice.addWidget(self.class_choice, 1)
        grid.addLayout(choice, grid.rowCount(), 0, 1, len(_HEADINGS))
        self.rows += [_Row(grid, name, self.theme) for name in _OF_CLASS]
        grid.addWidget(self.caption, grid.rowCount(), 0, 1, len(_HEADINGS))


class _Row:
    """A number in words and, below, as a bar or as the reason why there is none."""

    def __init__(self, grid: QGridLayout, name: str, theme: Theme) -> None:
        self.name = name
        self.labels = [_label("", BODY_PX, column) for column in range(len(_HEADINGS))]
        self.bar = IntervalBar(theme)
        self.reason = CaptionLabel()
        self._shown: Figure | None = None
        row = grid.rowCount()
        for column, label in enumerate(self.labels):
            grid.addWidget(label, row, column)
        for widget in (self.bar, self.reason):
            grid.addWidget(widget, row + 1, 0, 1, len(_HEADINGS))

    def show_figure(self, figure: Figure) -> None:
        """Show another figure."""
        if figure == self._shown:
            return
        self._shown = figure
        texts = (self.name, *_texts(figure))
        for label, text in zip(self.labels, texts, strict=True):
            label.setText(text)
        self.reason.say(figure.reason)
        self.bar.setVisible(not figure.reason)
        self.bar.show_interval(figure.value, figure.interval)
        said = f"{texts[0]} {texts[1]}, n {texts[2]}, 95 % interval {texts[3]}"
        self.bar.setAccessibleName(said)


def _label(text: str, size_px: int, column: int) -> QLabel:
    label = QLabel(text)
    label.setFont(ui_font(size_px))
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    label.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return label


def _six(figures: ClassFigures) -> list[Figure]:
    return list(figures.named().values())


def _texts(figure: Figure) -> tuple[str, str, str]:
    n = f"{figure.n:,}" if figure.hits is None else f"{figure.hits:,} of {figure.n:,}"
    if figure.value is None or figure.interval is None:
        return _DASH, _DASH, _DASH
    low, high = figure.interval
    return f"{figure.value:.2f}", n, f"{low:.2f}–{high:.2f}"


def _record(of_class: str, name: str, figure: Figure) -> list[str]:
    numbers = (figure.value, *(figure.interval or (None, None)))
    value, low, high = ("" if number is None else f"{number:.4f}" for number in numbers)
    hits = "" if figure.hits is None else str(figure.hits)
    return [of_class, name, value, str(figure.n), hits, low, high, figure.reason]
