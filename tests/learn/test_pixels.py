"""Pixels are scaled as in the original."""

import numpy as np
import pytest
import torch

from ichdesk.learn.pixels import to_input


def test_scaling_and_order_of_axes() -> None:
    images = np.zeros((2, 224, 224, 3), np.uint8)
    images[1, 3, 5] = (0, 127, 254)
    x = to_input(images)
    assert x.shape == (2, 3, 224, 224)
    assert x.dtype == torch.float32
    assert x[1, :, 3, 5].tolist() == [-1.0, 0.0, 1.0]
    assert x.is_contiguous(memory_format=torch.channels_last)


def test_read_only_images_are_fine() -> None:
    images = np.zeros((1, 224, 224, 3), np.uint8)
    images.setflags(write=False)
    assert to_input(images).min() == -1.0


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((224, 224, 3), np.uint8),
        np.zeros((1, 3, 224, 224), np.uint8),
        np.zeros((1, 224, 224, 3), np.float32),
    ],
)
def test_other_shapes_and_types_are_refused(images: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected"):
        to_input(images)
