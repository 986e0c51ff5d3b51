"""Contrast where the most pixels are."""

from typing import Annotated

import numpy as np

from ichdesk.imaging.steps import Range, Stage, image_step
from ichdesk.imaging.window import Values

_SHADES = 256
_RED, _GREEN, _BLUE = np.float32(0.299), np.float32(0.587), np.float32(0.114)  # ITU-R BT.601


@image_step("equalize", "Equalize", Stage.PICTURE, Stage.PICTURE)
def equalize(
    picture: Values,
    *,
    strength: Annotated[float, Range("Strength", 0, 1, 0.05)] = 1.0,
) -> Values:
    """Spreads the shades evenly over black to white, so that faint differences become strong ones.

    What is quite black or quite white stays so and is not counted: air and bone take up most of a
    slice and would leave few shades to the brain. Of a colored picture only the brightness is
    spread, and no further than each color allows.
    """
    if picture.ndim == 2:
        return picture + np.float32(strength) * (_spread(picture) - picture)
    red, green, blue = np.moveaxis(picture, -1, 0)  # whole planes are ten times as fast as pixels
    brightness = _RED * red + _GREEN * green + _BLUE * blue
    change = np.float32(strength) * (_spread(brightness) - brightness)
    np.maximum(change, -np.minimum(np.minimum(red, green), blue), out=change)
    np.minimum(change, 1 - np.maximum(np.maximum(red, green), blue), out=change)
    spread = np.stack([red + change, green + change, blue + change], axis=-1)
    return np.asarray(np.clip(spread, 0, 1), np.float32)


def _spread(gray: Values) -> Values:
    """Each shade becomes the share of counted pixels that are darker, and half of its own."""
    shades = (gray * np.float32(_SHADES - 1) + np.float32(0.5)).astype(np.uint8)
    counts = np.bincount(shades.ravel(), minlength=_SHADES)
    counts[[0, -1]] = 0
    ranks = (counts.cumsum() - counts / 2) / max(int(counts.sum()), 1)
    ranks[-1] = 1.0
    return ranks.astype(np.float32)[shades]
