"""Shades become ranks: even, in order, and without what is quite black or white."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import kstest

from ichdesk.imaging.steps import STEPS
from ichdesk.phantom import phantom_slice

STEP = STEPS["equalize"]
SHADE = st.floats(0, 1, width=32)
PICTURES = arrays.arrays(np.float32, (6, 7, 3), elements=SHADE)


@pytest.fixture(scope="module")
def brain() -> np.ndarray:
    drawn = phantom_slice(np.random.default_rng(2), size_px=256, level="ventricle")
    return STEPS["window"](drawn.hu)


def test_shades_are_spread_evenly() -> None:
    dull = np.random.default_rng(0).normal(0.5, 0.02, (200, 200)).astype(np.float32)
    seen = STEP(dull).ravel()
    assert kstest(seen, "uniform").statistic < 0.06  # a picture has only so many shades
    assert kstest(dull.ravel(), "uniform").statistic > 0.4


def test_black_and_white_are_not_counted(brain: np.ndarray) -> None:
    framed = np.pad(brain, 200)
    np.testing.assert_array_equal(STEP(framed)[200:-200, 200:-200], STEP(brain))
    ends = (brain == 0) | (brain == 1)
    assert ends.mean() > 0.4
    np.testing.assert_array_equal(STEP(brain)[ends], brain[ends])
    assert STEP(brain)[~ends].std() > 2 * brain[~ends].std()


@given(arrays.arrays(np.float32, (9, 8), elements=SHADE))
def test_no_two_shades_change_places(gray: np.ndarray) -> None:
    order = np.argsort(gray, axis=None)
    assert (np.diff(STEP(gray).ravel()[order]) >= 0).all()


@given(arrays.arrays(np.float32, (9, 8), elements=SHADE), st.floats(0, 1))
def test_strength_goes_from_nothing_to_all(gray: np.ndarray, strength: float) -> None:
    np.testing.assert_array_equal(STEP(gray, strength=0.0), gray)
    between = gray + strength * (STEP(gray) - gray)
    np.testing.assert_allclose(STEP(gray, strength=strength), between, atol=1e-6)


@given(PICTURES)
def test_colors_survive(picture: np.ndarray) -> None:
    seen = STEP(picture)
    np.testing.assert_allclose(np.diff(seen, axis=-1), np.diff(picture, axis=-1), atol=1e-5)


@given(PICTURES)
def test_gray_is_equalized_alike_as_gray_and_as_rgb(picture: np.ndarray) -> None:
    gray = np.round(picture[..., 0] * 255) / np.float32(255)
    as_rgb = STEP(np.repeat(gray[..., None], 3, axis=-1))
    np.testing.assert_allclose(as_rgb, np.repeat(STEP(gray)[..., None], 3, axis=-1), atol=1e-5)


def test_red_blood_is_still_red() -> None:
    hu = np.random.default_rng(1).normal(32, 6, (64, 64)).astype(np.float32)
    hu[20:40, 20:40] = 70
    seen = STEP(STEPS["color_code"](hu))[30, 30]
    assert seen[0] > seen[2] + 0.25
