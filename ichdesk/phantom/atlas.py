"""A sheet in brain millimeters on which anatomy is drawn as curves, and its transfer to a slice."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from ichdesk.phantom.fields import Field

Rows = NDArray[np.float64]
"""Points of a curve, (n, 2) x and y in brain mm, or (n, 3) with the half width."""

_MM = 0.75  # mm per cell, finer than the pixels of a slice, so that the nearest is near enough
_COLUMNS, _ROWS = 216, 264
_PIECES = 4
_SMALL_BLUR = ImageFilter.Kernel((3, 3), (1, 2, 1, 2, 4, 2, 1, 2, 1))


class Sheet:
    """One layer of anatomy, drawn with hard edges in the coordinates of `Head.x_mm` and `y_mm`."""

    def __init__(self) -> None:
        self.image = Image.new("L", (_COLUMNS, _ROWS))
        self._pen = ImageDraw.Draw(self.image)

    def polygon(self, points: Rows, strength: float = 1.0) -> None:
        """Fill a closed polygon, (n, 2) mm."""
        cells = points * (1 / _MM) + (_COLUMNS / 2 - 0.5, _ROWS / 2 - 0.5)
        self._pen.polygon(cells.ravel().tolist(), fill=round(255 * strength))

    def blob(self, points: Rows, strength: float = 1.0) -> None:
        """Fill a smooth closed curve through the points, (n, 2) mm."""
        self.polygon(_spline(len(points), closed=True) @ points, strength)

    def stroke(self, rows: Rows, strength: float = 1.0, inner_mm: float | None = None) -> None:
        """Draw a smooth curve of varying width.

        Args:
            rows: (n, 3) x, y and half width in mm; nothing is drawn where it is all negative.
            strength: 0 to 1, less than 1 for what fills only a part of the slice thickness.
            inner_mm: If given, the curve keeps at least this far from the midline, on the side of
                its first point.
        """
        if rows[:, 2].max() <= 0.1:
            return
        curve = _spline(len(rows), closed=False) @ rows
        outline = _outline(curve[None])[0]
        if inner_mm is not None:
            side = 1.0 if rows[:, 0].sum() >= 0 else -1.0
            outline[:, 0] = side * np.maximum(side * outline[:, 0], inner_mm)
        self.polygon(outline, strength)

    def strokes(self, curves: Rows, strengths: Rows) -> None:
        """Draw many short curves at once: (k, n, 3) as in `stroke`, and k strengths."""
        for outline, strength in zip(_outline(curves), strengths, strict=True):
            self.polygon(outline, float(strength))

    def soften(self, radius_mm: float) -> "Sheet":
        """A blurred copy; an empty sheet itself."""
        if self.image.getbbox() is None:
            return self
        soft = Sheet.__new__(Sheet)
        if radius_mm <= _MM:
            soft.image = self.image.filter(_SMALL_BLUR)
        else:  # at half the resolution, which is four times as fast
            small = self.image.reduce(2).filter(ImageFilter.BoxBlur(radius_mm / (2 * _MM)))
            soft.image = small.resize(self.image.size, Image.Resampling.BILINEAR)
        return soft

    def sample(self, cells: NDArray[np.intp], gain: float = 1.0) -> Field:
        """The weight (0 to 1) of the layer in every pixel whose cell is known."""
        if self.image.getbbox() is None:
            return np.zeros(cells.shape, np.float32)
        table = np.minimum(np.arange(256, dtype=np.float32) * np.float32(gain / 255), 1)
        weight: Field = table.astype(np.float32)[np.asarray(self.image).ravel()[cells]]
        return weight


def atlas_cells(x_mm: Field, y_mm: Field) -> NDArray[np.intp]:
    """The cell of the sheet that every pixel shows, (H, W)."""
    column = (x_mm * np.float32(1 / _MM) + np.float32(_COLUMNS / 2)).astype(np.int32)
    row = (y_mm * np.float32(1 / _MM) + np.float32(_ROWS / 2)).astype(np.int32)
    np.clip(column, 0, _COLUMNS - 1, out=column)
    np.clip(row, 0, _ROWS - 1, out=row)
    return (row * np.int32(_COLUMNS) + column).astype(np.intp)


def between(z_mm: float, keys: tuple[float, ...], frames: Rows) -> Rows:
    """The frame at height z, blended linearly between the key heights (descending)."""
    place = float(np.interp(-z_mm, [-key for key in keys], np.arange(len(keys))))
    low = min(int(place), len(keys) - 2)
    blended: Rows = frames[low] + (place - low) * (frames[low + 1] - frames[low])
    return blended


def fade(z_mm: float, top_mm: float, bottom_mm: float, over_mm: float = 5.0) -> float:
    """1 between two heights, falling to 0 over some millimeters beyond each."""
    inside = min(top_mm - z_mm, z_mm - bottom_mm) / over_mm + 1
    return float(np.clip(inside, 0, 1))


def _outline(curves: Rows) -> Rows:
    """Closed outlines, (k, 2 n, 2), of curves (k, n, 3) with half widths."""
    points, width = curves[..., :2], np.maximum(curves[..., 2], 0.0)
    along = np.empty_like(points)
    along[:, 1:-1] = points[:, 2:] - points[:, :-2]
    along[:, 0], along[:, -1] = points[:, 1] - points[:, 0], points[:, -1] - points[:, -2]
    scale = width / (np.hypot(along[..., 0], along[..., 1]) + 1e-6)
    across = np.stack([-along[..., 1] * scale, along[..., 0] * scale], axis=-1)
    outline: Rows = np.concatenate([points + across, (points - across)[:, ::-1]], axis=1)
    return outline


@lru_cache(maxsize=32)
def _spline(count: int, *, closed: bool) -> Rows:
    """Catmull-Rom weights from `count` points to a smooth curve through them."""
    eye = np.eye(count)
    if closed:
        padded = np.concatenate([eye[-1:], eye, eye[:2]])
    else:
        padded = np.concatenate([2 * eye[:1] - eye[1:2], eye, 2 * eye[-1:] - eye[-2:-1]])
    t = np.linspace(0, 1, _PIECES, endpoint=False)[:, None, None]
    a, b, c, d = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    piece = (
        b + 0.5 * t * (c - a)
        + t**2 * (a - 2.5 * b + 2 * c - 0.5 * d)
        + t**3 * (1.5 * (b - c) + 0.5 * (d - a))
    )  # fmt: skip
    curve = piece.transpose(1, 0, 2).reshape(-1, count)
    return curve if closed else np.concatenate([curve, eye[-1:]])
