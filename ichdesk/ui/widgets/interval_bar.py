"""A number between 0 and 1 as a mark on a line, with its interval around it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.ui.theme import GRID_PX, Theme

_LINE_PX = 1.0
_BAR_PX = 4.0
_MARK_PX = 3.0


class IntervalBar(QWidget):
    """The line goes from 0 to 1, with ticks at both ends and in the middle."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._value: float | None = None
        self._interval: tuple[float, float] | None = None
        self.setFixedHeight(GRID_PX + 2)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_interval(self, value: float | None, interval: tuple[float, float] | None) -> None:
        """Show a number, or None for an empty line."""
        self._value, self._interval = value, interval
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw line, interval and mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        palette, middle = self._theme.palette, self.height() / 2
        painter.setBrush(QColor(palette.line))
        painter.drawRect(QRectF(0, middle - _LINE_PX / 2, self.width(), _LINE_PX))
        for share in (0.0, 0.5, 1.0):
            painter.drawRect(self._mark(share, _LINE_PX))
        if self._value is not None and self._interval is not None:
            left, right = (share * self.width() for share in self._interval)
            painter.setBrush(QColor(palette.accent_edge))
            bar = QRectF(left, middle - _BAR_PX / 2, right - left, _BAR_PX)
            painter.drawRoundedRect(bar, _BAR_PX / 2, _BAR_PX / 2)
            painter.setBrush(QColor(palette.accent))
            painter.drawRect(self._mark(self._value, _MARK_PX))
        painter.end()

    def _mark(self, share: float, width_px: float) -> QRectF:
        left = min(max(0.0, share * self.width() - width_px / 2), self.width() - width_px)
        return QRectF(left, 0, width_px, self.height())
