"""Numbers about predictions, against hand counts and statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from ichdesk.core.metrics import (
    ClassAccuracy,
    accuracy,
    accuracy_per_class,
    confusion_matrix,
    wilson_interval,
)


def test_confusion_has_a_row_per_class_and_a_column_per_prediction() -> None:
    matrix = confusion_matrix([0, 0, 0, 2, 2], [0, 1, 1, 2, 0], 3)
    np.testing.assert_array_equal(matrix, [[1, 2, 0], [0, 0, 0], [1, 0, 1]])
    assert accuracy(matrix) == pytest.approx(2 / 5)
    assert accuracy_per_class(matrix, ["a", "b", "c"]) == [
        ClassAccuracy("a", 1 / 3, 3),
        ClassAccuracy("b", None, 0),
        ClassAccuracy("c", 1 / 2, 2),
    ]


def test_nothing_to_count() -> None:
    matrix = confusion_matrix([], [], 2)
    assert matrix.shape == (2, 2)
    assert accuracy(matrix) is None
    assert wilson_interval(0, 0) is None


@given(st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_is_that_of_statsmodels(counts: tuple[int, int]) -> None:
    successes, n = counts
    interval = wilson_interval(successes, n)
    expected = proportion_confint(successes, n, alpha=0.05, method="wilson")
    assert interval is not None
    np.testing.assert_allclose(interval, np.clip(expected, 0, 1), atol=1e-9)
