"""How the three ways are told apart: by color and by kind of line."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from ichdesk.ui.descent.ways import OWN
from ichdesk.ui.theme import Palette
from ichdesk.ui.widgets.curve_legend import DASHES

SAMPLE = QSize(32, 16)
_WIDTH_PX = 2.0
_DOTS = [1.0, 1.6]
_RATIO = 2.0


def way_color(palette: Palette, number: int) -> str:
    """The run's own in the color of text, the larger rate warm, the smaller cold."""
    return {0: palette.classes[2], OWN: palette.text, 2: palette.test}[number]


def way_pen(palette: Palette, number: int) -> QPen:
    """Dotted for the smaller rate, solid for the run's own, dashed for the larger."""
    pen = QPen(QColor(way_color(palette, number)), _WIDTH_PX)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if number != OWN:
        pen.setDashPattern(_DOTS if number < OWN else DASHES)
    return pen


def way_icon(palette: Palette, number: int) -> QIcon:
    """A sample of the line."""
    pixmap = QPixmap(SAMPLE * _RATIO)
    pixmap.setDevicePixelRatio(_RATIO)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(way_pen(palette, number))
    middle = SAMPLE.height() / 2
    painter.drawLine(QPointF(0, middle), QPointF(SAMPLE.width() - 4, middle))
    painter.end()
    return QIcon(pixmap)
