"""A square picture on true black, with a line of text where there is none yet."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.core.heat_map import Picture
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font

_BLACK = "#000000"  # images keep their own black in every theme
_ON_BLACK = "#A9AFB6"
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class HeatPicture(QWidget):
    """Shows pixels as large as it is wide, up to a limit.

    Attributes:
        painted: It is on screen, so its content is wanted.
        step_requested: Asks for the next picture (1) or the one before (-1).
        opened: It was double-clicked.
    """

    painted = Signal()
    step_requested = Signal(int)
    opened = Signal()

    def __init__(self, theme: Theme, most_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image = QImage()
        self._text = ""
        self.setMinimumWidth(6 * GRID_PX)
        self.setMaximumWidth(most_px)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_pixels(self, pixels: Picture | None, text: str = "") -> None:
        """Show pixels (H, W, 3), or a text if there are none."""
        self._image = QImage() if pixels is None else _image(pixels)
        self._text = text
        self.update()

    def sizeHint(self) -> QSize:
        """Square."""
        return QSize(16 * GRID_PX, self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stay square."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.setFixedHeight(event.size().width())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.step_requested.emit(step)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Open."""
        self.opened.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture, or the text, and the focus."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(_BLACK))
        if self._image.isNull():
            painter.setFont(ui_font(SMALL_PX))
            painter.setPen(QColor(_ON_BLACK))
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(4, 4, -4, -4), wrapped, self._text)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRect(0, 0, self.width(), self.height()), self._image)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.palette.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()
        self.painted.emit()


def _image(pixels: Picture) -> QImage:
    height, width, _ = pixels.shape
    layout = QImage.Format.Format_RGB888
    return QImage(pixels.tobytes(), width, height, 3 * width, layout).copy()
