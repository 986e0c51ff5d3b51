"""ROC and precision-recall curves, and the area under a ROC curve with its 95 % interval."""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt

from ichdesk.core.metrics import Z_95
from ichdesk.core.proportions import t_quantile

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_ROUNDING = 1e-18  # a variance below is none
_HALVINGS = 60  # of an interval of at most 1, so beyond what a float tells apart


@dataclass(frozen=True, slots=True, eq=False)
class Roc:
    """Operating points from "call nobody positive" to "call everybody positive".

    Attributes:
        fpr: Share of negatives called positive, shape (points,), NaN without negatives.
        tpr: Share of positives called positive, shape (points,), NaN without positives.
        thresholds: Scores from which on a sample is called positive; they fall, from infinity.
    """

    fpr: Floats
    tpr: Floats
    thresholds: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PrecisionRecall:
    """Precision and recall from "call everybody positive" upward, then the point (1, 0).

    Attributes:
        precision: Share of positives among those called positive, shape (points + 1,).
        recall: Share of positives called positive, shape (points + 1,), NaN without positives.
        thresholds: Scores from which on a sample is called positive, rising, shape (points,).
    """

    precision: Floats
    recall: Floats
    thresholds: Floats


def roc_curve(scores: npt.ArrayLike, positive: npt.ArrayLike) -> Roc:
    """All operating points of a score, as scikit-learn gives them with drop_intermediate=False.

    Args:
        scores: The higher, the more likely positive, shape (samples,); NaN ranks below all.
        positive: Which samples are, shape (samples,).
    """
    tps, fps, thresholds = _called(*_checked(scores, positive))
    tps, fps = np.append(0.0, tps), np.append(0.0, fps)
    with np.errstate(invalid="ignore"):
        return Roc(fps / fps[-1], tps / tps[-1], np.append(np.inf, thresholds))


def precision_recall_curve(scores: npt.ArrayLike, positive: npt.ArrayLike) -> PrecisionRecall:
    """Precision and recall at every threshold, as scikit-learn gives them; args of `roc_curve`."""
    tps, fps, thresholds = _called(*_checked(scores, positive))
    with np.errstate(invalid="ignore"):
        recall = tps / tps[-1] if tps.size else tps
    precision = tps / (tps + fps)
    return PrecisionRecall(
        np.append(precision[::-1], 1.0), np.append(recall[::-1], 0.0), thresholds[::-1]
    )


def auc(scores: npt.ArrayLike, positive: npt.ArrayLike) -> float | None:
    """Chance that a positive scores higher than a negative; None without one of either.

    Ties count half, which makes it the area under the ROC curve; args of `roc_curve`.
    """
    ranked, labels = _checked(scores, positive)
    if labels.all() or not labels.any():
        return None
    return float(_placements(ranked, labels)[labels].mean())


def auc_interval(
    scores: npt.ArrayLike, positive: npt.ArrayLike, groups: npt.ArrayLike | None = None
) -> tuple[float, float] | None:
    """95 % interval of `auc`, None where that is None.

    The variance is DeLong's (1988, doi 10.2307/2531595), for samples in groups Obuchowski's
    extension of it (1997, doi 10.2307/2533958), widened by how few groups there are, on the logit
    scale, which keeps limits inside 0 to 1 (Pepe 2003). Where it is 0, as for an AUC of 0 or 1, or
    unknown for want of a second positive or negative, the interval is Newcombe's (2006, doi
    10.1002/sim.2324, method 5), which stays as wide as so few samples deserve.

    Args:
        scores: As for `roc_curve`.
        positive: As for `roc_curve`.
        groups: What samples of one patient share, shape (samples,); each is its own without it.
    """
    ranked, labels = _checked(scores, positive)
    area = auc(ranked, labels)
    if area is None:
        return None
    ids = np.arange(labels.size) if groups is None else np.unique(groups, return_inverse=True)[1]
    members = [np.unique(ids[side]).size for side in (labels, ~labels)]
    variance = _variance(_placements(ranked, labels) - area, labels, ids) if min(members) > 1 else 0
    if not 0 < area < 1 or variance < _ROUNDING:
        return _newcombe(area, members[0], members[1])
    few = t_quantile(min(members) - 1) / t_quantile(min(labels.sum(), (~labels).sum()) - 1)
    middle, half = log(area / (1 - area)), few * Z_95 * sqrt(variance) / (area * (1 - area))
    return _expit(middle - half), _expit(middle + half)


def _checked(scores: npt.ArrayLike, positive: npt.ArrayLike) -> tuple[Floats, Bools]:
    ranked = np.asarray(scores, np.float64)
    return np.where(np.isnan(ranked), -np.inf, ranked), np.asarray(positive, np.bool_)


def _called(scores: Floats, positive: Bools) -> tuple[Floats, Floats, Floats]:
    """True and false positives at each score that occurs, from the highest down."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)[: ranked.size])
    tps = np.cumsum(positive[order], dtype=np.float64)[last]
    return tps, last + 1.0 - tps, ranked[last]


def _placements(scores: Floats, positive: Bools) -> Floats:
    """For each sample, the share of the other side that it is on the right side of.

    Ranks among all less ranks among its own side, without comparing pairs (Sun and Xu 2014,
    doi 10.1109/LSP.2014.2337313).
    """
    places = np.empty(scores.size)
    everybody = _midranks(scores)
    for side in (positive, ~positive):
        others = scores.size - np.count_nonzero(side)
        places[side] = (everybody[side] - _midranks(scores[side])) / others
    places[~positive] = 1.0 - places[~positive]
    return places


def _midranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return ranks


def _variance(deviations: Floats, positive: Bools, groups: npt.NDArray[np.intp]) -> float:
    """Obuchowski's variance of an AUC; DeLong's where each sample is its own group."""
    sums, counts, sizes = [], [], []
    for side in (positive, ~positive):
        sums.append(np.bincount(groups, deviations * side))
        counts.append(np.unique(groups[side]).size)
        sizes.append(np.count_nonzero(side))
    everybody = np.unique(groups).size
    spread = sum(
        n / (n - 1) * float(own @ own) / size**2
        for own, n, size in zip(sums, counts, sizes, strict=True)
    )
    shared = everybody / (everybody - 1) * float(sums[0] @ sums[1]) / (sizes[0] * sizes[1])
    return spread + 2 * shared


def _newcombe(area: float, positives: int, negatives: int) -> tuple[float, float]:
    """Both areas from which the one found is 1.96 standard errors away."""
    return (
        1 - _upper(1 - area, negatives, positives),
        _upper(area, positives, negatives),
    )


def _upper(area: float, positives: int, negatives: int) -> float:
    low, high = area, 1.0
    size = (positives + negatives) / 2 - 1
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        spread = 1 + size * (1 - middle) / (2 - middle) + size * middle / (1 + middle)
        error = sqrt(middle * (1 - middle) * spread / (positives * negatives))
        low, high = (middle, high) if middle - area < Z_95 * error else (low, middle)
    return high


def _expit(value: float) -> float:
    return 1 / (1 + exp(-value)) if value > 0 else exp(value) / (1 + exp(value))
