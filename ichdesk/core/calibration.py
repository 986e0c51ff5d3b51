"""Whether a model that says 80 % is right in 80 % of such answers, and a way to help it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt

from ichdesk.core.metrics import wilson_interval
from ichdesk.core.run import TrainingRun

BINS = 10
_LEAST, _MOST = 0.05, 20.0  # temperatures; beyond, probabilities are as good as 0, 1 or equal
_GOLDEN = (sqrt(5) - 1) / 2
_HALVINGS = 60
_TINY = 1e-12  # no probability is 0, whose logarithm there is none

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


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Probabilities (N, C) that the model gave test images, and their true classes (N,)."""

    probabilities: Numbers
    truth: npt.NDArray[np.intp]

    @staticmethod
    def of(run: TrainingRun) -> "Answers | None":
        """None if the run's answers were not kept or nothing was held out."""
        told, sizes = run.test_probabilities, [len(rows) for rows in run.test]
        if told is None or not 0 < len(told) == sum(sizes):
            return None
        return Answers(told.astype(np.float64), np.repeat(np.arange(len(sizes)), sizes))

    def __len__(self) -> int:
        return len(self.truth)

    def bins(self) -> tuple[CalibrationBin, ...]:
        """By confidence, which is the probability of the class that the model said."""
        said = self.probabilities.argmax(axis=1)
        return calibration_bins(self.probabilities.max(axis=1), said == self.truth)

    def halves(self) -> tuple["Answers", "Answers"]:
        """Every second image, and the others; classes, which lie one after another, in both."""
        first, second = slice(0, None, 2), slice(1, None, 2)
        one, other = (
            Answers(self.probabilities[part], self.truth[part]) for part in (first, second)
        )
        return one, other

    def scaled(self, temperature: float) -> "Answers":
        """Less sure of themselves above 1, surer below; which class is said stays the same."""
        logits = np.log(np.maximum(self.probabilities, _TINY)) / temperature
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return Answers(raised / raised.sum(axis=1, keepdims=True), self.truth)

    def loss(self) -> float:
        """Mean cross-entropy in nats."""
        own = self.probabilities[np.arange(len(self)), self.truth]
        return -float(np.log(np.maximum(own, _TINY)).mean())


def fitted_temperature(answers: Answers) -> float:
    """The temperature with the least cross-entropy (Guo 2017, arXiv 1706.04599), 0.05 to 20.

    The loss has one minimum, because it is convex in 1 / temperature; golden sections of the
    logarithm find it.
    """
    low, high = log(_LEAST), log(_MOST)
    for _ in range(_HALVINGS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if answers.scaled(exp(left)).loss() < answers.scaled(exp(right)).loss():
            high = right
        else:
            low = left
    return exp((low + high) / 2)


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
