"""All points of a map in one picture, drawn in portions so that the window answers meanwhile."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

Rows = npt.NDArray[np.int64]

PORTION = 3_000  # points, about 8 ms


class PointLayer:
    """A picture of points that grows by a portion at a time.

    Args:
        size: Of the widget, in px.
        ratio: Device pixels for each px.
        corners: (N, 2), upper left corners of the points, in px.
        kinds: (N,), which of the pictures each point has.
        pictures: Of points.

    Attributes:
        picture: What is drawn so far.
    """

    def __init__(
        self,
        size: QSize,
        ratio: float,
        corners: npt.NDArray[np.float64],
        kinds: Rows,
        pictures: Sequence[QPixmap],
    ) -> None:
        self.picture = QPixmap(size * ratio)
        self.picture.setDevicePixelRatio(ratio)
        self.picture.fill(Qt.GlobalColor.transparent)
        self._corners = corners
        self._kinds = kinds
        self._pictures = pictures
        self._waiting: list[tuple[Rows, float]] = []

    @property
    def ratio(self) -> float:
        """Device pixels for each px."""
        return self.picture.devicePixelRatioF()

    @property
    def is_whole(self) -> bool:
        """Whether all points are drawn."""
        return not self._waiting

    def add(self, rows: Rows, opacity: float) -> None:
        """Points to be drawn over all others so far, in this order."""
        for start in range(0, len(rows), PORTION):
            self._waiting.append((rows[start : start + PORTION], opacity))

    def draw_next(self) -> None:
        """Draw one portion, if one is left."""
        if self.is_whole:
            return
        rows, opacity = self._waiting.pop(0)
        painter = QPainter(self.picture)
        painter.setOpacity(opacity)
        lefts_px, tops_px = self._corners[rows].T.tolist()
        for x_px, y_px, kind in zip(lefts_px, tops_px, self._kinds[rows].tolist(), strict=True):
            painter.drawPixmap(QPointF(x_px, y_px), self._pictures[kind])
        painter.end()

    def draw_all(self) -> None:
        """Draw what is left."""
        while not self.is_whole:
            self.draw_next()
