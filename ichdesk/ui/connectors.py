"""The lines between cards and the shadows below them, as the canvas draws them."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from ichdesk.ui.theme import RADIUS_PX, Palette

_WIDTH_PX = 2.0
_SHADOW_STEPS = 8
_SHADOW_OPACITY = 0.016  # of each step; they add up
_SHADOW_DROP_PX = 2
_DASHES = [3.0, 3.0]
_DISABLED_OPACITY = 0.5


def paint_shadow(painter: QPainter, box: QRect, palette: Palette) -> None:
    """A soft shadow, a little below the card, from translucent rounded boxes of growing size."""
    color = QColor(palette.shadow)
    color.setAlphaF(_SHADOW_OPACITY)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for spread in range(_SHADOW_STEPS):
        grown = QRectF(box).adjusted(-spread, -spread, spread, spread)
        radius = RADIUS_PX + spread
        painter.drawRoundedRect(grown.translated(0, _SHADOW_DROP_PX), radius, radius)


def paint_curve(
    painter: QPainter, start: QPointF, end: QPointF, palette: Palette, *, enabled: bool = True
) -> None:
    """A curve that leaves and arrives level; dashed and faint for a disabled class."""
    pen = QPen(QColor(palette.connector), _WIDTH_PX)
    if not enabled:
        pen.setDashPattern(_DASHES)
    middle_px = (start.x() + end.x()) / 2
    path = QPainterPath(start)
    path.cubicTo(QPointF(middle_px, start.y()), QPointF(middle_px, end.y()), end)
    painter.save()
    painter.setOpacity(1.0 if enabled else _DISABLED_OPACITY)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.restore()
