"""Where the points of a map are in a widget, and which of them are where one points."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPolygonF

from ichdesk.ui.theme import GRID_PX

NOTHING = -1
"""In place of a row where there is no point."""

_MARGIN_PX = 2 * GRID_PX
_SIDEWAYS = 2.0  # a pixel aside counts as much as two ahead


@dataclass(frozen=True, slots=True, eq=False)
class PointLayout:
    """Points in px, (N, 2); NaN for points that are not drawn."""

    where: npt.NDArray[np.float64]

    @staticmethod
    def fit(places: npt.NDArray[np.float32], size: QSize) -> "PointLayout":
        """Places (N, 2), y upwards, in a widget; both axes have one scale."""
        points = places.astype(np.float64)
        drawn = points[np.isfinite(points).all(axis=1)]
        if not len(drawn):
            return PointLayout(points)
        low, high = drawn.min(axis=0), drawn.max(axis=0)
        sides = np.array([size.width(), size.height()], np.float64)
        room = np.maximum(sides - 2 * _MARGIN_PX, 1.0)
        scale = float((room / np.maximum(high - low, 1e-12)).min()) if (high > low).any() else 0.0
        return PointLayout(sides / 2 + (points - (low + high) / 2) * (scale, -scale))

    def has(self, row: int) -> bool:
        """Whether there is such a point and it is drawn."""
        return row != NOTHING and bool(np.isfinite(self.where[row]).all())

    def point(self, row: int) -> QPointF:
        """Center of a point."""
        return QPointF(*self.where[row].tolist())

    def nearest(self, here: QPointF, reach_px: float = np.inf) -> int:
        """The point that is nearest to a place and not farther than that, or `NOTHING`."""
        far = np.linalg.norm(self.where - (here.x(), here.y()), axis=1)
        if not np.isfinite(far).any():
            return NOTHING
        row = int(np.nanargmin(far))
        return row if far[row] <= reach_px else NOTHING

    def ahead(self, row: int, right: int, down: int) -> int:
        """The nearest point in a direction, one of four; the point itself if there is none."""
        way = self.where - self.where[row]
        forward, aside = way @ (right, down), np.abs(way @ (down, right))
        cost = np.where(forward > 0.5, forward + _SIDEWAYS * aside, np.inf)  # NaN is not forward
        return int(cost.argmin()) if np.isfinite(cost).any() else row

    def within(self, lasso: QPolygonF) -> set[int]:
        """The points inside a line that is drawn around them."""
        box: QRectF = lasso.boundingRect()
        low, high = (box.left(), box.top()), (box.right(), box.bottom())
        near = ((self.where >= low) & (self.where <= high)).all(axis=1)
        rule = Qt.FillRule.OddEvenFill
        rows = np.flatnonzero(near).tolist()
        return {row for row in rows if lasso.containsPoint(self.point(row), rule)}
