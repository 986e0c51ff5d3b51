"""Two classifiers on the same images: McNemar's exact test and Newcombe's interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar

from ichdesk.core.paired import Paired

COUNTS = st.integers(0, 60)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_p_is_that_of_scipy_and_statsmodels(both: int, only_a: int, only_b: int, no: int) -> None:
    paired = Paired(both, only_a, only_b, no)
    if only_a + only_b:
        assert paired.p == pytest.approx(binomtest(only_b, only_a + only_b).pvalue, rel=1e-9)
        table = [[both, only_a], [only_b, no]]
        assert paired.p == pytest.approx(min(1.0, mcnemar(table, exact=True).pvalue), rel=1e-9)
    else:
        assert paired.p == 1.0


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ((36, 12, 2, 0), (0.0569, 0.3404)),
        ((20, 12, 2, 16), (0.0562, 0.3292)),
        ((18, 12, 2, 18), (0.0562, 0.3290)),
        ((36, 14, 0, 0), (0.1528, 0.4167)),
        ((35, 14, 0, 1), (0.1461, 0.4175)),
        ((18, 14, 0, 18), (0.1441, 0.3963)),
        ((2, 97, 1, 0), (0.8721, 0.9854)),
        ((1, 97, 1, 1), (0.8736, 0.9850)),
        ((0, 30, 0, 0), (0.8395, 1.0)),
        ((54, 0, 0, 0), (-0.0664, 0.0664)),
        ((30, 0, 0, 24), (-0.0358, 0.0358)),
    ],
)
def test_the_interval_is_that_of_table_iii_of_newcombe(
    table: tuple[int, int, int, int], expected: tuple[float, float]
) -> None:
    """Stat Med 1998 17:2635: both, first only, second only, neither; first less second."""
    both, first, second, neither = table
    assert Paired(both, second, first, neither).interval == pytest.approx(expected, abs=1e-4)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_interval_holds_the_difference_and_turns_with_it(
    both: int, only_a: int, only_b: int, neither: int
) -> None:
    paired, turned = Paired(both, only_a, only_b, neither), Paired(both, only_b, only_a, neither)
    if not paired.n:
        assert (paired.difference, paired.interval) == (None, None)
        return
    assert paired.interval is not None
    assert turned.interval is not None
    low, high = paired.interval
    assert -1 <= low <= paired.difference + 1e-12
    assert paired.difference - 1e-12 <= high <= 1
    assert turned.interval == pytest.approx((-high, -low), abs=1e-12)


def test_the_interval_covers_the_true_difference_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    for shares in ((0.6, 0.1, 0.2, 0.1), (0.8, 0.02, 0.08, 0.1), (0.4, 0.1, 0.1, 0.4)):
        truth = shares[2] - shares[1]
        tables = rng.multinomial(40, shares, size=2000)
        intervals = np.array([Paired(*map(int, table)).interval for table in tables])
        covered = np.mean((intervals[:, 0] <= truth) & (truth <= intervals[:, 1]))
        assert 0.93 < covered < 0.985
