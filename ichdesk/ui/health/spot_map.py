"""The mean picture with the spots laid over it that tell the classes apart."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.core.image_health import Spots
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font

SIDE_PX = 28 * GRID_PX
_BAR_PX = 2 * GRID_PX
_TEXT_PX = 5 * GRID_PX
_LOW, _HIGH = (255, 214, 102), (217, 48, 37)  # over gray; the same in both themes, as the picture
_DIM = 0.6  # of the mean picture, so that the spots stand out
_ALPHA = 190


class SpotMap(QWidget):
    """Spots beyond chance are colored by how well they tell; those that give away are framed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._spots: Spots | None = None
        self._picture = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Where a single spot tells the classes apart")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """The picture, and its scale beside it."""
        return QSize(SIDE_PX + GRID_PX + _BAR_PX + _TEXT_PX, SIDE_PX)

    def show_spots(self, spots: Spots | None, average: npt.NDArray[np.float32] | None) -> None:
        """Show them over the mean picture (32, 32); None hides the map."""
        self._spots = spots
        self.setVisible(spots is not None and average is not None)
        if average is None:
            return
        gray = np.ascontiguousarray((average * _DIM).clip(0, 255).astype(np.uint8))
        height, width = gray.shape
        form = QImage.Format.Format_Grayscale8
        self._picture = QImage(gray.tobytes(), width, height, width, form).copy()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw everything."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(0, 0, SIDE_PX, SIDE_PX), self._picture)
        if self._spots is not None:
            self._paint_spots(painter, self._spots)
            self._paint_scale(painter, self._spots)
        painter.end()

    def _paint_spots(self, painter: QPainter, spots: Spots) -> None:
        telling, each = spots.telling, SIDE_PX / len(spots.best)
        for row, column in zip(*np.nonzero(spots.best > spots.limit), strict=True):
            cell = QRectF(column * each, row * each, each, each)
            painter.fillRect(cell, _color(_strength(spots, float(spots.best[row, column]))))
        painter.setPen(QPen(QColor("#FFFFFF"), 2))
        painter.drawLines(_outline(telling, each))

    def _paint_scale(self, painter: QPainter, spots: Spots) -> None:
        left = SIDE_PX + GRID_PX
        painter.fillRect(left, 0, _BAR_PX, SIDE_PX, QColor("#000000"))  # as under the spots
        for step in range(SIDE_PX):
            painter.fillRect(left, step, _BAR_PX, 1, _color(1 - step / SIDE_PX))
        painter.setFont(ui_font(SMALL_PX))
        painter.setPen(QColor(self._theme.palette.text_soft))
        box = QRectF(left + _BAR_PX + 4, 0, _TEXT_PX, SIDE_PX)
        painter.drawText(box, Qt.AlignmentFlag.AlignTop, "1.00")
        painter.drawText(box, Qt.AlignmentFlag.AlignBottom, f"{min(spots.limit, 0.99):.2f}")


def _outline(telling: npt.NDArray[np.bool_], each: float) -> list[QLineF]:
    """Edges between telling spots and others, and none outside of the picture."""
    side = len(telling)
    framed = np.pad(telling, 1)
    lines = []
    for row, column in zip(*np.nonzero(telling), strict=True):
        x, y = column * each, row * each
        for down, right, ends in (
            (-1, 0, (0, 0, each, 0)),
            (1, 0, (0, each, each, each)),
            (0, -1, (0, 0, 0, each)),
            (0, 1, (each, 0, each, each)),
        ):
            if not framed[row + 1 + down, column + 1 + right]:
                x1, y1, x2, y2 = ends
                top = side * each - 1
                a, b, c, d = (max(1.0, min(top, v)) for v in (x + x1, y + y1, x + x2, y + y2))
                lines.append(QLineF(a, b, c, d))
    return lines


def _strength(spots: Spots, area: float) -> float:
    """0 at the limit of chance, 1 where a spot always tells."""
    return (area - spots.limit) / max(1 - spots.limit, 1e-6)


def _color(strength: float) -> QColor:
    r, g, b = (round(low + strength * (high - low)) for low, high in zip(_LOW, _HIGH, strict=True))
    return QColor(r, g, b, _ALPHA)
