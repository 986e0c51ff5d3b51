"""What the window of runs says: of one run, of what differs, and of the images that changed."""

from collections.abc import Sequence

from ichdesk.core.notes import counted
from ichdesk.core.results import accuracy_text
from ichdesk.core.run import TrainingRun
from ichdesk.core.run_book import KeptRun
from ichdesk.core.run_comparison import Obstacle, RunComparison, data_change
from ichdesk.core.split_facts import BY_PATIENT, BY_SLICE, BY_TEST_SET
from ichdesk.ui.run_comparison import (
    differing_settings,
    may_be_chance,
    p_text,
    setting_words,
    verdict_text,
)

TITLE = "Runs"
HELP = (
    "Every training that ends well is kept here and in the .ichdesk file, the last 20 of them. "
    "Tick two to see what was different and which test images changed sides: McNemar's test asks "
    "whether chance alone would change so many more in one direction. A run with a name or a note "
    "is kept longest. “Compare a model…” asks another model, of ICHDesk or exported from Teachable "
    "Machine, about the test images of the run in use and puts its answers beside the runs. Images "
    "that it was trained on make it look better than it is."
)
NO_RUNS = (
    "There is no run yet. Train a model; then change one setting, train again, and compare the "
    "two runs here."
)
ONE_RUN = (
    "There is one run. Change a setting or the images and train again; then the two stand side "
    "by side here."
)
TICK_TWO = "Tick two runs in the list above to see them side by side."
NOTE_HINT = "What you tried and what you saw. No patient data: notes are saved in the file."
IN_USE = "This run is in use, with its settings."
TRAINING = "A training is running; wait until it has ended."
NOT_TRAINED = "These are the answers of another model; there is nothing to restore."
CANNOT_REMOVE = "The run in use stays; restore another run first."
_OTHER_MODEL = "another model"
_SPLITS = {BY_PATIENT: "by patient", BY_SLICE: "by slice", BY_TEST_SET: "fixed test set"}
_OBSTACLES = {
    Obstacle.OTHER_CLASSES: (
        "The two runs tell other classes apart, so their answers cannot be compared."
    ),
    Obstacle.NO_TEST: "Neither run held out an image for testing, so there is nothing to compare.",
    Obstacle.NO_COMMON_IMAGE: (
        "The two runs were tested on different images, so their answers cannot be compared. With "
        "the same split and the same seed they would be tested on the same ones."
    ),
    Obstacle.NOT_KEPT: (
        "The answers to the single images were not kept with one of the runs, so that only their "
        "totals can be compared."
    ),
}


def upper(text: str) -> str:
    """With a capital letter first."""
    return text[:1].upper() + text[1:]


def when_text(kept: KeptRun) -> str:
    """When a run was trained, in the time of this computer."""
    return f"{kept.trained.astimezone():%d %b %Y, %H:%M}" if kept.trained else "not known"


def when_cell(kept: KeptRun) -> str:
    """The same without the year, for a table."""
    return f"{kept.trained.astimezone():%d %b, %H:%M}" if kept.trained else "not known"


def accuracy_cell(run: TrainingRun) -> str:
    """Test accuracy with its n and 95 % interval, for a table."""
    counts, interval = run.test_correct, run.test_interval
    if counts is None or interval is None:
        return "no test image"
    return f"{counts[0]:,} of {counts[1]:,} = {counts[0] / counts[1]:.2f} ({_range(interval)})"


def images_cell(run: TrainingRun) -> str:
    """How many images it learned from and was tested on, and how they were split."""
    if run.origin:
        return f"{_total(run.test):,}, {split_words(run)}"
    return f"{_total(run.train):,} + {_total(run.test):,}, {split_words(run)}"


def split_words(run: TrainingRun) -> str:
    """By what the test images were chosen."""
    return _SPLITS[run.split.by] if run.split else "split not known"


def unequal_settings(runs: Sequence[TrainingRun]) -> tuple[str, ...]:
    """Of the settings of each run, what is not the same in all of them, in words."""
    words = [() if run.origin else setting_words(run.config) for run in runs]
    unequal = [len(set(same)) > 1 for same in zip(*filter(None, words), strict=True)]
    return tuple(
        ", ".join(said for said, is_shown in zip(row, unequal, strict=True) if is_shown)
        if row
        else _OTHER_MODEL
        for row in words
    )


def run_lines(kept: KeptRun) -> str:
    """Result and data of one run, line by line."""
    run = kept.run
    images = f"{counted(_total(run.train), 'training image')}, " + counted(
        _total(run.test), "test image"
    )
    how = f"{images}, {split_words(run)}; trained {when_text(kept)}"
    if run.origin:
        tested = counted(_total(run.test), "test image")
        how = f"{_OTHER_MODEL}; {tested}, {split_words(run)}; asked {when_text(kept)}"
    return f"Test accuracy {accuracy_text(run)}\n{how}"


def differences_text(a: KeptRun, b: KeptRun) -> str:
    """What is different in settings and data, line by line."""
    lines = _setting_lines(a.run, b.run)
    added, removed = data_change(a.run, b.run)
    if not added and not removed:
        lines.append("The images are the same.")
    if removed:
        lines.append(f"{counted(removed, 'image')} of A {_are(removed)} not in B.")
    if added:
        lines.append(f"{counted(added, 'image')} of B {_are(added)} not in A.")
    return "\n".join(lines)


def _setting_lines(a: TrainingRun, b: TrainingRun) -> list[str]:
    others = [side for side, run in (("A", a), ("B", b)) if run.origin]
    if others:
        return [f"{' and '.join(others)}: answers of another model, whose training is not known."]
    differing = differing_settings(a.config, b.config)
    return [f"A: {old}; B: {new}" for old, new in differing] or ["The settings are the same."]


def difference_text(facts: RunComparison) -> str:
    """How much better B is, with its n and interval; "" if there is nothing to pair."""
    paired = facts.paired
    if paired.difference is None or paired.interval is None:
        return ""
    images = counted(paired.n, "test image")
    on = f"On the same {images}" if facts.same_images else f"On the {images} of both runs"
    gain = paired.only_b - paired.only_a
    way = "as often right as A" if not gain else "more often right" if gain > 0 else "less often"
    how = f"right on {abs(gain):,} {'more' if gain > 0 else 'fewer'} than A" if gain else way
    return (
        f"{on}, B is {how}: difference in accuracy {_signed(paired.difference)} "
        f"(95 % interval {_signed(paired.interval[0])} to {_signed(paired.interval[1])})."
    )


def sides_text(facts: RunComparison) -> str:
    """How many images changed sides, and whether that may be chance; or why that is not known."""
    if facts.obstacle is not None:
        return _OBSTACLES[facts.obstacle]
    paired = facts.paired
    if not paired.only_a + paired.only_b:
        return f"Both are right and wrong on the same images (n = {paired.n:,})."
    return (
        f"Right only in B: {paired.only_b:,}; right only in A: {paired.only_a:,}; right in both: "
        f"{paired.both:,}; in neither: {paired.neither:,}. {verdict_text(paired.p)} "
        f"(exact McNemar test, p {p_text(paired.p)})."
    )


def caution_text(facts: RunComparison) -> str:
    """What to bear in mind about the figures above; "" if nothing."""
    parts = []
    if facts.answers and not facts.same_images:
        a, b = facts.tested
        parts.append(
            f"A was tested on {counted(a, 'image')} and B on {b:,}; only the {facts.common:,} that "
            "both were tested on can be compared one by one. “Lock the last split” in the Edit "
            "menu lets all further runs be tested on the same images."
        )
    if facts.shares_patients:
        parts.append(
            "Several of these images are of one patient. They are not independent, so p and "
            "interval promise more than they can keep."
        )
    if _disagree(facts):
        parts.append(
            "The interval leaves out 0 although the test finds no evidence: with so few images "
            "that changed sides the two need not agree, and the test is the more careful one."
        )
    return " ".join(parts)


def _disagree(facts: RunComparison) -> bool:
    interval = facts.paired.interval
    leaves_out_0 = interval is not None and not interval[0] <= 0 <= interval[1]
    return leaves_out_0 and may_be_chance(facts.paired.p)


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _signed(value: float) -> str:
    """With a sign that is as wide as a plus."""
    text = f"{abs(value):.2f}"
    return text if float(text) == 0 else f"{'+' if value > 0 else '−'}{text}"


def _range(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"


def _total(rows: Sequence[Sequence[int]]) -> int:
    return sum(map(len, rows))
