"""From Hounsfield units to the picture a student sees: gray window and optional color coding."""

import numpy as np
from numpy.typing import NDArray

from ichdesk.phantom.fields import Field

_RED = np.array([200.0, 30.0, 10.0], np.float32)
_ORANGE = np.array([255.0, 150.0, 60.0], np.float32)


def render(
    hu: Field,
    *,
    level_hu: float = 40.0,
    width_hu: float = 80.0,
    color_range_hu: tuple[float, float] | None = None,
) -> NDArray[np.uint8]:
    """Show a slice through a window, (H, W) HU in, (H, W, 3) uint8 RGB out.

    Args:
        hu: Hounsfield units.
        level_hu: Middle of the window.
        width_hu: Width of the window.
        color_range_hu: If given, pixels from the first to the second value turn red to orange
            over the gray, by value alone, so scalp and bone edges light up as well.
    """
    gray = np.clip((hu - np.float32(level_hu - width_hu / 2)) * np.float32(255 / width_hu), 0, 255)
    rgb = np.repeat(gray[..., None], 3, axis=2)
    if color_range_hu is not None:
        low, high = color_range_hu
        along = np.clip((hu - np.float32(low)) / np.float32(max(high - low, 1e-3)), 0, 1)[..., None]
        color = _RED + along * (_ORANGE - _RED)
        inside = ((hu >= low) & (hu <= high))[..., None]
        rgb = np.where(inside, np.float32(0.35) * rgb + np.float32(0.65) * color, rgb)
    picture: NDArray[np.uint8] = (rgb + np.float32(0.5)).astype(np.uint8)
    return picture
