"""An accuracy as an upright bar, higher and from red to green the better it is."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.ui.theme import GRID_PX, SMALL_PX, Palette, Theme, ui_font

BAR_PX = 6
_LEAST_PX = 3  # even an accuracy of 0 has a color
SCALE_PX = 120
"""Width of the scale with its numbers."""
_WEDGE_PX = 92
_ENDS = ("0", "1")


def rate_color(rate: float, palette: Palette) -> QColor:
    """Of an accuracy from 0 to 1, between the colors of the theme."""
    low, middle, high = (QColor(color) for color in palette.rates)
    first, second, share = (low, middle, 2 * rate) if rate < 0.5 else (middle, high, 2 * rate - 1)

    def mixed(a: int, b: int) -> int:
        return round(a + (b - a) * share)

    red, green = mixed(first.red(), second.red()), mixed(first.green(), second.green())
    return QColor(red, green, mixed(first.blue(), second.blue()))


def paint_rate(painter: QPainter, box: QRect, rate: float | None, palette: Palette) -> None:
    """Fill the box from below as high as the accuracy; None leaves the empty track."""
    painter.fillRect(box, QColor(palette.line))
    if rate is not None:
        filled = QRect(box)
        filled.setTop(box.bottom() + 1 - max(_LEAST_PX, round(rate * box.height())))
        painter.fillRect(filled, rate_color(rate, palette))


class RateScale(QWidget):
    """The colors from 0 to 1, as a wedge that grows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Color scale of accuracy, from red at 0 to green at 1")
        self.setToolTip("Accuracy from 0 to 1: higher and greener is better")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Room for the wedge and a number at either end."""
        return QSize(SCALE_PX, 2 * GRID_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw both numbers and the wedge between them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_scale(painter, QRectF(self.rect()), self._theme.palette)
        painter.end()


def paint_scale(painter: QPainter, box: QRectF, palette: Palette) -> None:
    """Draw the scale into a box that is `SCALE_PX` wide."""
    painter.setFont(ui_font(SMALL_PX))
    painter.setPen(QColor(palette.text_soft))
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(box, Qt.AlignmentFlag.AlignLeft | middle, _ENDS[0])
    painter.drawText(box, Qt.AlignmentFlag.AlignRight | middle, _ENDS[1])
    left_px = box.center().x() - _WEDGE_PX / 2
    wedge = QRectF(left_px, box.top() + 2, _WEDGE_PX, box.height() - 4)
    gradient = QLinearGradient(wedge.topLeft(), wedge.topRight())
    for share, color in zip((0.0, 0.5, 1.0), palette.rates, strict=True):
        gradient.setColorAt(share, QColor(color))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawPolygon([wedge.bottomLeft(), wedge.bottomRight(), wedge.topRight()])
