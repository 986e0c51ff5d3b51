"""The marks of a figure, painted."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ichdesk.report.drawing import Anchor, Box, Disk, Drawing, Label, Line, Mark
from ichdesk.ui.printing.texts import TextBlock, Type

_SHARE_BEFORE = {Anchor.START: 0.0, Anchor.MIDDLE: 0.5, Anchor.END: 1.0}
_ONE_LINE_PX = 10_000.0
_DASHES_PX = (4.0, 3.0)


def paint_drawing(painter: QPainter, drawing: Drawing, x: float, y: float) -> None:
    """Paint a drawing with its upper left corner there."""
    painter.save()
    painter.translate(x, y)
    for mark in drawing.marks:
        _paint(painter, mark)
    painter.restore()


def _paint(painter: QPainter, mark: Mark) -> None:
    match mark:
        case Line():
            painter.setPen(_pen(mark))
            painter.drawPolyline(QPolygonF([QPointF(*point) for point in mark.points]))
        case Box():
            area = QRectF(*mark.corner, mark.width_px, mark.height_px)
            painter.fillRect(area, QColor(mark.fill))
        case Disk():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(mark.fill))
            painter.drawEllipse(QPointF(*mark.center), mark.radius_px, mark.radius_px)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        case Label():
            _paint_label(painter, mark)


def _pen(line: Line) -> QPen:
    pen = QPen(QColor(line.color), line.width_px)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if line.dashed:
        pen.setDashPattern([length / line.width_px for length in _DASHES_PX])
    return pen


def _paint_label(painter: QPainter, label: Label) -> None:
    text = TextBlock(label.text, Type(label.size_px, label.color, label.bold), _ONE_LINE_PX)
    painter.save()
    painter.translate(*label.place)
    painter.rotate(-90 if label.turned else 0)
    text.paint(painter, -_SHARE_BEFORE[label.anchor] * text.natural_width_px, -text.baseline_px)
    painter.restore()
