"""What the colors of a heat map mean."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.core.heat_map import AGAINST_RGB, FOR_RGB
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font

_BAR_PX = GRID_PX
_GROUND = "#202124"
_HEIGHT_PX = _BAR_PX + 2 * GRID_PX + 2


class HeatLegend(QWidget):
    """A bar from "against the class" to "for it"."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Blue speaks against the class, orange for it")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """A bar and a line of text."""
        return QSize(15 * GRID_PX, _HEIGHT_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar and its ends."""
        painter = QPainter(self)
        bar = QRectF(0, 0, self.width(), _BAR_PX)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for place, color in ((0.0, QColor(*AGAINST_RGB)), (0.5, QColor(_GROUND))):
            gradient.setColorAt(place, color)
        gradient.setColorAt(1.0, QColor(*FOR_RGB))
        painter.fillRect(bar, gradient)
        painter.setFont(ui_font(SMALL_PX))
        painter.setPen(QColor(self._theme.palette.text_soft))
        text = QRectF(0, _BAR_PX, self.width(), self.height() - _BAR_PX)
        bottom = Qt.AlignmentFlag.AlignBottom
        painter.drawText(text, bottom | Qt.AlignmentFlag.AlignLeft, "against the class")
        painter.drawText(text, bottom | Qt.AlignmentFlag.AlignRight, "for it")
        painter.end()
