"""How a point of a map looks: a shape besides a color, so that no color has to speak alone."""

from dataclasses import dataclass
from enum import Enum
from math import cos, pi, sin

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF


class Shape(Enum):
    """What tells points apart besides their color."""

    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"
    DIAMOND = "diamond"
    CROSS = "cross"
    STAR = "star"
    RING = "ring"


_CYCLE = tuple(Shape)[:-1]


@dataclass(frozen=True, slots=True)
class PointMark:
    """The look of one kind of points.

    Attributes:
        color: As #RRGGBB.
        label: What the kind is, for the legend.
        count: How many points are of it.
        is_behind: Whether others are drawn over it.
    """

    color: str
    shape: Shape
    label: str
    count: int = 0
    is_behind: bool = False


def shape_of(index: int, colors: int) -> Shape:
    """The shape of the kind at a position; where colors come again, it is another one."""
    return _CYCLE[(index + index // colors) % len(_CYCLE)]


def mark_picture(mark: PointMark, halo: str, radius_px: float, ratio: float) -> QPixmap:
    """A mark with a thin rim in the color `halo` of what is behind it, to be drawn many times."""
    side_px = 2 * radius_px + 4
    picture = QPixmap(round(side_px * ratio), round(side_px * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint_mark(painter, QPointF(side_px / 2, side_px / 2), mark, radius_px, halo)
    painter.end()
    return picture


def paint_mark(
    painter: QPainter, center: QPointF, mark: PointMark, radius_px: float, halo: str
) -> None:
    """Draw a mark once."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = _path(mark.shape, radius_px).translated(center)
    if mark.shape is Shape.RING:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(mark.color), 1.5))
        painter.drawPath(path)
        return
    painter.setPen(QPen(QColor(halo), 1.6, j=Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.fillPath(path, QColor(mark.color))


def _path(shape: Shape, radius_px: float) -> QPainterPath:
    """Around 0, 0; all shapes look about as large."""
    path = QPainterPath()
    r = radius_px
    match shape:
        case Shape.CIRCLE:
            path.addEllipse(QPointF(0, 0), 0.95 * r, 0.95 * r)
        case Shape.RING:
            path.addEllipse(QPointF(0, 0), 0.8 * r, 0.8 * r)
        case Shape.SQUARE:
            path.addRect(QRectF(-0.8 * r, -0.8 * r, 1.6 * r, 1.6 * r))
        case Shape.TRIANGLE:
            path.addPolygon(_polygon((1.2 * r,) * 3))
        case Shape.DIAMOND:
            path.addPolygon(_polygon((1.2 * r,) * 4))
        case Shape.STAR:
            path.addPolygon(_polygon((1.25 * r, 0.55 * r) * 5))
        case Shape.CROSS:
            return _cross(r)
    path.closeSubpath()
    return path


def _polygon(radii_px: tuple[float, ...]) -> QPolygonF:
    """Corners at these distances, clockwise from the top."""
    turn = 2 * pi / len(radii_px)
    corners = [(r * sin(turn * i), -r * cos(turn * i)) for i, r in enumerate(radii_px)]
    return QPolygonF([QPointF(x, y) for x, y in corners])


def _cross(radius_px: float) -> QPainterPath:
    end, half = 0.95 * radius_px, 0.38 * radius_px
    path = QPainterPath()
    for way in (1, -1):
        across = QPointF(half / 1.4, -way * half / 1.4)
        start, stop = QPointF(-end, -way * end), QPointF(end, way * end)
        bar = QPainterPath()
        bar.addPolygon(QPolygonF([start + across, stop + across, stop - across, start - across]))
        bar.closeSubpath()
        path = path.united(bar)
    return path
