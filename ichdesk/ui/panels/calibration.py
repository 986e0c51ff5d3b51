"""Panel: whether the model is right as often as it says it is sure."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ichdesk.core.calibration import (
    CalibrationBin,
    answers_of,
    calibration_bins,
    expected_calibration_error,
)
from ichdesk.core.notes import counted
from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.reliability_plot import ReliabilityPlot

_HINT = "Point at a dot, or use the arrow keys, to read it."
_NO_SCALING = (
    "Nothing is corrected here: temperature scaling would have to learn from images that are in "
    "neither the training nor the test, and learned from the test images it would flatter itself."
)


@PANELS.register("calibration")
class CalibrationPanel(Panel):
    """Share of right answers over the confidence of the answers, in ten bins."""

    title = "Calibration"
    order = 70
    help_text = (
        "Answers of the model on test images, sorted by how sure it said it was, in steps of 10 %. "
        "Dots on the diagonal are honest: of the answers given with 80 %, 80 % are right; below it "
        "the model is too sure of itself. The bars are 95 % intervals, and with few images they "
        "are so long that next to nothing can be said."
    )
    empty_text = "Train a model to see whether it is as often right as it is sure."
    waiting_text = "This fills in when training has ended."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.diagram = ReliabilityPlot(theme)
        self.summary = CaptionLabel()
        self.remark = CaptionLabel(_NO_SCALING)
        self.sentence = CaptionLabel(_HINT)
        self.diagram.dot_changed.connect(lambda text: self.sentence.say(text or _HINT))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        for widget in (self.diagram, self.summary, self.remark, self.sentence):
            layout.addWidget(widget)

    @property
    def picture_height_px(self) -> int:
        """Without the sentence, which speaks to the pointer."""
        return self.remark.geometry().bottom() + 1

    def refresh(self, view: RunView | None) -> bool:
        """Show the answers on the test images."""
        answers = answers_of(view.run) if view else None
        if answers is None:
            return False
        bins = calibration_bins(*answers)
        self.diagram.show_bins(bins, tuple(_bin_text(each) for each in bins))
        self.summary.say(_summary(bins))
        return True


def _bin_text(each: CalibrationBin) -> str:
    low, high = each.interval
    return (
        f"Sure at {100 * each.low:.0f} to {100 * each.high:.0f} %, "
        f"{100 * each.confidence:.0f} % on average: {each.correct:,} of "
        f"{counted(each.n, 'answer')} right = {each.accuracy:.2f} "
        f"(95 % interval {low:.2f} to {high:.2f})"
    )


def _summary(bins: tuple[CalibrationBin, ...]) -> str:
    n = sum(each.n for each in bins)
    confidence = sum(each.n * each.confidence for each in bins) / n
    correct = sum(each.correct for each in bins)
    return (
        f"Expected calibration error {expected_calibration_error(bins):.2f} "
        f"({counted(n, 'test image')}, 10 bins): how far confidence and accuracy lie apart on "
        f"average. The model was sure at {confidence:.2f} and right in {correct / n:.2f}. "
        "With few images, chance alone makes such an error."
    )
