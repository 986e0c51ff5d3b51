"""A planted spot is found, chance is not taken for one, and patients count once."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ichdesk.learn.near_copies import SIDE
from ichdesk.learn.shortcuts import Separation, head_share, separation, spot_values


def run(values: np.ndarray, labels: np.ndarray, units: np.ndarray | None = None) -> Separation:
    work = separation(values, labels, np.arange(len(labels)) if units is None else units)
    last = 0.0
    while True:
        try:
            share = next(work)
            assert last <= share < 1
            last = share
        except StopIteration as end:
            result = end.value
            assert isinstance(result, Separation)
            return result


@pytest.mark.parametrize("classes", [2, 3])
def test_areas_are_those_of_scikit_learn(classes: int) -> None:
    rng = np.random.default_rng(0)
    values, labels = rng.integers(0, 9, (40, 7)).astype(float), np.arange(40) % classes
    values[:, 3] = 5  # always the same
    found = run(values, labels)
    assert found.auc.shape == (classes, 7)
    for label in range(classes):
        for column in range(7):
            expected = roc_auc_score(labels == label, values[:, column])
            assert found.auc[label, column] == pytest.approx(expected)


def test_areas_are_the_same_where_images_come_in_groups() -> None:
    rng = np.random.default_rng(1)
    values, labels = rng.normal(size=(48, 5)), np.arange(48) // 24
    alone, grouped = run(values, labels), run(values, labels, np.arange(48) // 4)
    np.testing.assert_allclose(alone.auc, grouped.auc)


def test_chance_is_not_taken_for_a_shortcut() -> None:
    rng, alarms = np.random.default_rng(2), 0
    for _ in range(60):
        found = run(rng.normal(size=(40, 32)), rng.permutation(np.arange(40) % 2))
        alarms += bool((np.abs(found.auc - 0.5) > found.limit).any())
    assert alarms <= 3


def test_what_names_the_patient_is_not_taken_for_a_shortcut() -> None:
    rng, alone, grouped = np.random.default_rng(3), 0, 0
    for _ in range(20):
        units, labels = np.repeat(np.arange(12), 10), np.repeat(np.arange(2), 60)
        values = rng.normal(size=(12, 32))[units] + 0.1 * rng.normal(size=(120, 32))
        for each, n in ((np.arange(120), "alone"), (units, "grouped")):
            found = run(values, labels, each)
            alarm = bool((np.abs(found.auc - 0.5) > found.limit).any())
            alone += alarm and n == "alone"
            grouped += alarm and n == "grouped"
    assert alone >= 15
    assert grouped <= 2


def test_five_against_five_can_never_tell() -> None:
    values = np.arange(10, dtype=float)[:, None]
    many = np.random.default_rng(0).normal(size=(10, 256))
    many[:, :1] = values
    found = run(many, np.arange(10) // 5)
    assert found.auc[1, 0] == 1
    assert found.limit == 0.5  # some of 256 spots are as good by chance


def test_a_bright_corner_is_found() -> None:
    rng = np.random.default_rng(4)
    pictures = rng.integers(0, 12, (60, SIDE, SIDE)).astype(np.uint8)
    pictures[:30, 28:31, 1:4] = 255
    found = run(spot_values(list(pictures)), np.arange(60) // 30)
    telling = np.argwhere((found.auc[0] - 0.5 > found.limit).reshape(16, 16))
    assert {(row, column) for row, column in telling.tolist()} == {
        (14, 0), (14, 1), (15, 0), (15, 1),
    }  # fmt: skip


def test_the_head_is_the_largest_thing_with_all_it_encloses() -> None:
    picture = np.zeros((SIDE, SIDE), np.uint8)
    picture[8:24, 8:24] = 200
    picture[10:22, 10:22] = 0  # a skull around nothing bright
    picture[28:31, 1:4] = 255  # a letter
    share = head_share([picture]).reshape(16, 16)
    assert share[8, 8] == share[4, 4] == 1
    assert share[14, 1] == share[0, 0] == 0
    assert head_share([np.zeros((SIDE, SIDE), np.uint8)]).max() == 0
