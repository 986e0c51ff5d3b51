"""A slider that jumps to where one clicks, and whose scale may be uneven."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from ichdesk.ui.theme import GRID_PX, Theme

_KNOB_PX = 2 * GRID_PX
_GROOVE_PX = 4
_PAGE = 10  # steps


class KnobSlider(QSlider):
    """Horizontal; counts steps from 0. Its kinds say where a step lies on the groove."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setPageStep(_PAGE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

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
        painter.setBrush(QColor(palette.line_strong if enabled else palette.disabled))
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

    def _share_of(self, count: int) -> float:
        """Where a step lies between the ends, 0 to 1."""
        raise NotImplementedError

    def _count_of(self, share: float) -> int:
        """The step at such a place."""
        raise NotImplementedError

    def _x_of(self, count: int) -> float:
        room_px = self.width() - _KNOB_PX
        return _KNOB_PX / 2 + room_px * self._share_of(count)

    def _count_at(self, x_px: float) -> int:
        room_px = max(self.width() - _KNOB_PX, 1)
        share = min(max((x_px - _KNOB_PX / 2) / room_px, 0.0), 1.0)
        return self._count_of(share)
