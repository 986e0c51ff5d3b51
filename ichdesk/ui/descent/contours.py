"""A loss surface as a map with bands of equal height, like the contours of a hiking map."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from ichdesk.ui.descent.levels import round_levels
from ichdesk.ui.descent.ways import Ground

Numbers = npt.NDArray[np.float64]

LOWEST, HIGHEST = 1e-6, 1e6  # of the losses that are told apart
_MOST_LEVELS = 11
_LINE_SHADE = 0.82  # a line between two bands, by the color of the higher


def heights(ground: Ground) -> Numbers:
    """Loss over the ground, (H, W), finite and positive."""
    loss = ground.loss.astype(np.float64)
    return np.clip(np.nan_to_num(loss, nan=HIGHEST, posinf=HIGHEST), LOWEST, HIGHEST)


def height_at(ground: Ground, x: float, y: float) -> float:
    """Loss between the four nearest points of the grid, by logarithm."""
    column, row = _place(ground.x, x), _place(ground.y, y)
    found = _between(np.log10(heights(ground)), np.array([row]), np.array([column]))
    return float(10.0 ** found[0, 0])


def levels(ground: Ground) -> list[float]:
    """Round heights of the lines."""
    found = heights(ground)
    return round_levels(float(found.min()), float(found.max()), _MOST_LEVELS)


def band_map(ground: Ground, lines: list[float], size: tuple[int, int]) -> npt.NDArray[np.intp]:
    """Number of lines below each point of a picture (height, width), the highest y at its top."""
    height_px, width_px = size
    rows = np.linspace(len(ground.y) - 1, 0.0, height_px)
    columns = np.linspace(0.0, len(ground.x) - 1, width_px)
    fine = _between(np.log10(heights(ground)), rows, columns)
    return np.searchsorted(np.log10(lines), fine, side="right")


def map_image(bands: npt.NDArray[np.intp], colors: npt.NDArray[np.uint8]) -> QImage:
    """Bands in their colors (N, 3), with lines between them."""
    pixels = colors[bands]  # (H, W, 3)
    edge = np.zeros(bands.shape, bool)
    edge[1:] |= bands[1:] != bands[:-1]
    edge[:, 1:] |= bands[:, 1:] != bands[:, :-1]
    pixels[edge] = (pixels[edge] * _LINE_SHADE).astype(np.uint8)
    height_px, width_px = bands.shape
    data = np.ascontiguousarray(pixels).tobytes()
    return QImage(data, width_px, height_px, 3 * width_px, QImage.Format.Format_RGB888).copy()


def _place(grid: npt.NDArray[np.float32], value: float) -> float:
    """Where a value lies on a grid, in steps from its first point, inside it."""
    span = float(grid[-1] - grid[0])
    return min(max((value - float(grid[0])) / span, 0.0), 1.0) * (len(grid) - 1)


def _between(values: Numbers, rows: Numbers, columns: Numbers) -> Numbers:
    """Values (H, W) between the points of their grid, (rows, columns)."""
    top = np.minimum(rows.astype(np.intp), values.shape[0] - 2)
    left = np.minimum(columns.astype(np.intp), values.shape[1] - 2)
    down, right = (rows - top)[:, None], columns - left
    along = values[:, left] * (1.0 - right) + values[:, left + 1] * right  # (H, columns)
    blended: Numbers = along[top] * (1.0 - down) + along[top + 1] * down
    return blended
