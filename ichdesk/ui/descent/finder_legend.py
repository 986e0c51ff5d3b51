"""Which line of the finder's plot is the run's rate, and which is the suggested one."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.curve_legend import curve_pen
from ichdesk.ui.widgets.learning_rate_edit import rate_text

_HEIGHT_PX = 2 * GRID_PX + 4


class FinderLegend(QWidget):
    """One row: a sample of each upright line and its rate."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries: list[tuple[str, bool]] = []
        self.setFont(ui_font(SMALL_PX))
        self.setFixedHeight(_HEIGHT_PX)
        theme.changed.connect(self.update)

    def show_rates(self, own: float, suggested: float | None) -> None:
        """Name the run's own rate and the suggested one."""
        self._entries = [(f"This run {rate_text(own)}", True)]
        if suggested is not None:
            self._entries.append((f"Steepest fall {rate_text(suggested)}", False))
        self.setAccessibleName(", ".join(text for text, _ in self._entries))
        self.update()

    def sizeHint(self) -> QSize:
        """A line of text."""
        return QSize(0, _HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the entries from the left."""
        palette, metrics = self._theme.palette, QFontMetricsF(self.font())
        painter = QPainter(self)
        x_px = float(GRID_PX)
        for text, is_own in self._entries:
            painter.setPen(curve_pen(palette.text if is_own else palette.test, dashed=is_own))
            painter.drawLine(QPointF(x_px, 1), QPointF(x_px, self.height() - 1))
            painter.setPen(QColor(palette.text))
            width_px = metrics.horizontalAdvance(text)
            box = QRectF(x_px + GRID_PX, 0, width_px + 2, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
            x_px += width_px + 4 * GRID_PX
        painter.end()
