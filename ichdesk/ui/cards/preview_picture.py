"""The picture of the Preview card: the image as the model sees it, on true black."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_BLACK = "#000000"  # images keep their own black in every theme


class PreviewPicture(QWidget):
    """A square that shows an image as large as fits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixels: npt.NDArray[np.uint8] | None = None
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_pixels(self, pixels: npt.NDArray[np.uint8] | None, name: str) -> None:
        """Show pixels (H, W, 3), or black if there are none."""
        self.setAccessibleName(f"Image {name}")
        if pixels is self._pixels:
            return
        self._pixels = pixels
        if pixels is None:
            self._image = QImage()
        else:
            height, width, _ = pixels.shape
            data = np.ascontiguousarray(pixels).tobytes()
            layout = QImage.Format.Format_RGB888
            self._image = QImage(data, width, height, 3 * width, layout).copy()
        self.update()

    def sizeHint(self) -> QSize:
        """Square."""
        return QSize(self.width(), self.heightForWidth(self.width()))

    def hasHeightForWidth(self) -> bool:
        """Square."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Square."""
        return width

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the image smoothly scaled."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(_BLACK))
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            box = QRectF(0, 0, size.width(), size.height())
            box.moveCenter(QRectF(self.rect()).center())
            painter.drawImage(box, self._image)
        painter.end()
