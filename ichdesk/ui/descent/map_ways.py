"""Draws the ways of a descent over the map of its ground."""

from math import atan2, cos, sin, tau

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ichdesk.ui.descent.map_view import MapView
from ichdesk.ui.descent.way_style import way_color, way_pen
from ichdesk.ui.descent.ways import OWN, Way
from ichdesk.ui.theme import SMALL_PX, Palette, ui_font

_LINE_PX, _CASING_PX = 2.0, 2.5
_DOT_PX, _MARK_PX, _END_PX = 2.0, 5.5, 5.0
_MOST_DOTS = 60
_AHEAD = 0.45  # opacity of the way that is still to go
_LABEL_GAP_PX = 9.0
_LABEL_OPACITY = 0.85


class WayPainter:
    """Draws on one painter, in the box of a view."""

    def __init__(self, painter: QPainter, view: MapView, palette: Palette) -> None:
        self._painter = painter
        self._view = view
        self._palette = palette

    def paint_way(self, way: Way, epoch: int) -> None:
        """What is gone by an epoch, over a casing that sets it off; what is to come is pale."""
        painter, done = self._painter, way.steps_until(epoch)
        points = [self._view.place(x, y) for x, y in way.path[:, 1:].tolist()]
        painter.save()
        painter.setClipRect(self._view.box)
        painter.setPen(way_pen(self._palette, way.number))
        painter.setOpacity(_AHEAD)
        painter.drawPolyline(QPolygonF(points[max(done - 1, 0) :]))
        painter.setOpacity(1.0)
        casing = QPen(QColor(self._palette.card), _LINE_PX + _CASING_PX)
        casing.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        for pen in (casing, way_pen(self._palette, way.number)):
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF(points[:done]))
        if way.number == OWN and len(points) <= _MOST_DOTS:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(way_color(self._palette, OWN)))
            for point in points[:done]:
                painter.drawEllipse(point, _DOT_PX, _DOT_PX)
        painter.restore()

    def paint_ends(self, way: Way) -> None:
        """A square at the start, a diamond at the end."""
        start, end = (self._view.place(*way.path[row, 1:].tolist()) for row in (0, -1))
        self._painter.setPen(QPen(QColor(self._palette.text), 1.5))
        self._painter.setBrush(QColor(self._palette.card))
        self._painter.drawRect(QRectF(start.x() - 4, start.y() - 4, 8, 8))
        self._painter.drawPolygon(_star(end, 0.0, (1.2,) * 4))
        self._painter.setFont(ui_font(SMALL_PX, bold=True))
        first = self._label_box("Start", start, above=True)
        last = self._label_box("End", end, above=True)
        if first.intersects(last):
            last = self._label_box("End", end, above=False)
        self._paint_label("Start", first)
        self._paint_label("End", last)

    def paint_mark(self, way: Way, epoch: int) -> None:
        """A dot where the way is in an epoch; an arrow at the border if it is outside."""
        if not (done := way.steps_until(epoch)):
            return
        place = self._view.place(*way.path[done - 1, 1:].tolist())
        self._painter.setPen(QPen(QColor(self._palette.card), 1.5))
        self._painter.setBrush(QColor(way_color(self._palette, way.number)))
        if self._view.box.contains(place):
            self._painter.drawEllipse(place, _MARK_PX, _MARK_PX)
            return
        border = self._view.nearest(place, _LABEL_GAP_PX)
        angle = atan2(place.y() - border.y(), place.x() - border.x())
        self._painter.drawPolygon(_star(border, angle, (1.6, 1.1, 1.1)))

    def _label_box(self, text: str, place: QPointF, *, above: bool) -> QRectF:
        bounds = self._painter.fontMetrics().boundingRect(text).size()
        size, box = QSizeF(bounds.width() + 8, bounds.height()), self._view.box
        top = place.y() - _LABEL_GAP_PX - size.height()
        if not above or top < box.top():
            top = place.y() + _LABEL_GAP_PX
        left = min(
            max(place.x() - size.width() / 2, box.left() + 2), box.right() - size.width() - 2
        )
        return QRectF(QPointF(left, top), size)

    def _paint_label(self, text: str, box: QRectF) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(self._palette.card))
        self._painter.setOpacity(_LABEL_OPACITY)
        self._painter.drawRoundedRect(box, 3, 3)
        self._painter.setOpacity(1.0)
        self._painter.setPen(QColor(self._palette.text))
        self._painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _star(center: QPointF, angle: float, radii: tuple[float, ...]) -> QPolygonF:
    """Corners all around a center, the first in the direction of the angle."""
    turn = tau / len(radii)
    return QPolygonF(
        [
            center + QPointF(cos(angle + turn * n), sin(angle + turn * n)) * (radius * _END_PX)
            for n, radius in enumerate(radii)
        ]
    )
