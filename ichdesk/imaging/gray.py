"""Deep grayscale (16 and 32 bits, float) brought to 8 bits."""

import numpy as np
import numpy.typing as npt
from PIL import Image

MODES = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})

_PERCENTILES = (0.1, 99.9)
_SAMPLED_SIDE_PX = 1024
_ROWS = 256


def deep_to_float(image: Image.Image) -> Image.Image:
    """Map deep gray linearly to 0..255, still as float (mode F), so that resizing loses nothing.

    Such files do not say which values mean black and white, and a head CT may use a twentieth of
    the range. So the 0.1st percentile of the picture becomes black and the 99.9th white: single
    hot pixels do not decide. Values that are not finite become black. A picture of one value keeps
    that value, cut to 0..255.
    """
    stored = np.asarray(image)
    low, high = _range(stored)
    mapped = np.empty(stored.shape, np.float32)
    for top in range(0, len(stored), _ROWS):  # or a large picture would take gigabytes
        rows = slice(top, top + _ROWS)
        mapped[rows] = _mapped(stored[rows].astype(np.float64), low, high)
    return Image.fromarray(mapped)


def _mapped(values: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.float64]:
    with np.errstate(all="ignore"):
        scaled = (
            np.clip(values, 0.0, 255.0)
            if high <= low
            else np.clip((values - low) / (high - low), 0.0, 1.0) * 255.0
        )
    return np.where(np.isfinite(values), scaled, 0.0)


def float_to_rgb(image: Image.Image) -> Image.Image:
    """Round gray in 0..255 (mode F) to 8 bits and repeat it in three channels."""
    values = np.clip(np.rint(np.asarray(image)), 0.0, 255.0).astype(np.uint8)
    return Image.fromarray(values).convert("RGB")


def _range(stored: npt.NDArray[np.generic]) -> tuple[float, float]:
    """Percentiles of a grid of pixels, dense enough for any picture and quick for a large one."""
    step = max(1, min(stored.shape) // _SAMPLED_SIDE_PX)
    grid = stored[::step, ::step].astype(np.float64)
    grid = grid[np.isfinite(grid)]
    if not grid.size:
        return 0.0, 0.0
    with np.errstate(all="ignore"):
        low, high = np.percentile(grid, _PERCENTILES)
    return float(low), float(high)
