"""A metal letter on the table of a scanner, which every slice from there shows beside the head."""

import numpy as np
import numpy.typing as npt

from ichdesk.phantom.fields import Field

_METAL_HU = 2500.0
_LETTER = (
    "####.",
    "#...#",
    "#...#",
    "####.",
    "#.#..",
    "#..#.",
    "#...#",
)
_SCALE = 6  # pixels per stroke, so the letter is 30 by 42 pixels, about 3 by 5 cm
_FROM_EDGE_PX = 6
_SPREAD_PX = 3


def with_marker(hu: Field, rng: np.random.Generator) -> Field:
    """A copy of a slice with the letter in its lower left corner, a pixel or two off each time.

    Args:
        hu: (H, W) Hounsfield units.
        rng: Decides how far off.
    """
    letter = _letter()
    rows, columns = letter.shape
    down, right = rng.integers(0, _SPREAD_PX, 2)
    bottom, left = hu.shape[0] - _FROM_EDGE_PX - int(down), _FROM_EDGE_PX + int(right)
    marked = hu.copy()
    box = marked[bottom - rows : bottom, left : left + columns]
    box[letter] = np.maximum(box[letter], np.float32(_METAL_HU))
    return marked


def _letter() -> npt.NDArray[np.bool_]:
    small = np.array([[cell == "#" for cell in row] for row in _LETTER])
    return np.repeat(np.repeat(small, _SCALE, axis=0), _SCALE, axis=1)
