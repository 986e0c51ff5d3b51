"""Planted strangers are found, crowds are not, and few images say nothing."""

import numpy as np
import pytest
from scipy.stats import median_abs_deviation

from ichdesk.learn import outliers as module
from ichdesk.learn.outliers import LEAST, Outlier, limit, outliers, robust_scores

DIMENSION = 16


def crowd(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (n, DIMENSION)).astype(np.float32)


def found_in(features: np.ndarray, labels: np.ndarray) -> list[Outlier]:
    *_, (done, found) = outliers(features, labels)
    assert done == 1.0
    return found


def test_a_stranger_is_found() -> None:
    features = crowd(60, 0)
    features[17] += 9
    assert [(o.row, o.is_in_class) for o in found_in(features, np.arange(60) % 2)] == [(17, False)]


def test_a_stranger_to_its_class_is_found_though_others_are_near() -> None:
    labels = np.arange(80) % 2
    features = crowd(80, 1)
    features[labels == 1] += 6
    features[40] += 6  # of class 0, among class 1
    found = found_in(features, labels)
    assert [(o.row, o.is_in_class) for o in found] == [(40, True)]


def test_false_alarms_are_rare() -> None:
    alarms = sum(bool(found_in(crowd(60, seed), np.arange(60) % 2)) for seed in range(100))
    assert alarms <= 3


def test_few_images_and_equal_images_say_nothing() -> None:
    few = crowd(LEAST - 1, 0)
    few[0] += 50
    assert found_in(few, np.zeros(len(few), np.intp)) == []
    assert found_in(np.ones((30, 4), np.float32), np.zeros(30, np.intp)) == []


def test_scores_are_those_of_scipy() -> None:
    distances = np.random.default_rng(0).lognormal(size=50)
    logs = np.log(distances)
    expected = (logs - np.median(logs)) / median_abs_deviation(logs, scale="normal")
    np.testing.assert_allclose(robust_scores(distances), expected, rtol=1e-4)
    assert limit(30) == 3.5 < limit(100_000)


def test_neighbors_among_very_many_are_searched_in_a_part_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_MOST_KNOWN", 50)
    monkeypatch.setattr(module, "_CHUNK", 16)
    features = crowd(200, 2)
    features[90] += 9
    found = found_in(features, np.zeros(200, np.intp))
    assert [o.row for o in found] == [90]
