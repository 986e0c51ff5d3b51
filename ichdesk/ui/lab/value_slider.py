"""A slider over a range of values, finer around its middle where the range is long."""

from math import asinh, sinh

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from ichdesk.imaging.steps import Range
from ichdesk.ui.theme import GRID_PX, Theme

_KNOB_PX = 2 * GRID_PX
_GROOVE_PX = 4
_LONG = 500  # steps on one side of the default that are too many for a screen
_PAGE = 10  # steps
_FINE = 50  # steps from the middle within which the scale is about even


class ValueSlider(QSlider):
    """Counts in the smallest changes of its range, so that keys and screen readers do, too."""

    def __init__(
        self, theme: Theme, form: Range, middle: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._form = form
        self.setRange(0, round((form.high - form.low) / form.by))
        self.setPageStep(_PAGE)
        self._center = self._count(middle)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    @property
    def number(self) -> float:
        """The value in its own unit."""
        return self._form.low + self.value() * self._form.by

    def set_number(self, number: float) -> None:
        """Show a value without telling anybody."""
        self.blockSignals(True)
        self.setValue(self._count(number))
        self.blockSignals(False)

    def sizeHint(self) -> QSize:
        """As high as its knob."""
        return QSize(15 * GRID_PX, _KNOB_PX + 2)

    def minimumSizeHint(self) -> QSize:
        """The least with which one can still aim."""
        return QSize(8 * GRID_PX, _KNOB_PX + 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the knob there."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self._count_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the knob along."""
        if self.isSliderDown():
            self.setValue(self._count_at(event.position().x()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self.setSliderDown(False)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the groove up to the knob and beyond, and the knob."""
        palette, enabled = self._theme.palette, self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        knob = QPointF(self._x_of(self.value()), self.height() / 2)
        groove = QRectF(0, knob.y() - _GROOVE_PX / 2, self.width(), _GROOVE_PX)
        painter.setBrush(QColor(palette.accent_edge if enabled else palette.disabled))
        painter.drawRoundedRect(groove, _GROOVE_PX / 2, _GROOVE_PX / 2)
        color = QColor(palette.accent if enabled else palette.disabled_text)
        painter.setBrush(color)
        groove.setRight(knob.x())
        painter.drawRoundedRect(groove, _GROOVE_PX / 2, _GROOVE_PX / 2)
        radius = (_KNOB_PX - 2) / 2
        painter.drawEllipse(knob, radius, radius)
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.text), 2))
            painter.setBrush(color)
            painter.drawEllipse(knob, radius, radius)
        painter.end()

    def _count(self, number: float) -> int:
        return round((number - self._form.low) / self._form.by)

    def _x_of(self, count: int) -> float:
        room_px = self.width() - _KNOB_PX
        return _KNOB_PX / 2 + room_px * self._share_of(count)

    def _count_at(self, x_px: float) -> int:
        room_px = max(self.width() - _KNOB_PX, 1)
        share = min(max((x_px - _KNOB_PX / 2) / room_px, 0.0), 1.0)
        return self._count_of(share)

    def _share_of(self, count: int) -> float:
        """Where a value lies between the ends, 0 to 1."""
        low, high = self._center, self.maximum() - self._center
        if max(low, high) <= _LONG:
            return count / max(self.maximum(), 1)
        if count < self._center:
            return 0.5 - 0.5 * _out(self._center - count, low)
        return 0.5 + 0.5 * _out(count - self._center, high)

    def _count_of(self, share: float) -> int:
        """The value at such a place."""
        low, high = self._center, self.maximum() - self._center
        if max(low, high) <= _LONG:
            return round(share * self.maximum())
        if share < 0.5:
            return round(self._center - _away(1.0 - 2.0 * share, low))
        return round(self._center + _away(2.0 * share - 1.0, high))


def _out(steps: float, span: int) -> float:
    """How far out, 0 to 1, a value lies that is so many steps from the middle."""
    return asinh(steps / _FINE) / asinh(max(span, 1) / _FINE)


def _away(share: float, span: int) -> float:
    """The inverse of `_out`."""
    return _FINE * sinh(share * asinh(span / _FINE))
