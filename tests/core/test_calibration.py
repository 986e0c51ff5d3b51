"""Bins of confidence against scikit-learn's, and the error that they add up to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.calibration import calibration_curve

from ichdesk.core.calibration import (
    BINS,
    Answers,
    CalibrationBin,
    calibration_bins,
    expected_calibration_error,
    fitted_temperature,
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


def too_sure(images: int, by: float = 3.0) -> Answers:
    """Answers of a model that is honest, but for a factor on its logits."""
    chance = np.random.default_rng(0)
    logits = chance.normal(0, 1.5, (images, 3))
    truth = [chance.choice(3, p=row) for row in softmax(logits, axis=1)]
    return Answers(softmax(by * logits, axis=1), np.array(truth))


@pytest.mark.parametrize("by", [0.4, 1.0, 3.0])
def test_the_temperature_is_that_of_scipy_and_undoes_what_was_done(by: float) -> None:
    answers = too_sure(4_000, by)
    found = fitted_temperature(answers)
    logits, rows = np.log(answers.probabilities), np.arange(len(answers))

    def loss(inverse: float) -> float:
        return -np.log(softmax(inverse * logits, axis=1)[rows, answers.truth]).mean()

    best = minimize_scalar(loss, bounds=(0.05, 20.0), method="bounded", options={"xatol": 1e-7})
    assert found == pytest.approx(1 / best.x, rel=1e-3)
    assert found == pytest.approx(by, rel=0.1)


def test_a_temperature_found_on_one_half_helps_the_other() -> None:
    fitted_on, shown = too_sure(2_000).halves()
    assert len(fitted_on) == len(shown) == 1_000
    after = shown.scaled(fitted_temperature(fitted_on))
    before = expected_calibration_error(shown.bins())
    assert expected_calibration_error(after.bins()) < before / 3
    np.testing.assert_array_equal(
        after.probabilities.argmax(axis=1), shown.probabilities.argmax(axis=1)
    )


def test_answers_that_are_all_right_cannot_be_too_sure() -> None:
    sure = Answers(np.array([[1.0, 0.0], [0.1, 0.9]]), np.array([0, 1]))
    assert 0.05 <= fitted_temperature(sure) < 0.1
    assert np.isfinite(fitted_temperature(Answers(sure.probabilities, np.array([1, 0]))))
