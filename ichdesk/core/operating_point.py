"""What a threshold makes of a classifier's scores, and what the prevalence makes of that."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ichdesk.core.evaluation import Answers, Interval
from ichdesk.core.proportions import Bools, Groups, grouped_interval
from ichdesk.core.roc import PrecisionRecall

Scores: TypeAlias = npt.NDArray[np.float64]
Share: TypeAlias = tuple[int, int]
"""So many of so many."""

_UNREMARKABLE = re.compile(
    r"\W*(no|not|non|none|without|negative|normal|healthy|controls?|absent|unremarkable)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The 2 x 2 table of a test: who has the finding, and who is called positive."""

    true_positives: int
    false_negatives: int
    false_positives: int
    true_negatives: int

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Found, missed, false alarms, rightly cleared."""
        return (
            self.true_positives,
            self.false_negatives,
            self.false_positives,
            self.true_negatives,
        )

    @property
    def sensitivity(self) -> Share:
        """Of those who have the finding, the ones called positive."""
        return self.true_positives, self.true_positives + self.false_negatives

    @property
    def specificity(self) -> Share:
        """Of those who do not have it, the ones called negative."""
        return self.true_negatives, self.true_negatives + self.false_positives

    @property
    def ppv(self) -> Share:
        """Positive predictive value: of those called positive, the ones who have it."""
        return self.true_positives, self.true_positives + self.false_positives

    @property
    def npv(self) -> Share:
        """Negative predictive value: of those called negative, the ones who do not have it."""
        return self.true_negatives, self.true_negatives + self.false_negatives


@dataclass(frozen=True, slots=True)
class OneAgainstRest:
    """One class, the finding, against all others.

    Attributes:
        truth: Which images have it, (N,).
        scores: How probable the model thinks it, (N,).
        groups: Number of each image's patient, (N,); None if each image has its own.
    """

    truth: Bools
    scores: Scores
    groups: Groups | None = None

    @property
    def prevalence(self) -> float:
        """Share of the images that have it."""
        return float(self.truth.mean())

    def at(self, threshold: float) -> Outcomes:
        """The table if every score of at least the threshold is called positive."""
        called = self.scores >= threshold
        positives, found = int(self.truth.sum()), int((called & self.truth).sum())
        alarms = int(called.sum()) - found
        negatives = len(self.truth) - positives
        return Outcomes(found, positives - found, alarms, negatives - alarms)

    def intervals_at(self, threshold: float) -> tuple[Interval, Interval, Interval, Interval]:
        """95 % intervals of sensitivity, specificity, PPV and NPV; None for a share of nobody."""
        called = self.scores >= threshold
        return (
            grouped_interval(called, self.truth, self.groups),
            grouped_interval(~called, ~self.truth, self.groups),
            grouped_interval(self.truth, called, self.groups),
            grouped_interval(~self.truth, ~called, self.groups),
        )

    def stops(self) -> Scores:
        """Thresholds worth trying, rising: 0.00, 0.01, …, 1.00 and each score there is."""
        return np.unique(np.concatenate([np.arange(101) / 100, self.scores]))


def one_against_rest(answers: Answers, positive: int) -> OneAgainstRest | None:
    """The class of an index; None if either side has no image, or a probability is not known."""
    truth = answers.truth == positive
    if answers.probabilities is None or truth.all() or not truth.any():
        return None
    scores = answers.probabilities[:, positive].astype(np.float64)
    return OneAgainstRest(truth, scores, answers.groups) if np.isfinite(scores).all() else None


def average_precision(curve: PrecisionRecall) -> float:
    """Mean of the precision over the recall, taking steps from point to point."""
    return float(-np.diff(curve.recall) @ curve.precision[:-1])


def likely_positive(names: Sequence[str]) -> int:
    """Index of the first class that is not called something like "Normal" or "No bleed"."""
    findings = (i for i, name in enumerate(names) if not _UNREMARKABLE.match(name))
    return next(findings, 0)


def predictive_values(
    sensitivity: float, specificity: float, prevalence: float
) -> tuple[float | None, float | None]:
    """PPV and NPV by Bayes' rule; None where nobody is called positive, or negative.

    Source: Altman and Bland 1994, doi 10.1136/bmj.309.6947.102.
    """
    found, missed = sensitivity * prevalence, (1.0 - sensitivity) * prevalence
    cleared = specificity * (1.0 - prevalence)
    alarms = (1.0 - specificity) * (1.0 - prevalence)
    return (
        found / (found + alarms) if found + alarms else None,
        cleared / (cleared + missed) if cleared + missed else None,
    )


def expected_outcomes(
    sensitivity: float, specificity: float, prevalence: float, patients: int = 1_000
) -> Outcomes:
    """The table to expect of so many patients, in whole patients.

    First the patients are divided into those who have the finding and the others, then each group
    by what they are called, always by the largest remainder. So the groups add up, and "of 10 who
    have it, 8 are found" is right by itself.
    """
    sick, healthy = _divided(patients, prevalence)
    found, missed = _divided(sick, sensitivity)
    cleared, alarms = _divided(healthy, specificity)
    return Outcomes(found, missed, alarms, cleared)


def _divided(whole: int, share: float) -> tuple[int, int]:
    """Two parts; of two, the nearest whole number is the one of the largest remainder."""
    part = round(whole * share)
    return part, whole - part
