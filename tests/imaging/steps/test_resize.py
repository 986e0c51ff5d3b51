"""Fewer pixels, by averages that can be worked out by hand."""

import numpy as np
import pytest

from ichdesk.imaging.steps import STEPS

STEP = STEPS["resize"]
METHODS = ("area", "bicubic", "nearest")
CHECKERED = (np.indices((64, 64)).sum(axis=0) % 2).astype(np.float32)
NOISE = np.random.default_rng(0).random((64, 32), np.float32)


def test_area_is_the_mean() -> None:
    small = STEP(NOISE, longer_side_px=16.0)
    expected = NOISE.reshape(16, 4, 8, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(small, expected, atol=1e-6)


def test_nearest_keeps_single_pixels() -> None:
    small = STEP(NOISE, longer_side_px=16.0, method="nearest")
    np.testing.assert_array_equal(small, NOISE[2::4, 2::4])


def test_what_is_finer_than_a_pixel_vanishes_but_for_nearest() -> None:
    seen = {method: STEP(CHECKERED, longer_side_px=16.0, method=method) for method in METHODS}
    np.testing.assert_allclose(seen["area"], 0.5, atol=1e-6)
    np.testing.assert_allclose(seen["bicubic"][2:-2, 2:-2], 0.5, atol=0.02)
    assert set(np.unique(seen["nearest"])) <= {0.0, 1.0}


def test_bicubic_is_sharper_than_area() -> None:
    edge = np.repeat((np.arange(70) > 33).astype(np.float32)[None], 70, axis=0)
    rise = {
        m: np.abs(np.diff(STEP(edge, longer_side_px=20.0, method=m)[10])).max() for m in METHODS
    }
    assert rise["bicubic"] > rise["area"]


@pytest.mark.parametrize("method", METHODS)
def test_colors_are_kept_apart(method: str) -> None:
    picture = np.stack([NOISE, NOISE[::-1], 1 - NOISE], axis=-1)
    small = STEP(picture, longer_side_px=20.0, method=method)
    for index in range(3):
        alone = STEP(picture[..., index], longer_side_px=20.0, method=method)
        np.testing.assert_array_equal(small[..., index], alone)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("shape", "side", "expected"),
    [
        ((512, 512), 224, (224, 224)),
        ((512, 256), 100, (100, 50)),
        ((100, 300), 30, (10, 30)),
        ((2, 400), 16, (1, 16)),
        ((64, 64), 64, (64, 64)),
        ((64, 32), 512, (64, 32)),
    ],
)
def test_sizes(method: str, shape: tuple[int, int], side: int, expected: tuple[int, int]) -> None:
    small = STEP(np.full(shape, 0.3, np.float32), longer_side_px=float(side), method=method)
    assert small.shape == expected
    np.testing.assert_allclose(small, 0.3, atol=1e-6)


def test_a_small_picture_is_left_as_it_is() -> None:
    np.testing.assert_array_equal(STEP(NOISE, longer_side_px=65.0), NOISE)
