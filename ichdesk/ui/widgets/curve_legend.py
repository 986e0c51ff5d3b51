"""Legend of a plot with a solid training curve and a dashed test curve."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font

_SAMPLE_PX = 24
CURVE_WIDTH_PX = 2.0
DASHES = [4.0, 2.0]


def curve_pen(color: str, *, dashed: bool) -> QPen:
    """Pen of a curve: color and line style both tell the two apart."""
    pen = QPen(QColor(color), CURVE_WIDTH_PX)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashed:
        pen.setDashPattern(DASHES)
    return pen


class CurveLegend(QWidget):
    """One row: a sample of each line, its label, and its latest value."""

    def __init__(
        self, theme: Theme, labels: tuple[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._labels = labels
        self._values: tuple[float | None, ...] = (None, None)
        self.setFont(ui_font(SMALL_PX))
        theme.changed.connect(self.update)

    def set_values(self, values: Sequence[float | None]) -> None:
        """Show the latest value of each curve."""
        if tuple(values) != self._values:
            self._values = tuple(values)
            self.update()

    def sizeHint(self) -> QSize:
        """As high as a line of text."""
        return QSize(0, 2 * GRID_PX + 4)

    def minimumSizeHint(self) -> QSize:
        """As high as a line of text."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the entries from the left."""
        palette = self._theme.palette
        metrics = QFontMetricsF(self.font())
        painter = QPainter(self)
        x_px, middle_px = 0.0, self.height() / 2
        for index, color in enumerate((palette.train, palette.test)):
            value = self._values[index]
            text = f"{self._labels[index]} {'–' if value is None else f'{value:.2f}'}"
            painter.setPen(curve_pen(color, dashed=index == 1))
            painter.drawLine(QPointF(x_px, middle_px), QPointF(x_px + _SAMPLE_PX, middle_px))
            painter.setPen(QColor(palette.text))
            x_px += _SAMPLE_PX + GRID_PX
            width_px = metrics.horizontalAdvance(text)
            box = QRectF(x_px, 0, width_px + 2, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
            x_px += width_px + 2 * GRID_PX
        painter.end()
