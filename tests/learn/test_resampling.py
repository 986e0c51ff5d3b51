"""Resizing in tensors is what Pillow does: at most one level apart, and that in few pixels."""

import numpy as np
import pytest
import torch
from PIL import Image

from ichdesk.imaging.decode import _resized, _square
from ichdesk.imaging.slices import fitted as fitted_by_pillow
from ichdesk.learn.resampling import central_square, fitted

SHAPES = [(224, 224), (512, 512), (300, 500), (500, 301), (336, 336), (100, 60), (5, 3), (1, 1)]
SQUARE_PIXELS_MM = (0.5, 0.5)


def picture(height: int, width: int) -> np.ndarray:
    """Edges and noise, (H, W, 3) uint8."""
    generator = np.random.default_rng(height * width)
    noise = generator.integers(-20, 20, (height, width, 3))
    stripes = 200 * ((np.arange(height)[:, None] + np.arange(width)) // 9 % 2)
    return np.clip(stripes[..., None] + noise, 0, 255).astype(np.uint8)


def as_tensor(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pixels)[None].permute(0, 3, 1, 2).to(torch.float32)


def as_pixels(tensor: torch.Tensor) -> np.ndarray:
    return tensor[0].permute(1, 2, 0).numpy()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_picture_is_cropped_and_resized_as_the_app_does(shape):
    pixels = picture(*shape)
    wanted = np.asarray(_resized(_square(Image.fromarray(pixels))), float)
    difference = np.abs(as_pixels(central_square(as_tensor(pixels))) - wanted)
    assert difference.max() <= 1
    assert (difference > 0).mean() < 1e-3


@pytest.mark.parametrize("shape", [*SHAPES, (512, 1), (333, 251), (672, 448)])
def test_a_slice_is_fitted_as_the_app_does(shape):
    values = picture(*shape).astype(np.float32) / 255
    wanted = fitted_by_pillow(values, SQUARE_PIXELS_MM).astype(float)
    difference = np.abs(as_pixels(fitted(as_tensor(values * 255))) - wanted)
    assert difference.max() <= 1
    assert (difference > 0).mean() < 1e-3


def test_a_picture_of_the_right_size_is_left_alone():
    pixels = picture(224, 224)
    np.testing.assert_array_equal(as_pixels(central_square(as_tensor(pixels))), pixels)


def test_pictures_of_a_batch_do_not_mix():
    first, second = as_tensor(picture(300, 400)), torch.zeros(1, 3, 300, 400)
    together = central_square(torch.cat([first, second]))
    np.testing.assert_array_equal(together[:1].numpy(), central_square(first).numpy())
    assert together[1].max() == 0
