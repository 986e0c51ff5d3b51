"""From Hounsfield units to the picture a student sees: gray window and optional color coding."""

import numpy as np
from numpy.typing import NDArray

from ichdesk.imaging.colors import color_coded
from ichdesk.phantom.fields import Field


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
    if color_range_hu is None:
        rgb = np.repeat(gray[..., None], 3, axis=2)
    else:
        rgb = color_coded(gray, hu, *color_range_hu)
    picture: NDArray[np.uint8] = (rgb + np.float32(0.5)).astype(np.uint8)
    return picture
