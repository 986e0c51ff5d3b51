"""Red to orange for values in a range, as in the workshop's color-coded slices."""

import numpy as np

from ichdesk.imaging.window import Values

RED = np.array([200.0, 30.0, 10.0], np.float32)
ORANGE = np.array([255.0, 150.0, 60.0], np.float32)
COLOR_SHARE, GRAY_SHARE = np.float32(0.65), np.float32(0.35)  # so the gray's texture shows
NARROWEST = 1e-3  # of a range, against a division by zero


def color_coded(gray: Values, values: Values, low: float, high: float) -> Values:
    """Paint what lies in a range over a gray picture, from red at its start to orange at its end.

    Value alone decides: with the values of blood, scalp, dura and edges of bone light up as well.

    Args:
        gray: (H, W) from 0 to 255.
        values: (H, W), in units of the range, which counts with both its ends.
        low: Start of the range.
        high: End of the range.

    Returns:
        RGB, (H, W, 3) from 0 to 255.
    """
    rgb = np.repeat(gray[..., None], 3, axis=2)
    inside = (values >= low) & (values <= high)
    along = (values[inside] - np.float32(low)) / np.float32(max(high - low, NARROWEST))
    color = RED + np.clip(along, 0, 1)[:, None] * (ORANGE - RED)
    rgb[inside] = GRAY_SHARE * rgb[inside] + COLOR_SHARE * color
    return rgb
