"""How much image steps change a picture, in numbers that a person can check by eye."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_Pixels = npt.NDArray[np.uint8]

_FULL_SCALE = 255
_VISIBLE = 8  # of 255 shades, 3 %: well above what a JPEG of quality 95 changes
_COLORED = 16  # of 255 between two channels; less comes from rounding and JPEG
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as Pillow turns RGB into gray


@dataclass(frozen=True, slots=True)
class StepEffect:
    """What differs between two pictures; every number is a share of the whole, from 0 to 1.

    Attributes:
        gray_change: Mean absolute change of brightness; 1 is from all black to all white.
        changed: Share of pixels in which some channel changes visibly, by 8 of 255 shades or more.
        colored: Share of pixels of the second picture that are colored, not gray.
    """

    gray_change: float
    changed: float
    colored: float


def effect(before: _Pixels, after: _Pixels) -> StepEffect:
    """Compare two pictures of equal size, RGB, (H, W, 3) uint8, such as `model_pixels` gives."""
    difference = np.abs(after.astype(np.float32) - before.astype(np.float32))
    gray = np.abs(after @ _LUMA - before @ _LUMA)
    return StepEffect(
        gray_change=float(gray.mean()) / _FULL_SCALE,
        changed=float((difference.max(axis=-1) >= _VISIBLE).mean()),
        colored=float((np.ptp(after, axis=-1) >= _COLORED).mean()),
    )
