"""Panel: whether the model is right as often as it says it is sure."""

from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from ichdesk.core.calibration import (
    Answers,
    CalibrationBin,
    expected_calibration_error,
    fitted_temperature,
)
from ichdesk.core.notes import counted
from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.reliability_plot import ReliabilityPlot

_HINT = "Point at a dot, or use the arrow keys, to read it."
_LEAST_ANSWERS = 4
_SCALING_TIP = (
    "Divide what the model says before it turns it into probabilities by one number, so that it is "
    "as sure as it may be; which class it says stays the same"
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
        self.remark = CaptionLabel()
        self.sentence = CaptionLabel(_HINT)
        self.scaling = QToolButton()
        self.scaling.setProperty("role", "option")
        self.scaling.setText("Temperature scaling")
        self.scaling.setToolTip(_SCALING_TIP)
        self.scaling.setAccessibleDescription(_SCALING_TIP)
        self.scaling.setCheckable(True)
        self.scaling.toggled.connect(self._show)
        self._answers: Answers | None = None
        self._bins: tuple[CalibrationBin, ...] = ()
        self.diagram.told.connect(lambda text: self.sentence.say(text or _HINT))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        for widget in (self.diagram, self.summary, self.remark, self.sentence, self.scaling):
            layout.addWidget(widget)

    @property
    def picture_height_px(self) -> int:
        """Without the sentence, which speaks to the pointer, and the switch."""
        last = self.remark if self.remark.isVisibleTo(self) else self.summary
        return last.geometry().bottom() + 1

    def table_rows(self) -> list[list[str]]:
        """The bins, headings first."""
        rows = [["Confidence from", "to", "Mean confidence", "Correct", "Answers"]]
        return rows + [
            [f"{b.low:.1f}", f"{b.high:.1f}", f"{b.confidence:.4f}", f"{b.correct}", f"{b.n}"]
            for b in self._bins
        ]

    def refresh(self, view: RunView | None) -> bool:
        """Show the answers on the test images."""
        self._answers = Answers.of(view.run) if view else None
        if self._answers is None:
            return False
        self.scaling.setEnabled(len(self._answers) >= _LEAST_ANSWERS)
        self._show()
        return True

    def _show(self) -> None:
        answers, remark = self._answers, ""
        if answers is None:
            return
        if self.scaling.isChecked() and self.scaling.isEnabled():
            fitted_on, shown = answers.halves()
            temperature = fitted_temperature(fitted_on)
            answers = shown.scaled(temperature)
            remark = _scaling_text(temperature, fitted_on, shown, answers)
        self._bins = answers.bins()
        self.diagram.show_bins(self._bins, tuple(_bin_text(each) for each in self._bins))
        self.summary.say(_summary(self._bins))
        self.remark.say(remark)


def _scaling_text(temperature: float, fitted_on: Answers, shown: Answers, after: Answers) -> str:
    before, now = (expected_calibration_error(each.bins()) for each in (shown, after))
    return (
        f"Temperature {temperature:.2f}, found on every second test image ({len(fitted_on):,}). "
        f"Shown are the {len(shown):,} others, since on the images that it was found on it would "
        f"flatter itself: on these the error was {before:.2f} and is {now:.2f} now. "
        "The model itself stays as it is."
    )


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
