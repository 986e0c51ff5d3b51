"""What the window says about a training run, in words a radiologist reads."""

from ichdesk.core.notes import counted
from ichdesk.core.run import RunPhase, TrainingRun

SMALL_TEST_SET = 30
STALE_TEXT = "Out of date: images or settings have changed since training"
_TOGETHER = "Images of one patient are alike, and the intervals are wider for it."
_APART = (
    "The intervals take every image as independent; if several are of one patient, "
    "the truth is less certain than they say."
)
_MIN_OBSERVED_S = 0.4  # an estimate from less than this jumps about


def phase_text(run: TrainingRun) -> str:
    """What an active run is doing."""
    if run.phase is RunPhase.FEATURES:
        return f"Computing features {run.done:,} of {run.total:,}"
    if run.phase is RunPhase.TRAINING:
        epoch = min(run.done + 1, run.config.epochs)
        return f"Training, epoch {epoch:,} of {run.config.epochs:,}"
    return "Starting"


def remaining_text(run: TrainingRun, now_s: float) -> str:
    """How long the current phase still takes, or nothing while that is a guess."""
    remaining_s = run.remaining_s(now_s)
    if remaining_s is None or now_s - run.phase_started_s < _MIN_OBSERVED_S:
        return ""
    return f"about {duration_text(remaining_s)} left"


def duration_text(seconds: float) -> str:
    """A duration at the precision that matters to someone who waits."""
    if seconds < 1.5:
        return "1 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"


def accuracy_text(run: TrainingRun) -> str:
    """Test accuracy with its n and interval, or why there is none; "" before the first epoch."""
    counts, interval = run.test_correct, run.test_interval
    if counts is None:
        return ""
    correct, n = counts
    if interval is None:
        return "No image was held out for testing, so the accuracy is not known."
    low, high = interval
    return (
        f"Test accuracy {correct:,} of {n:,} = {correct / n:.2f} "
        f"(95 % interval {low:.2f} to {high:.2f})"
    )


def caution_text(run: TrainingRun) -> str:
    """One honest sentence when there are too few test images to say much."""
    counts = run.test_correct
    if counts is None or not 0 < counts[1] < SMALL_TEST_SET:
        return ""
    n = counts[1]
    if n == 1:
        return "A single test image says next to nothing: the interval is as wide as it gets."
    return (
        f"With only {n} test images the interval is wide: "
        f"one more or fewer correct image changes the accuracy by {1 / n:.2f}."
    )


def intervals_text(run: TrainingRun, *, by_patient: bool) -> str:
    """What intervals that do or do not know the patients make of them; "" if each has one image."""
    if by_patient:
        return _TOGETHER
    tested = sum(map(len, run.test))
    one_each = run.split is not None and run.split.patients_test == tested
    return "" if one_each else _APART


def ending_text(run: TrainingRun) -> str:
    """How a run ended if it did not end well."""
    if run.phase is RunPhase.FAILED:
        return f"Training stopped. {run.error or 'The reason is not known; train again.'}"
    if run.phase is RunPhase.CANCELLED:
        epochs = f"{len(run.history):,} of {counted(run.config.epochs, 'epoch')}"
        return f"Training was canceled after {epochs}; there is no model. Train again to get one."
    return ""


def image_counts_text(run: TrainingRun) -> str:
    """How many images the figures rest on."""
    test = counted(sum(map(len, run.test)), "test image")
    return f"{test}, {counted(sum(map(len, run.train)), 'training image')}"
