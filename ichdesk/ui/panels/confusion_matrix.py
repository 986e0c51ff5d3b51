"""Panel: which class the model mistakes for which."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.matrix_view import MatrixView

_HINT = "Point at a cell, or use the arrow keys, to read it as a sentence."


@PANELS.register("confusion_matrix")
class ConfusionMatrixPanel(Panel):
    """Counts of test images: row = class, column = prediction."""

    title = "Confusion matrix"
    order = 20
    help_text = (
        "Each row is the true class of the test images, each column what the model called them, "
        "and each cell counts images. Correct answers lie on the diagonal from top left to bottom "
        "right. A bleed that the model called normal stands in the row of the bleed and the "
        "column of normal: a missed finding."
    )
    empty_text = "Train a model to see which classes it mixes up."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.matrix = MatrixView(theme)
        self.sentence = CaptionLabel(_HINT)
        self.sentence.setMinimumHeight(4 * GRID_PX)  # two lines, so nothing jumps
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.matrix.cell_changed.connect(lambda text: self.sentence.say(text or _HINT))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self.matrix)
        layout.addWidget(self.sentence)

    @property
    def picture_height_px(self) -> int:
        """Without the sentence, which speaks to the pointer."""
        return self.matrix.height()

    def refresh(self, view: RunView | None) -> bool:
        """Show the test counts so far."""
        if view is None or view.run.confusion is None:
            return False
        self.matrix.show_counts(view.run.confusion, view.names)
        return True
