"""A range of values turns red to orange by rule, and nothing else changes."""

import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.core.steps import Step
from ichdesk.imaging.pipeline import checked, slice_pixels
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.imaging.steps import STEPS
from ichdesk.phantom import phantom_slice, render

HU = np.arange(-20, 130, dtype=np.float32)[None]
STEP = STEPS["color_code"]
LIMITS = st.integers(-100, 200).map(float)


@given(LIMITS, LIMITS)
def test_only_the_range_is_colored_and_all_of_it(low: float, high: float) -> None:
    seen = STEP(HU, low_hu=low, high_hu=high)
    inside = (min(low, high) <= HU) & (max(low, high) >= HU)
    np.testing.assert_array_equal(np.ptp(seen, axis=-1) > 0.2, inside)
    gray = STEPS["window"](HU)
    np.testing.assert_allclose(seen[~inside], np.repeat(gray[..., None], 3, -1)[~inside], atol=1e-6)


def test_red_to_orange() -> None:
    red, orange = STEP(np.array([[50, 90]], np.float32), level_hu=70.0, width_hu=4000.0)[0]
    hues = [360 * colorsys.rgb_to_hsv(*color)[0] for color in (red, orange)]
    assert hues[0] < 10
    assert 20 < hues[1] < 40


def test_gray_shows_through_the_color() -> None:
    dark = STEP(np.full((1, 1), 60, np.float32), level_hu=100.0)
    bright = STEP(np.full((1, 1), 60, np.float32), level_hu=20.0)
    np.testing.assert_allclose(bright - dark, 0.35, atol=1e-6)


def test_slices_are_coded_as_the_ready_made_ones_of_the_class_projects() -> None:
    drawn = phantom_slice(np.random.default_rng(4), types=["intraparenchymal"], size_px=224)
    ready_made = render(drawn.hu, color_range_hu=(50.0, 90.0))
    seen = STEP(drawn.hu) * 255
    np.testing.assert_allclose(seen, ready_made, atol=0.51)


def test_blood_lights_up_and_so_does_what_has_its_values() -> None:
    drawn = phantom_slice(np.random.default_rng(4), types=["intraparenchymal"], noise_hu=1.0)
    colored = np.ptp(STEP(drawn.hu), axis=-1) > 0.2
    blood = drawn.masks["intraparenchymal"]
    assert colored[blood].mean() > 0.5
    assert (colored & ~blood).sum() > 100  # scalp, dura and edges of bone


@pytest.mark.parametrize("is_inverted", [False, True])
def test_blood_stays_red_in_inverted_slices(is_inverted: bool) -> None:
    hu = np.full((224, 224), 30, np.float32)
    hu[:112] = 60
    image = HuImage(hu, (1, 1), Place(), is_inverted)
    red, _, blue = slice_pixels(image, checked([Step("color_code")]))[50, 50].astype(int)
    assert red > blue + 60
