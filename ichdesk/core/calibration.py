"""Whether a model that says 80 % is right in 80 % of such answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ichdesk.core.metrics import wilson_interval
from ichdesk.core.run import TrainingRun

BINS = 10

Numbers = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Answers that were about equally sure: `low` < confidence <= `high`.

    Attributes:
        n: How many answers; at least 1.
        correct: How many of them were right.
        confidence: Their mean confidence.
    """

    low: float
    high: float
    n: int
    correct: int
    confidence: float

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return self.correct / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the accuracy."""
        found = wilson_interval(self.correct, self.n)
        assert found is not None
        return found


def answers_of(run: TrainingRun) -> tuple[Numbers, Bools] | None:
    """Confidence of each test image's answer, (N,), and whether it was right, (N,).

    The confidence is the probability of the class that the model said. None if the run's answers
    were not kept or nothing was held out.
    """
    told, sizes = run.test_probabilities, [len(rows) for rows in run.test]
    if told is None or not 0 < len(told) == sum(sizes):
        return None
    truth = np.repeat(np.arange(len(sizes)), sizes)
    return told.max(axis=1).astype(np.float64), told.argmax(axis=1) == truth


def calibration_bins(
    confidence: Numbers, correct: Bools, bins: int = BINS
) -> tuple[CalibrationBin, ...]:
    """Answers in bins of equal width from 0 to 1; those that are empty are left out.

    Args:
        confidence: From 0 to 1, shape (N,).
        correct: Whether the answer was right, shape (N,).
        bins: How many.
    """
    edges = np.linspace(0.0, 1.0, bins + 1)
    places = np.searchsorted(edges[1:-1], confidence)
    found = []
    for place in np.unique(places).tolist():
        inside = places == place
        n, right = int(inside.sum()), int(correct[inside].sum())
        mean = float(confidence[inside].mean())
        found.append(CalibrationBin(float(edges[place]), float(edges[place + 1]), n, right, mean))
    return tuple(found)


def expected_calibration_error(bins: Sequence[CalibrationBin]) -> float:
    """Mean distance of accuracy and confidence, each bin by its n (Guo 2017, arXiv 1706.04599)."""
    total = sum(each.n for each in bins)
    return sum(each.n * abs(each.accuracy - each.confidence) for each in bins) / total
