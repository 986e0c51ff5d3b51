"""How a run's samples were split, what that does to its test accuracy, and how people are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ichdesk.core.notes import counted
from ichdesk.core.samples import Sample

BY_SLICE, BY_PATIENT, BY_TEST_SET = "slice", "patient", "test set"
RULES = (BY_SLICE, BY_PATIENT, BY_TEST_SET)
_ONE_SIDE = "keep all images of a patient on one side and train again"
MAX_COPIES = 100  # listed; the others are only counted


@dataclass(frozen=True, slots=True)
class NearCopy:
    """A test image and the training image that it is nearly the same as.

    Attributes:
        label: Class of the test image; `position` in its samples, from 0.
        of_label: Class of the training image; `of_position` in its samples.
    """

    label: int
    position: int
    of_label: int
    of_position: int


@dataclass(frozen=True, slots=True)
class SplitFacts:
    """What is to be known of a split besides who is on which side.

    Attributes:
        by: Whether single slices (`BY_SLICE`) or whole patients (`BY_PATIENT`) were held out, or
            nothing, as there is a fixed test set (`BY_TEST_SET`).
        patients_train: Patients with a training image; those on both sides count here, too.
        patients_test: Patients with a test image, likewise.
        patients_both: Patients on both sides, none of a split by patient.
        without_patient: Images that do not say of whom they are.
        copies: Test images that are nearly the same as a training image, at most `MAX_COPIES`.
        copies_total: How many of them there are.
    """

    by: str = BY_SLICE
    patients_train: int = 0
    patients_test: int = 0
    patients_both: int = 0
    without_patient: int = 0
    copies: tuple[NearCopy, ...] = ()
    copies_total: int = 0

    @staticmethod
    def of(
        by: str,
        samples: Sequence[Sequence[Sample]],
        train: Sequence[Sequence[int]],
        test: Sequence[Sequence[int]],
    ) -> "SplitFacts":
        """Count patients on both sides; near copies are found by whoever has the pictures.

        Args:
            by: The rule.
            samples: Of each class.
            train: Positions in each class's samples.
            test: Likewise.
        """
        learned, held = _patients(samples, train), _patients(samples, test)
        known, others = set(learned) - {None}, set(held) - {None}
        unknown = learned.count(None) + held.count(None)
        return SplitFacts(by, len(known), len(others), len(known & others), unknown)


def split_rule(split: str, samples: Iterable[Sample]) -> str:
    """What a setting of `TrainConfig.split` comes down to.

    A fixed test set leaves nothing to split; without patients, it is by slice.
    """
    has_patients = False
    for sample in samples:
        if sample.is_test:
            return BY_TEST_SET
        has_patients = has_patients or sample.patient is not None
    return BY_PATIENT if has_patients and split != BY_SLICE else BY_SLICE


def split_text(facts: SplitFacts) -> str:
    """The rule in a line: "Split by patient: 14 patients train, 3 test"."""
    everybody = facts.patients_train + facts.patients_test - facts.patients_both
    if facts.by != BY_PATIENT:
        both = f": {facts.patients_both:,} of {counted(everybody, 'patient')} on both sides"
        rule = "Split by slice" if facts.by == BY_SLICE else "Fixed test set, never trained on"
        return f"{rule}{both if everybody else ''}"
    text = (
        f"Split by patient: {counted(facts.patients_train, 'patient')} train, "
        f"{facts.patients_test:,} test"
    )
    if not facts.without_patient:
        return text
    return f"{text}; {counted(facts.without_patient, 'image')} of unknown patients one by one"


def shared_patients_text(facts: SplitFacts, remedy: str) -> str | None:
    """A warning that the model was tested on patients whom it had learned, or None.

    Args:
        facts: Of the split.
        remedy: What to do, such as "choose Split: By patient under Advanced".
    """
    if not facts.patients_both:
        return None
    are = "is" if facts.patients_both == 1 else "are"
    sides = "the split"
    if facts.by == BY_TEST_SET:
        sides, remedy = "the fixed test set", _ONE_SIDE
    return (
        f"{counted(facts.patients_both, 'patient')} {are} on both sides of {sides}, so the test "
        f"accuracy is likely too good; {remedy}."
    )


def copies_text(facts: SplitFacts, remedy: str) -> str | None:
    """A warning that the model was tested on copies of what it had learned, or None.

    Args:
        facts: Of the split.
        remedy: What to do where the copies may be slices of one patient.
    """
    if not facts.copies_total:
        return None
    many = facts.copies_total > 1
    if not facts.patients_both:
        remedy = "keep one of each and train again"
    elif facts.by == BY_TEST_SET:
        remedy = _ONE_SIDE
    return (
        f"{counted(facts.copies_total, 'test image')} {'are' if many else 'is'} nearly the same as "
        f"{'training images' if many else 'a training image'} (copies, or neighboring slices), so "
        "the test accuracy is likely too good; "
        f"{remedy}."
    )


def copies_details(facts: SplitFacts, names: Sequence[str]) -> tuple[str, ...]:
    """One line per near copy; images are counted from 1, as in the window."""
    lines = [
        f"{names[copy.label]}, image {copy.position + 1:,} is nearly the same as "
        f"{names[copy.of_label]}, image {copy.of_position + 1:,}."
        for copy in facts.copies
    ]
    if more := facts.copies_total - len(facts.copies):
        lines.append(f"So are {more:,} more.")
    return tuple(lines)


def untested_text(facts: SplitFacts, names: Sequence[str], test: Sequence[object]) -> str | None:
    """A sentence on classes without a test image: of few patients, or forgotten in a test set."""
    untested = [f"“{name}”" for name, rows in zip(names, test, strict=True) if not rows]
    if facts.by == BY_SLICE or not untested:
        return None
    if facts.by == BY_TEST_SET:
        return (
            f"The fixed test set has no image of {' and '.join(untested)} that can be read, so "
            "nothing is known of how the model does there; add some."
        )
    return (
        f"No patient of {' and '.join(untested)} could be held out without leaving a class with "
        "nothing to learn from, so it was not tested; add images of more patients."
    )


def _patients(
    samples: Sequence[Sequence[Sample]], positions: Sequence[Sequence[int]]
) -> list[str | None]:
    return [
        own[position].patient
        for own, chosen in zip(samples, positions, strict=True)
        for position in chosen
    ]
