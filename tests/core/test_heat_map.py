"""Bilinear maps, colors over gray, and what is said of them."""

import numpy as np
import pytest
from PIL import Image

from ichdesk.core.heat_map import (
    AGAINST_RGB,
    FOR_RGB,
    explained,
    overlay,
    scale_of,
    upsampled,
    verdict,
)


@pytest.mark.parametrize("shape", [(28, 28), (7, 7), (6, 6), (1, 1)])
def test_upsampling_is_that_of_pillow(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    theirs = Image.fromarray(values).resize((224, 224), Image.Resampling.BILINEAR)
    np.testing.assert_allclose(upsampled(values, 224), np.asarray(theirs), atol=1e-5)


def test_upsampling_by_a_whole_factor_keeps_the_sum() -> None:
    values = np.random.default_rng(1).normal(size=(28, 28)).astype(np.float32)
    assert upsampled(values, 224).sum() / 64 == pytest.approx(values.sum(), abs=1e-3)


def test_what_speaks_for_and_against_takes_the_two_colors() -> None:
    picture = np.full((1, 3, 3), 100, np.uint8)
    picture[..., 0] = 130  # a red tinge goes, for the colors mean something else here
    heat = np.array([[2.0, -2.0, 0.0]], np.float32)
    shown = overlay(picture, heat, 1.0, 1.0)
    assert tuple(shown[0, 0]) == FOR_RGB
    assert tuple(shown[0, 1]) == AGAINST_RGB
    assert tuple(shown[0, 2]) == (110, 110, 110)


def test_more_strength_and_more_heat_is_more_color() -> None:
    picture = np.zeros((1, 4, 3), np.uint8)
    heat = np.array([[0.1, 0.3, 0.6, 1.0]], np.float32)
    weak, strong = (overlay(picture, heat, 1.0, strength)[0, :, 0] for strength in (0.3, 0.9))
    assert (np.diff(weak.astype(int)) > 0).all()
    assert (strong > weak).all()
    assert not overlay(picture, heat, 1.0, 0.0).any()


def test_maps_side_by_side_share_a_scale_that_a_hot_pixel_does_not_decide() -> None:
    small, large = np.full((50, 50), 0.1, np.float32), np.full((50, 50), -0.4, np.float32)
    small[0, 0] = 100.0
    assert scale_of([small, large]) == pytest.approx(0.4)
    assert scale_of([np.zeros((3, 3), np.float32)]) > 0


def test_explained_is_a_share_of_a_difference_worth_the_name() -> None:
    heat = np.full((2, 2), -0.24, np.float32)
    assert explained(heat, -1.0) == pytest.approx(0.96)
    assert explained(heat, 0.05) is None


def test_verdicts() -> None:
    head, network = verdict(0.9, 0.9)
    assert "hardly change: they show what the image features respond to" in head
    assert "edges in the picture" in network
    head, network = verdict(0.5, 0.5)
    assert "only in part" in head
    assert "in part" in network
    head, network = verdict(0.3, 0.0)
    assert "depend on what the model learned" in head
    assert "hardly anything of them is left" in network
