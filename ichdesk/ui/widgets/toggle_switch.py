"""A switch that is on or off, drawn as in the original and operated like a check box."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from ichdesk.ui.theme import Theme

_WIDTH_PX = 44
_HEIGHT_PX = 24
_INSET_PX = 4


class ToggleSwitch(QAbstractButton):
    """Off is an outline with the knob left, on is filled with the knob right."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(_WIDTH_PX, _HEIGHT_PX)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Always the same."""
        return QSize(_WIDTH_PX, _HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw track, knob and focus ring."""
        palette = self._theme.palette
        color = QColor(palette.accent if self.isChecked() else palette.line_strong)
        if not self.isEnabled():
            color = QColor(palette.disabled_text)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(color if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        side = track.height() - 2 * _INSET_PX
        left = track.right() - side - _INSET_PX if self.isChecked() else track.left() + _INSET_PX
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.card) if self.isChecked() else color)
        painter.drawEllipse(QRectF(left, track.top() + _INSET_PX, side, side))
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.text), 1.5, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        painter.end()
