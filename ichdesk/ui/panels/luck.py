"""Panel: how far the test accuracy goes up and down with nothing but chance."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ichdesk.core.luck import Repeat, mean_text, range_text
from ichdesk.core.notes import counted
from ichdesk.core.run import TrainingRun, is_done
from ichdesk.session.luck import Luck
from ichdesk.session.session import Session
from ichdesk.ui.luck_controls import KINDS, LuckControls
from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.strip_plot import Mark, StripPlot, StripRow

_LESSON = (
    "Training varies with its seed. A finished model on a fixed test set never does: asked again, "
    "it gives the same answers."
)
_HINT = "Point at a dot, or use the arrow keys, to read it."


@PANELS.register("luck")
class LuckPanel(Panel):
    """Test accuracies of the same training with other seeds, beside that of this run."""

    title = "Luck"
    order = 80
    help_text = (
        "Each dot is the same training once more with another seed: with other images held out for "
        "testing, or with the same ones and only another random start. The bar below the dots is "
        "mean ± standard deviation, the dashed line is this run. A difference between two models "
        "that is smaller than this spread may be luck."
    )
    empty_text = "Train a model to see how much of its accuracy is luck."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._luck: Luck | None = None
        self._run: TrainingRun | None = None
        self.strip = StripPlot(theme, "Test accuracy")
        self.summaries = {same: CaptionLabel() for same in KINDS}
        self.this_run = CaptionLabel()
        self.lesson = CaptionLabel(_LESSON)
        self.sentence = CaptionLabel(_HINT)
        self.controls = LuckControls(theme)
        self.strip.told.connect(lambda text: self.sentence.say(text or _HINT))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        summaries = (*self.summaries.values(), self.this_run, self.lesson)
        for widget in (self.strip, *summaries, self.sentence, self.controls):
            layout.addWidget(widget)

    @property
    def picture_height_px(self) -> int:
        """Without the sentence, which speaks to the pointer, and the controls."""
        return self.lesson.geometry().bottom() + 1

    def take_session(self, session: Session) -> None:
        """Repeat its runs."""
        self._luck = session.luck
        self.controls.take(session.luck)

    def table_rows(self) -> list[list[str]]:
        """All trainings, headings first."""
        rows = [["Kind", "Seed", "Correct", "Test images"]]
        if self._luck is None or self._run is None:
            return rows
        own = Repeat(self._run.config.seed, *(self._run.test_correct or (0, 0)))
        found = [("This run", own)]
        found += [(KINDS[same], each) for same in KINDS for each in self._luck.results(same)]
        return rows + [[kind, f"{r.seed}", f"{r.correct}", f"{r.tested}"] for kind, r in found]

    def refresh(self, view: RunView | None) -> bool:
        """Show what has come of the repetitions so far."""
        if self._luck is None or view is None or view.run.test_correct is None:
            return False
        self._run = view.run
        shown = [k for k in KINDS if k or not self._luck.is_test_fixed or self._luck.results(k)]
        rows = [_row(same, self._luck.results(same), view.run) for same in shown]
        own = _own_row(view.run)
        self.strip.show_rows([*rows, own], own.dots[0][0] if own.dots else None)
        for same, label in self.summaries.items():
            label.say(_summary(same, self._luck.results(same)))
        self.this_run.say(f"Dashed line: {own.dots[0][1]}." if own.dots else "")
        self.controls.refresh()
        return True


def _row(same_split: bool, repeats: Sequence[Repeat], run: TrainingRun) -> StripRow:
    """Trainings of one kind, from the worst to the best."""
    shares = [(each.accuracy, each) for each in repeats if each.accuracy is not None]
    ordered = sorted(shares, key=lambda pair: (pair[0], pair[1].seed))
    dots = tuple((share, _dot_text(each, run.config.seed)) for share, each in ordered)
    title = KINDS[same_split]
    if dots:
        title = f"{title}: {counted(len(dots), 'training')}"
    return StripRow(title, dots, "Not tried yet")


def _own_row(run: TrainingRun) -> StripRow:
    """The run itself: its model gives this result however often it is asked."""
    correct, n = run.test_correct or (0, 0)
    if not n:
        return StripRow("This run", (), "No image was held out for testing")
    title = "This run so far"
    if is_done(run):
        title = f"Finished model, asked again: always {correct:,} of {n:,}"
    text = f"this run, seed {run.config.seed}, {correct:,} of {n:,} right = {correct / n:.2f}"
    return StripRow(title, ((correct / n, text),), mark=Mark.DIAMOND)


def _dot_text(repeat: Repeat, own_seed: int) -> str:
    own = ", that of this run" if repeat.seed == own_seed else ""
    share = f"{repeat.correct:,} of {repeat.tested:,} test images right = {repeat.accuracy:.2f}"
    return f"Seed {repeat.seed}{own}: {share}"


def _summary(same_split: bool, repeats: Sequence[Repeat]) -> str:
    if not (mean := mean_text(repeats)):
        return ""
    return f"{KINDS[same_split]}: {mean}. {range_text(repeats)}."
