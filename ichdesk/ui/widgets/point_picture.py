"""How a map of many points looks: a picture of the points, and over it what is looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from ichdesk.ui.theme import GRID_PX, RADIUS_PX, Theme
from ichdesk.ui.widgets.point_layer import PORTION, PointLayer
from ichdesk.ui.widgets.point_layout import NOTHING, PointLayout
from ichdesk.ui.widgets.point_mark import PointMark, mark_picture

_FAINT = 0.25
_RADII_PX = ((150, 5.5), (600, 4.5), (2_500, 3.5))  # up to so many points
_LEAST_RADIUS_PX = 2.75
_LARGE_PX, _LARGER = 480, 1.25  # from this side on, points are larger


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """What is drawn.

    Attributes:
        places: (N, 2), in any unit, y upwards; NaN for points that are not drawn.
        kinds: (N,), which of the marks each point has.
    """

    places: npt.NDArray[np.float32]
    kinds: npt.NDArray[np.int64]
    marks: tuple[PointMark, ...]

    def are_drawn_as(self, others: "Points") -> bool:
        """Whether others look the same."""
        return (
            self.marks == others.marks
            and np.array_equal(self.kinds, others.kinds)
            and np.array_equal(self.places, others.places, equal_nan=True)
        )


NO_POINTS = Points(np.zeros((0, 2), np.float32), np.zeros(0, np.int64), ())


class PointPicture(QWidget):
    """Both axes have one scale, since distances are what a map tells.

    Attributes:
        picture_of: The picture of a point, shown beside it; None if there is none yet.
    """

    painted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._points = NO_POINTS
        self._layout = PointLayout.fit(NO_POINTS.places, self.size())
        self._links: tuple[int, tuple[int, ...]] = (NOTHING, ())
        self._selected: frozenset[int] = frozenset()
        self._told = NOTHING
        self._lasso: list[QPointF] = []
        self._layer: PointLayer | None = None  # the last that was whole
        self._coming: PointLayer | None = None
        self._is_outdated = True
        self._drawing = QTimer(self)
        self._drawing.setSingleShot(True)
        self._drawing.setInterval(0)
        self._drawing.timeout.connect(self._go_on)
        self._drawing.timeout.connect(self.update)
        self.picture_of: Callable[[int], QPixmap | None] = lambda _: None
        theme.changed.connect(self._redraw)

    def show_links(self, row: int, others: Sequence[int]) -> None:
        """Draw lines from a point to others; `NOTHING` for none."""
        if (row, tuple(others)) != self._links:
            self._links = row, tuple(others)
            self.update()

    @property
    def told(self) -> int:
        """The point that is told of, or `NOTHING`."""
        return self._told

    def sizeHint(self) -> QSize:
        """A square that fits a narrow column."""
        return QSize(320, 320)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the new size."""
        super().resizeEvent(event)
        self._layer = None
        self._redraw()

    def draw_all(self) -> None:
        """Draw what is left, so that a picture of the map has all points."""
        if self._is_outdated:
            self._begin(self.devicePixelRatioF())
        if self._coming is not None:
            self._coming.draw_all()
            self._go_on()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the points as they were drawn last, then what follows the pointer."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._shown(self.devicePixelRatioF()).picture)
        self._paint_links(painter)
        if self._layout.has(self._told):
            self._paint_told(painter, self._layout.point(self._told))
        if self._lasso:
            self._paint_lasso(painter)
        self._paint_frame(painter)
        painter.end()
        self.painted.emit()

    def _redraw(self) -> None:
        self._layout = PointLayout.fit(self._points.places, self.size())
        self._coming, self._is_outdated = None, True
        self.update()

    def _shown(self, ratio: float) -> PointLayer:
        """The points as they were before, until those of today are all drawn."""
        if self._is_outdated:
            self._begin(ratio)
        newest = self._coming or self._layer
        if newest is None or newest.ratio != ratio:  # on another screen, or for a file
            self._begin(ratio)
            self.draw_all()
        found = self._layer or self._coming
        assert found is not None
        return found

    def _begin(self, ratio: float) -> None:
        """Draw the first points in a picture of the widget's size."""
        halo, radius_px = self._theme.palette.card, self._radius_px
        pictures = [mark_picture(mark, halo, radius_px, ratio) for mark in self._points.marks]
        corners = self._layout.where - radius_px - 2
        layer = PointLayer(self.size(), ratio, corners, self._points.kinds, pictures)
        order = self._order()
        chosen = np.isin(order, sorted(self._selected))
        # a single one has a ring and lines to its neighbors, which are to be seen, too
        layer.add(order[~chosen], _FAINT if len(self._selected) > 1 else 1.0)
        layer.add(order[chosen], 1.0)
        if len(order) <= PORTION:
            layer.draw_all()
        self._coming, self._is_outdated = layer, False
        self._go_on()

    def _go_on(self) -> None:
        """Draw the next points."""
        layer = self._coming
        if layer is None:
            return
        layer.draw_next()
        if layer.is_whole:
            self._layer, self._coming = layer, None
        else:
            self._drawing.start()

    def _order(self) -> npt.NDArray[np.int64]:
        """Mixed, as no kind may hide another only because it is drawn later."""
        order = np.random.default_rng(0).permutation(len(self._layout.where))
        order = order[np.isfinite(self._layout.where[order]).all(axis=1)]
        is_front = np.array([not mark.is_behind for mark in self._points.marks], bool)
        return order[is_front[self._points.kinds[order]].argsort(kind="stable")]

    @property
    def _radius_px(self) -> float:
        """The more points, the smaller; on a large map they may be larger."""
        count = len(self._points.places)
        radius_px = next((px for most, px in _RADII_PX if count <= most), _LEAST_RADIUS_PX)
        return radius_px * (_LARGER if min(self.width(), self.height()) > _LARGE_PX else 1.0)

    def _paint_links(self, painter: QPainter) -> None:
        """Lines from a point to others, and a ring around each."""
        row, others = self._links
        if not self._layout.has(row):
            return
        center, ring_px = self._layout.point(row), self._radius_px + 2
        ends = [self._layout.point(other) for other in others if self._layout.has(other)]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.palette.text), 1.2))
        for end in ends:
            painter.drawEllipse(end, ring_px, ring_px)
            line = QLineF(end, center)
            if line.length() > 2 * ring_px:
                far = line.length()
                painter.drawLine(line.pointAt(ring_px / far), line.pointAt(1 - ring_px / far))
        painter.setPen(QPen(QColor(self._theme.palette.text), 2))
        painter.drawEllipse(center, ring_px + 1, ring_px + 1)

    def _paint_told(self, painter: QPainter, point: QPointF) -> None:
        """A ring around a point, and its picture beside it, wherever there is room."""
        palette, ring_px = self._theme.palette, self._radius_px + 3
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(palette.text), 2))
        painter.drawEllipse(point, ring_px, ring_px)
        picture = self.picture_of(self._told)
        if picture is None:
            return
        size = picture.deviceIndependentSize()
        left_px = point.x() + ring_px + GRID_PX
        if left_px + size.width() > self.width():
            left_px = point.x() - ring_px - GRID_PX - size.width()
        top_px = min(max(0.0, point.y() - size.height() / 2), self.height() - size.height())
        box = QRectF(QPointF(max(0.0, left_px), top_px), size)
        painter.drawPixmap(box.topLeft(), picture)
        painter.setPen(QPen(QColor(palette.line_strong), 1))
        painter.drawRect(box)

    def _paint_frame(self, painter: QPainter) -> None:
        palette, width_px = self._theme.palette, 2 if self.hasFocus() else 1
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(palette.accent if self.hasFocus() else palette.line), width_px))
        inset_px = width_px / 2
        frame = QRectF(self.rect()).adjusted(inset_px, inset_px, -inset_px, -inset_px)
        painter.drawRoundedRect(frame, RADIUS_PX / 2, RADIUS_PX / 2)

    def _paint_lasso(self, painter: QPainter) -> None:
        tint = QColor(self._theme.palette.accent)
        painter.setPen(QPen(tint, 1.5, Qt.PenStyle.DashLine))
        tint.setAlphaF(0.12)
        painter.setBrush(tint)
        painter.drawPolygon(QPolygonF(self._lasso))
