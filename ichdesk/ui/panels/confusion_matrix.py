"""Panel: which class the model mistakes for which."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.matrix_view import MatrixView

_HINT = (
    "Point at a cell, or use the arrow keys, to read it as a sentence. Click, or press Enter, to "
    "see its images."
)


@PANELS.register("confusion_matrix")
class ConfusionMatrixPanel(Panel):
    """Test images, row = class, column = prediction, as counts or as percents of the row."""

    title = "Confusion matrix"
    order = 20
    help_text = (
        "Each row is the true class of the test images, each column what the model called them; "
        "a cell counts images, or says which share of its row they are. Correct answers lie on "
        "the diagonal from top left to bottom right. A bleed that the model called normal stands "
        "in the row of the bleed and the column of normal: a missed finding, one click away."
    )
    empty_text = "Train a model to see which classes it mixes up."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._class_ids: tuple[int, ...] = ()
        self.matrix = MatrixView(theme)
        self.sentence = CaptionLabel(_HINT)
        self.sentence.setMinimumHeight(4 * GRID_PX)  # two lines, so nothing jumps
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.counts_button = _switch("Counts", "Cells count images")
        self.percent_button = _switch("Row percent", "Cells say which share of their row they are")
        self.errors_button = QPushButton("All errors")
        self.errors_button.setProperty("role", "link")
        self.errors_button.setToolTip("Show every test image that the model called wrong")
        self.gallery_button = QPushButton("Gallery…")
        self.gallery_button.setProperty("role", "link")
        self.gallery_button.setToolTip("Show all test images, a column for each true class")
        self.counts_button.setChecked(True)
        group = QButtonGroup(self)
        for button in (self.counts_button, self.percent_button):
            group.addButton(button)
        self.percent_button.toggled.connect(self.matrix.show_percents)
        self.matrix.told.connect(lambda text: self.sentence.say(text or _HINT))
        self.matrix.cell_opened.connect(self._on_opened)
        self.errors_button.clicked.connect(lambda: self.images_requested.emit(None))
        self.gallery_button.clicked.connect(lambda: self.companion_requested.emit("gallery"))
        self._lay_out()

    @property
    def picture_height_px(self) -> int:
        """Without the sentence, which speaks to the pointer, and without the buttons."""
        return self.matrix.height()

    def table_rows(self) -> list[list[str]]:
        """Counts, a row for each class; percents follow from them."""
        return self.matrix.table()

    def refresh(self, view: RunView | None) -> bool:
        """Show the test counts so far."""
        if view is None or view.run.confusion is None:
            return False
        self._class_ids = view.run.class_ids
        self.matrix.show_counts(view.run.confusion, view.names)
        return True

    def _on_opened(self, row: int, column: int) -> None:
        self.images_requested.emit((self._class_ids[row], self._class_ids[column]))

    def _lay_out(self) -> None:
        buttons = QGridLayout()  # all of them side by side are wider than the panel may be
        buttons.setSpacing(GRID_PX // 2)
        buttons.setColumnStretch(2, 1)
        buttons.addWidget(self.counts_button, 0, 0)
        buttons.addWidget(self.percent_button, 0, 1)
        buttons.addWidget(self.errors_button, 1, 0)
        buttons.addWidget(self.gallery_button, 1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self.matrix)
        layout.addWidget(self.sentence)
        layout.addLayout(buttons)


def _switch(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "option")
    button.setText(text)
    button.setToolTip(tip)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
