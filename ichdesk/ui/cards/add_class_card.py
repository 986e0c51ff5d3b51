"""The dashed place below the last class that adds another one."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ichdesk.ui.icons import icon
from ichdesk.ui.theme import RADIUS_PX, Theme

HEIGHT_PX = 72
_ICON_GAP = " "  # style sheets have no space between icon and text


class AddClassCard(QPushButton):
    """A wide dashed button."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(f"{_ICON_GAP}Add a class", parent)
        self._theme = theme
        self.setProperty("role", "add")
        self.setAccessibleName("Add a class")
        self.setIconSize(QSize(20, 20))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT_PX)
        theme.changed.connect(self._show_icon)
        self._show_icon()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dashes, solid and blue with the focus."""
        super().paintEvent(event)
        palette = self._theme.palette
        pen = QPen(QColor(palette.line_strong), 1.5)
        pen.setDashPattern([6, 4])
        if self.hasFocus():
            pen = QPen(QColor(palette.accent), 2)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, RADIUS_PX, RADIUS_PX)
        painter.end()

    def _show_icon(self) -> None:
        self.setIcon(icon("plus-box-outline", self._theme.palette.text_soft))
        self.update()
