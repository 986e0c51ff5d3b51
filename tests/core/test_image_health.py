"""Figures of pixels become sentences and states: sure differences are told, others are not."""

from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ichdesk.core.data_health import Check, State
from ichdesk.core.image_health import FIGURES, Spots, differences, image_checks
from ichdesk.core.predictions import Place
from ichdesk.core.samples import ClassBin, Sample

CLASSES = tuple(
    ClassBin(name, tuple(Sample(Path("x"), 0, 1, f"{name}{i}") for i in range(30)))
    for name in ("Bleed", "Normal")
)


def check(**arrays: np.ndarray) -> Check:
    (made,) = image_checks(CLASSES, arrays)
    return made


def figures_of(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """All figures the same: n, patients, mean, standard deviation."""
    rows = [(len(v), len(v), v.mean(), v.std(ddof=1)) for v in (a, b)]
    return np.repeat(np.array(rows, np.float32)[:, None], len(FIGURES), axis=1)


def spots_of(auc: np.ndarray, *, head: float = 1.0, limit: float = 0.2) -> dict[str, np.ndarray]:
    return {
        "spots": np.stack([auc, 1 - auc]).astype(np.float32),
        "spot_limit": np.array([limit], np.float32),
        "spot_n": np.array([60, 60], np.float32),
        "head": np.full((16, 16), head, np.float32),
    }


def test_nothing_is_said_before_anything_was_measured() -> None:
    assert image_checks(CLASSES, {}) == ()
    assert Spots.of({}) is None


@given(st.integers(2, 40), st.integers(2, 40), st.floats(-3, 3), st.integers(0, 99))
def test_cohens_d_is_that_of_the_textbook(n: int, m: int, shift: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(100 + shift, 1, n), rng.normal(100, 1, m)
    found = differences(figures_of(a, b))[0]
    t, _ = stats.ttest_ind(a, b)
    expected = t * sqrt(1 / n + 1 / m)
    assert found.d == pytest.approx(expected, abs=2e-3)
    assert found.low < found.d < found.high
    half = stats.norm.ppf(0.975) * sqrt(1 / n + 1 / m + expected**2 / (2 * (n + m)))
    assert found.high - found.low == pytest.approx(2 * half, rel=1e-2)


def test_the_interval_counts_patients() -> None:
    rng = np.random.default_rng(0)
    alone = figures_of(rng.normal(0, 1, 160), rng.normal(1, 1, 160))
    few = alone.copy()
    few[:, :, 1] = 10
    wide, narrow = differences(few)[0], differences(alone)[0]
    assert wide.d == narrow.d
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


@pytest.mark.parametrize(
    ("shift", "state"),
    [(0.0, State.FINE), (0.5, State.FINE), (2.0, State.LOOK), (5.0, State.PROBLEM)],
)
def test_another_window_is_told(shift: float, state: State) -> None:
    rng = np.random.default_rng(1)
    made = check(figures=figures_of(rng.normal(shift, 1, 60), rng.normal(0, 1, 60)))
    assert made.state is state
    assert "95 % interval" in made.text
    assert "60 and 60 images" in made.text
    assert bool(made.images) is (state is not State.FINE)


def test_equal_images_without_spread_are_no_difference() -> None:
    assert check(figures=figures_of(np.ones(9), np.ones(9))).state is State.FINE
    assert check(figures=figures_of(np.ones(9), np.zeros(9))).state is State.PROBLEM


def test_single_images_cannot_be_compared() -> None:
    figures = np.ones((2, len(FIGURES), 4), np.float32)
    assert check(figures=figures).state is State.UNKNOWN


def test_a_spot_outside_the_head_is_told() -> None:
    auc = np.full((16, 16), 0.5)
    auc[14, 1] = 0.8
    assert check(**spots_of(auc)).state is State.FINE  # in the head, that may be the finding
    made = check(**spots_of(auc, head=0.0))
    assert made.state is State.LOOK
    assert "outside the head, at the bottom left, tells “Bleed”" in made.text
    assert {shown.place.class_id for shown in made.images} == {b.id for b in CLASSES}
    auc[14, 1] = 0.02  # dark in the one class is bright in the other
    assert check(**spots_of(auc, head=0.0)).state is State.PROBLEM


def test_a_spot_that_always_tells_is_told_wherever_it_is() -> None:
    auc = np.full((16, 16), 0.5)
    auc[8, 8] = 0.99
    made = check(**spots_of(auc))
    assert made.state is State.PROBLEM
    assert "one spot in the middle, tells" in made.text


def test_a_spot_within_chance_is_not_told() -> None:
    auc = np.full((16, 16), 0.5)
    auc[0, 0] = 0.99
    assert check(**spots_of(auc, head=0.0, limit=0.5)).state is State.FINE


def test_outliers_are_listed_with_their_score() -> None:
    rows = np.array([[1, 3, 6.26, 0], [0, 2, 5.0, 1]], np.float32)
    made = check(outliers=rows, outlier_n=np.array([60, 12], np.float32))
    assert made.state is State.LOOK
    assert [shown.place for shown in made.images] == [
        Place(CLASSES[1].id, 3),
        Place(CLASSES[0].id, 2),
    ]
    assert [shown.remark for shown in made.images] == [
        "6.3 × the usual",
        "5.0 × the usual, in its class",
    ]
    none = np.zeros((0, 4), np.float32)
    assert check(outliers=none, outlier_n=np.array([60, 12], np.float32)).state is State.FINE
    assert check(outliers=none, outlier_n=np.array([8, 12], np.float32)).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ((0, 1, 1, 2, 0), State.PROBLEM),  # two truths
        ((0, 1, 1, 2, 1), State.LOOK),  # slices of one patient
        ((0, 1, 0, 2, 0), State.LOOK),
    ],
)
def test_near_copies(row: tuple[int, ...], state: State) -> None:
    made = check(near=np.array([row], np.float32), near_n=np.array([60, 1, 4], np.float32))
    assert made.state is state
    assert made.is_paired
    assert [shown.place.index for shown in made.images] == [1, 2]
    assert "4 images that resemble another slice" in made.text


def test_unreadable_images_are_listed() -> None:
    assert check(unreadable=np.zeros((0, 2), np.float32)).state is State.FINE
    made = check(unreadable=np.array([[1, 7]], np.float32))
    assert made.state is State.PROBLEM
    assert [shown.place for shown in made.images] == [Place(CLASSES[1].id, 7)]


def test_sizes_and_colors() -> None:
    gray = np.array([[30, 0], [30, 0]], np.float32)
    same = np.array([[0, 224, 224, 30], [1, 224, 224, 30]], np.float32)
    assert check(sizes=same, colors=gray).state is State.FINE
    other = np.array([[0, 512, 512, 30], [1, 256, 256, 29], [1, 512, 512, 1]], np.float32)
    made = check(sizes=other, colors=gray)
    assert made.state is State.LOOK
    assert "“Normal” mostly 256 × 256 (29 of 30)" in made.text
    colored = check(sizes=same, colors=np.array([[30, 30], [30, 0]], np.float32))
    assert colored.state is State.LOOK
    assert "“Bleed” 30 of 30" in colored.text
