"""Panel: how many test images of each class the model recognizes."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from ichdesk.core.evaluation import Figure, LastEvaluation
from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import BODY_PX, GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.elided_label import ElidedLabel

_HEADINGS = ("CLASS", "ACCURACY", "# SAMPLES", "95 % CI")
_DASH = "–"
_LINE_ROWS = 2  # every row of text is followed by a line


@PANELS.register("accuracy_per_class")
class AccuracyPerClassPanel(Panel):
    """A table: class, accuracy, number of test samples, 95 % interval."""

    title = "Accuracy per class"
    order = 10
    help_text = (
        "For each class: of the test images that truly belong to it, the share the model got "
        "right, and how many there were. For “Hemorrhage” this is the sensitivity; for “Normal” "
        "the specificity. The 95 % confidence interval (CI) shows how far the true "
        "value may lie from it, and "
        "with few images it is wide."
    )
    empty_text = "Train a model to see how well it knows each class."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID_PX)
        self._grid.setVerticalSpacing(GRID_PX)
        self._grid.setColumnStretch(0, 1)
        self._rows: list[tuple[QLabel, ...]] = []
        self._lines: list[QFrame] = []
        self._last = LastEvaluation()
        self._add_row(_HEADINGS)
        theme.changed.connect(self._apply_theme)
        self._apply_theme()

    def refresh(self, view: RunView | None) -> bool:
        """Fill the table from the test counts so far."""
        found = self._last.of(view.run if view else None)
        if view is None or found is None:
            return False
        rows = found.classes
        self._resize(len(rows))
        for labels, name, row in zip(self._rows[1:], view.names, rows, strict=True):
            for label, text in zip(labels, _texts(name, row.sensitivity), strict=True):
                if label.text() != text:
                    label.setText(text)
        return True

    def texts(self) -> list[list[str]]:
        """The table as it stands, headings first."""
        return [[label.text() for label in row] for row in self._rows]

    def _resize(self, classes: int) -> None:
        while len(self._rows) - 1 < classes:
            self._add_row(("", "", "", ""))
        while len(self._rows) - 1 > classes:
            for widget in (*self._rows.pop(), self._lines.pop()):
                self._grid.removeWidget(widget)
                widget.deleteLater()

    def _add_row(self, texts: tuple[str, ...]) -> None:
        row = len(self._rows) * _LINE_ROWS
        heading = row == 0
        labels: tuple[QLabel, ...] = tuple(
            ElidedLabel(text) if column == 0 else QLabel(text) for column, text in enumerate(texts)
        )
        for column, label in enumerate(labels):
            label.setFont(ui_font(SMALL_PX if heading else BODY_PX))
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            label.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(label, row, column)
        line = QFrame()
        line.setFixedHeight(1)
        self._grid.addWidget(line, row + 1, 0, 1, len(texts))
        self._rows.append(labels)
        self._lines.append(line)
        self._style(line)

    def _style(self, line: QFrame) -> None:
        line.setStyleSheet(f"background: {self.theme.palette.line};")

    def _apply_theme(self) -> None:
        for line in self._lines:
            self._style(line)


def _texts(name: str, accuracy: Figure) -> tuple[str, str, str, str]:
    if accuracy.value is None:
        return name, _DASH, "0", _DASH
    low, high = accuracy.interval or (0.0, 1.0)
    return name, f"{accuracy.value:.2f}", f"{accuracy.n:,}", f"{low:.2f}–{high:.2f}"
