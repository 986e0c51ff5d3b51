"""A button as wide as its card: text at the left, icon at the right."""

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ichdesk.ui.icons import ICON_PX, glyph
from ichdesk.ui.theme import BODY_PX, GRID_PX, Theme, ui_font

_HEIGHT_PX = 5 * GRID_PX


class RowButton(QAbstractButton):
    """Flat; in the accent color if it is `prominent`, else as soft as a caption."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        symbol: str,
        *,
        prominent: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._symbol = symbol
        self._prominent = prominent
        self.setText(text)
        self.setAccessibleName(text)
        self.setFont(ui_font(BODY_PX, bold=True))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_symbol(self, symbol: str) -> None:
        """Show another icon."""
        if symbol != self._symbol:
            self._symbol = symbol
            self.update()

    def sizeHint(self) -> QSize:
        """A comfortable row."""
        text_px = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(text_px + ICON_PX + 2 * GRID_PX, _HEIGHT_PX)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Redraw as hovered."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Redraw as not hovered."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw text, icon, and the focus ring."""
        palette = self._theme.palette
        color = palette.accent if self._prominent else palette.text_soft
        if not self.isEnabled():
            color = palette.disabled_text
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(-GRID_PX // 2, 0, GRID_PX // 2, 0).intersected(self.rect())
        if self.underMouse() and self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.accent_soft))
            painter.drawRoundedRect(box, GRID_PX // 2, GRID_PX // 2)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(palette.accent), 2))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), GRID_PX // 2, GRID_PX // 2)
        painter.setPen(QColor(color))
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self._text_box(), side, self.text())
        picture = glyph(self._symbol, color, ICON_PX, self.devicePixelRatioF())
        painter.drawPixmap(self._icon_box(), picture)
        painter.end()

    def _text_box(self) -> QRect:
        return self.rect().adjusted(GRID_PX, 0, -ICON_PX - 2 * GRID_PX, 0)

    def _icon_box(self) -> QRect:
        top_px = (self.height() - ICON_PX) // 2
        return QRect(self.width() - ICON_PX - GRID_PX, top_px, ICON_PX, ICON_PX)
