"""Curves against scikit-learn, intervals against published numbers and slow sums over pairs."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from ichdesk.core.metrics import Z_95
from ichdesk.core.proportions import t_quantile
from ichdesk.core.roc import auc, auc_interval, precision_recall_curve, roc_curve

# Tied scores are the rule here, and both sides have one sample or more.
_RANKED = st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=2, max_size=60).filter(
    lambda rows: len({positive for _, positive in rows}) == 2
)


def _columns(rows: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([score for score, _ in rows]) / 8, np.array([label for _, label in rows])


@settings(deadline=None)
@given(_RANKED)
def test_curves_are_those_of_scikit_learn(rows: list[tuple[int, bool]]) -> None:
    scores, positive = _columns(rows)
    roc = roc_curve(scores, positive)
    expected = metrics.roc_curve(positive, scores, drop_intermediate=False)
    for ours, theirs in zip((roc.fpr, roc.tpr, roc.thresholds), expected, strict=True):
        np.testing.assert_allclose(ours, theirs)
    curve = precision_recall_curve(scores, positive)
    expected = metrics.precision_recall_curve(positive, scores)
    for ours, theirs in zip(
        (curve.precision, curve.recall, curve.thresholds), expected, strict=True
    ):
        np.testing.assert_allclose(ours, theirs)
    assert auc(scores, positive) == pytest.approx(metrics.roc_auc_score(positive, scores))


@settings(deadline=None)
@given(_RANKED, st.integers(1, 9))
def test_the_interval_rests_on_a_variance_summed_over_pairs(
    rows: list[tuple[int, bool]], patients: int
) -> None:
    scores, positive = _columns(rows)
    groups = np.arange(len(rows)) % patients
    for of in (None, groups):
        area, interval = auc(scores, positive), auc_interval(scores, positive, of)
        assert area is not None
        assert interval is not None
        assert 0 <= interval[0] <= area <= interval[1] <= 1
        assert interval[0] < interval[1]
        expected = _slow_error(scores, positive, np.arange(len(rows)) if of is None else of)
        if 0 < area < 1 and expected:
            assert _error(area, interval) == pytest.approx(expected, rel=1e-6)


def test_the_head_ct_ratings_of_hanley_and_mcneil_1982() -> None:
    """Standard error by DeLong as in the Stata manual, roctab: 0.0307 for an area of 0.8932."""
    ratings = np.arange(1, 6)
    normal, abnormal = np.repeat(ratings, [33, 6, 6, 11, 2]), np.repeat(ratings, [3, 2, 2, 11, 33])
    scores, positive = np.r_[normal, abnormal], np.arange(109) >= 58
    area, interval = auc(scores, positive), auc_interval(scores, positive)
    assert area == pytest.approx(0.8932, abs=5e-5)
    assert interval is not None
    assert _error(area, interval) == pytest.approx(0.0307, abs=5e-5)


def test_a_perfect_score_is_as_uncertain_as_its_n() -> None:
    def low(n: int) -> float:
        interval = auc_interval([0] * n + [1] * n, [False] * n + [True] * n)
        assert interval is not None
        assert interval[1] == pytest.approx(1)
        return interval[0]

    assert 0.6 < low(5) < 0.7  # where the bound solves (1 - A)^2 = z^2 V(A), by hand 0.643
    assert low(5) < low(20) < low(500) < 1
    assert low(500) > 0.99
    below = auc_interval([1] * 5 + [0] * 5, [False] * 5 + [True] * 5)
    assert below == pytest.approx((0, 1 - low(5)))


def test_copies_of_one_patient_add_nothing() -> None:
    scores, positive = np.array([1, 2, 3, 3, 2, 4, 5, 1]), np.arange(8) > 3
    once = auc_interval(scores, positive)
    thrice = auc_interval(np.tile(scores, 3), np.tile(positive, 3), np.tile(np.arange(8), 3))
    naive = auc_interval(np.tile(scores, 3), np.tile(positive, 3))
    assert once is not None
    assert thrice is not None
    assert naive is not None
    assert naive[1] - naive[0] < once[1] - once[0] <= thrice[1] - thrice[0]
    scores = np.arange(8)
    together = auc_interval(np.tile(scores, 3), np.tile(positive, 3), np.tile(np.arange(8), 3))
    assert together == pytest.approx(auc_interval(scores, positive))


def test_without_one_side_there_is_no_area() -> None:
    for positive in ([True, True], [False, False]):
        assert auc([0.1, 0.2], positive) is None
        assert auc_interval([0.1, 0.2], positive) is None
    assert auc([], []) is None
    assert np.isnan(roc_curve([0.1, 0.2], [True, True]).fpr).all()
    assert np.isnan(precision_recall_curve([0.1], [False]).recall[0])


def test_a_score_that_is_no_number_ranks_last() -> None:
    assert auc([np.nan, 0.1, 0.5], [True, False, False]) == 0
    assert auc([np.nan, 0.1, 0.5], [False, True, True]) == 1


def _error(area: float, interval: tuple[float, float]) -> float:
    """The standard error behind an interval on the logit scale."""
    low, high = (log(limit / (1 - limit)) for limit in interval)
    return (high - low) / 2 / Z_95 * area * (1 - area)


def _slow_error(scores: np.ndarray, positive: np.ndarray, groups: np.ndarray) -> float:
    """By the definitions in DeLong 1988 and Obuchowski 1997, one pair after another."""
    wins = {
        (i, j): float(scores[i] > scores[j]) + 0.5 * float(scores[i] == scores[j])
        for i in np.flatnonzero(positive)
        for j in np.flatnonzero(~positive)
    }
    m, n = int(positive.sum()), int((~positive).sum())
    area = sum(wins.values()) / (m * n)
    v10, v01, kinds = dict[int, float](), dict[int, float](), ([], [])  # type: ignore[var-annotated]
    for (i, j), win in wins.items():
        v10[groups[i]] = v10.get(groups[i], 0.0) + (win - area) / n
        v01[groups[j]] = v01.get(groups[j], 0.0) + (win - area) / m
        kinds[0].append(groups[i])
        kinds[1].append(groups[j])
    first, second, all_ = (len(set(kind)) for kind in (*kinds, [*kinds[0], *kinds[1]]))
    if min(first, second) < 2:
        return 0.0
    variance = first / (first - 1) * sum(v**2 for v in v10.values()) / m**2
    variance += second / (second - 1) * sum(v**2 for v in v01.values()) / n**2
    variance += 2 * all_ / (all_ - 1) * sum(v10[g] * v01.get(g, 0) for g in v10) / (m * n)
    few = t_quantile(min(first, second) - 1) / t_quantile(min(m, n) - 1)
    return few * sqrt(variance) if variance > 1e-12 else 0.0
