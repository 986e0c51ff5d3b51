"""Trainings that differ from a run in nothing but the seed, and how people are told of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ichdesk.core.notes import counted
from ichdesk.core.results import repeats_result, repeats_text


@dataclass(frozen=True, slots=True)
class Repeat:
    """A training with this seed got `correct` of `tested` test images right."""

    seed: int
    correct: int
    tested: int

    @property
    def accuracy(self) -> float | None:
        """None where no image was held out."""
        return self.correct / self.tested if self.tested else None


def mean_text(repeats: Sequence[Repeat]) -> str:
    """Mean and spread: "0.760 ± 0.097 (mean ± standard deviation, 10 runs)"; "" for none."""
    known = _accuracies(repeats)
    return repeats_text(repeats_result(known)) if known else ""


def range_text(repeats: Sequence[Repeat]) -> str:
    """Worst and best: "Between 0.60 and 0.90 over 10 seeds, 10 test images each"; "" for none."""
    known = _accuracies(repeats)
    if not known:
        return ""
    seeds, low, high = counted(len(known), "seed"), f"{min(known):.2f}", f"{max(known):.2f}"
    shares = f"Always {low}" if low == high else f"Between {low} and {high}"
    return f"{shares} over {seeds}, {_tested_text(repeats)} each"


def _accuracies(repeats: Sequence[Repeat]) -> list[float]:
    return [repeat.accuracy for repeat in repeats if repeat.accuracy is not None]


def _tested_text(repeats: Sequence[Repeat]) -> str:
    """Whole patients that are held out bring now more and now fewer images."""
    numbers = {repeat.tested for repeat in repeats if repeat.tested}
    most = counted(max(numbers), "test image")
    return most if len(numbers) == 1 else f"{min(numbers):,} to {most}"
