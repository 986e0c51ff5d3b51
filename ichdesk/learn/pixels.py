"""The one place where pixels become numbers for a network."""

import numpy as np
import numpy.typing as npt
import torch

SIDE_PX = 224


def to_input(images: npt.NDArray[np.uint8], device: torch.device | str = "cpu") -> torch.Tensor:
    """Scale to [-1, 1.008] as Teachable Machine does, `x / 127 - 1`.

    Args:
        images: (N, 224, 224, 3) uint8.
        device: Where the tensor should lie; the bytes are moved before they become floats.

    Returns:
        (N, 3, 224, 224) float32, channels last in memory.

    Raises:
        ValueError: The images have another shape or type.
    """
    if images.dtype != np.uint8 or images.shape[1:] != (SIDE_PX, SIDE_PX, 3):
        raise ValueError(f"expected (N, 224, 224, 3) uint8, got {images.shape} {images.dtype}")
    pixels = torch.tensor(images, device=device).to(torch.float32)
    return pixels.div_(127.0).sub_(1.0).permute(0, 3, 1, 2)
