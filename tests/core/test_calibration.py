"""Bins of confidence against scikit-learn's, and the error that they add up to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from ichdesk.core.calibration import (
    BINS,
    CalibrationBin,
    calibration_bins,
    expected_calibration_error,
)

answers = st.lists(
    st.tuples(st.floats(0.0, 1.0) | st.integers(0, BINS).map(lambda k: k / BINS), st.booleans()),
    min_size=1,
    max_size=60,
)


@given(answers)
def test_bins_are_those_of_scikit_learn(drawn: list[tuple[float, bool]]) -> None:
    confidence, correct = (np.array(column) for column in zip(*drawn, strict=True))
    bins = calibration_bins(confidence, correct)
    share, mean = calibration_curve(correct, confidence, n_bins=BINS)
    np.testing.assert_allclose([each.accuracy for each in bins], share)
    np.testing.assert_allclose([each.confidence for each in bins], mean)
    assert sum(each.n for each in bins) == len(drawn)
    assert all(each.low - 1e-9 <= each.confidence <= each.high + 1e-9 for each in bins)
    assert all(each.interval[0] <= each.accuracy <= each.interval[1] for each in bins)
    assert 0.0 <= expected_calibration_error(bins) <= 1.0


@pytest.mark.parametrize(
    ("bins", "error"),
    [
        ([CalibrationBin(0.8, 0.9, 20, 17, 0.85)], 0.0),
        ([CalibrationBin(0.9, 1.0, 10, 5, 0.95)], 0.45),
        ([CalibrationBin(0.5, 0.6, 30, 18, 0.55), CalibrationBin(0.9, 1.0, 10, 8, 1.0)], 0.0875),
    ],
)
def test_the_error_weighs_bins_by_their_n(bins: list[CalibrationBin], error: float) -> None:
    assert expected_calibration_error(bins) == pytest.approx(error)
