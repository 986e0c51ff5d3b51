"""Resizing as Pillow does it, as matrix products in tensors, for models that leave ICHDesk.

Height and width may be unknown until the model runs: all weights are computed from tensors, so
that tracing sees every step. Positions are float64 and rounded in the same order as in Pillow
(`Resample.c`), or boxes would gain and lose pixels at their edges.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ichdesk.imaging.decode import IMAGE_SIZE_PX

_HEIGHT_AXIS, _WIDTH_AXIS = 2, 3


@dataclass(frozen=True, slots=True)
class Kernel:
    """How much a pixel counts.

    Attributes:
        reach: The distance from where on it counts nothing.
        weigh: Distances to weights; in units of a target pixel where pictures get smaller.
    """

    reach: float
    weigh: Callable[[Tensor], Tensor]


def central_square(pixels: Tensor) -> Tensor:
    """Crop to the central square and resize to 224 px with a Lanczos filter.

    Args:
        pixels: (N, C, H, W), whole numbers from 0 to 255; 224 x 224 px come out as they are.
    """
    height, width = _sides(pixels)
    side = torch.minimum(height, width)
    for axis, length in ((_WIDTH_AXIS, width), (_HEIGHT_AXIS, height)):
        positions = _range(pixels.shape[axis]) - torch.floor((length - side) / 2)
        matrix = _matrix(positions, side, _range(IMAGE_SIZE_PX), side / IMAGE_SIZE_PX, LANCZOS)
        pixels = _rounded(_resized(pixels, matrix, axis))  # bytes in between, too
    return pixels


def fitted(values: Tensor) -> Tensor:
    """Whole pictures with square pixels on a black square; `ichdesk.imaging.slices.fitted`.

    Args:
        values: (N, C, H, W) from 0 to 255; averaged over areas where they are larger than 224 px.

    Returns:
        (N, C, 224, 224), whole numbers from 0 to 255.
    """
    height, width = _sides(values)
    to_fit = IMAGE_SIZE_PX / torch.maximum(height, width)
    for axis, length in ((_WIDTH_AXIS, width), (_HEIGHT_AXIS, height)):
        size = torch.round(length * to_fit).clamp_min(1.0)
        targets = _range(IMAGE_SIZE_PX) - torch.floor((IMAGE_SIZE_PX - size) / 2)
        given = (_range(values.shape[axis]), length, targets, length / size)
        matrix = torch.where(to_fit <= 1.0, _matrix(*given, BOX), _matrix(*given, BICUBIC))
        is_picture = (targets >= 0.0) & (targets < size)
        values = _resized(values, torch.where(is_picture[:, None], matrix, 0.0), axis)
    return _rounded(values)


def _sides(values: Tensor) -> tuple[Tensor, Tensor]:
    """Height and width as tensors."""
    height, width = values.shape[_HEIGHT_AXIS], values.shape[_WIDTH_AXIS]
    return _number(height), _number(width)


def _number(length: int) -> Tensor:
    return torch.scalar_tensor(length, dtype=torch.float64)


def _range(length: int) -> Tensor:
    return torch.arange(length, dtype=torch.float64)


def _matrix(
    positions: Tensor, length: Tensor, targets: Tensor, scale: Tensor, kernel: Kernel
) -> Tensor:
    """How much each pixel counts for each target, (T, P) float32; `precompute_coeffs` in Pillow.

    Args:
        positions: Of pixels, (P,); those outside of the picture count nothing.
        length: Of the picture in pixels.
        targets: Positions of pixels to make, (T,).
        scale: Pixels per target.
        kernel: How much a pixel counts by its distance.
    """
    centers = ((targets + 0.5) * scale)[:, None]  # (T, 1)
    spread = scale.clamp_min(1.0)
    first = torch.floor(centers - kernel.reach * spread + 0.5).clamp_min(0.0)
    end = torch.minimum(torch.floor(centers + kernel.reach * spread + 0.5), length)
    weights = kernel.weigh((positions - centers + 0.5) * (1.0 / spread))  # (T, P)
    weights = torch.where((positions >= first) & (positions < end), weights, 0.0)
    sums = weights.sum(dim=1, keepdim=True)
    return (weights / torch.where(sums == 0.0, 1.0, sums)).to(torch.float32)


def _resized(values: Tensor, matrix: Tensor, axis: int) -> Tensor:
    """(N, C, H, W) with one axis as long as the matrix has rows."""
    return values @ matrix.T if axis == _WIDTH_AXIS else matrix @ values


def _rounded(values: Tensor) -> Tensor:
    return torch.floor(values + 0.5).clamp(0.0, 255.0)


def _sinc(x: Tensor) -> Tensor:
    turned = torch.where(x == 0.0, 1.0, x) * math.pi
    return torch.where(x == 0.0, 1.0, torch.sin(turned) / turned)


def _lanczos(x: Tensor) -> Tensor:
    return torch.where((x >= -3.0) & (x < 3.0), _sinc(x) * _sinc(x / 3.0), 0.0)


def _bicubic(x: Tensor) -> Tensor:
    """Cubic convolution with a = -0.5 (Keys 1981, IEEE Trans. ASSP 29)."""
    x = x.abs()
    near = (1.5 * x - 2.5) * x * x + 1.0
    far = (((x - 5.0) * x + 8.0) * x - 4.0) * -0.5
    return torch.where(x < 1.0, near, torch.where(x < 2.0, far, 0.0))


def _box(x: Tensor) -> Tensor:
    return ((x > -0.5) & (x <= 0.5)).to(x.dtype)


LANCZOS, BICUBIC, BOX = Kernel(3.0, _lanczos), Kernel(2.0, _bicubic), Kernel(0.5, _box)
