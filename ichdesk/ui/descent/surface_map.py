"""The loss around a run as a map, and the ways down on it."""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.ui.descent.contours import band_map, height_at, levels, map_image
from ichdesk.ui.descent.levels import level_text, loss_text
from ichdesk.ui.descent.map_view import MapView
from ichdesk.ui.descent.map_ways import WayPainter
from ichdesk.ui.descent.ramp import ramp
from ichdesk.ui.descent.ways import OWN, Ground, Picture, Way
from ichdesk.ui.theme import GRID_PX, RADIUS_PX, SMALL_PX, Theme, ui_font

_ASPECT = 0.75
_MOST_WIDTH_PX = 560
_BAR_PX = GRID_PX
_LABEL_PX = 2 * GRID_PX + 2
_LABEL_ROOM_PX = 4 * GRID_PX


class SurfaceMap(QWidget):
    """Bands of equal loss, dark where it is low; ways from their start to an epoch.

    `pointed` tells the loss below the pointer, "" for none.
    """

    pointed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ground: Ground | None = None
        self._samples = 0
        self._ways: list[Way] = []
        self._shown: frozenset[int] = frozenset()
        self._epoch = 0
        self._lines: list[float] = []
        self._image: QImage | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Loss surface with the paths down")
        theme.changed.connect(self._redraw)

    def show_picture(self, picture: Picture) -> None:
        """Show a ground and the ways on it."""
        if picture.ground is not None and picture.ground is not self._ground:
            self._lines = levels(picture.ground)
            self._image = None
        self._ground, self._samples = picture.ground, picture.samples
        ways = (way for way in picture.ways.values() if len(way.path))
        self._ways = sorted(ways, key=lambda way: way.number == OWN)  # the run's own on top
        self.update()

    def show_ways(self, numbers: Collection[int]) -> None:
        """Show these ways and no others."""
        self._shown = frozenset(numbers)
        self.update()

    def show_epoch(self, epoch: int) -> None:
        """Draw the ways as far as an epoch; what follows becomes pale."""
        self._epoch = epoch
        self.update()

    def map_rect(self) -> QRectF:
        """Where the map lies."""
        width_px = min(self.width(), _MOST_WIDTH_PX)
        left_px = (self.width() - width_px) // 2
        return QRectF(left_px, 0, width_px, round(width_px * _ASPECT))

    # --- events ------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the proportions."""
        super().resizeEvent(event)
        self.setFixedHeight(round(self.map_rect().height()) + GRID_PX // 2 + _BAR_PX + _LABEL_PX)
        self._redraw()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the loss below the pointer."""
        self._tell(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell the loss below a finger, which does not hover."""
        self._tell(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Tell nothing."""
        super().leaveEvent(event)
        self.pointed.emit("")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the map, the ways over it and the scale below it."""
        if self._ground is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_ground(painter, self._ground)
        pen = WayPainter(painter, MapView(self._ground, self.map_rect()), self._theme.palette)
        ways = [way for way in self._ways if way.number in self._shown]
        for way in ways:
            pen.paint_way(way, self._epoch)
            if way.number == OWN:
                pen.paint_ends(way)
        for way in ways:
            pen.paint_mark(way, self._epoch)
        self._paint_scale(painter)
        painter.end()

    def _tell(self, place: QPointF) -> None:
        box, text = self.map_rect(), ""
        if self._ground is not None and box.contains(place):
            loss = loss_text(height_at(self._ground, *MapView(self._ground, box).point(place)))
            text = f"At the pointer: training loss {loss} (n = {self._samples:,})"
        self.pointed.emit(text)

    # --- drawing -----------------------------------------------------------------------------

    def _redraw(self) -> None:
        self._image = None
        self.update()

    def _paint_ground(self, painter: QPainter, ground: Ground) -> None:
        box = self.map_rect()
        if self._image is None:
            ratio = self.devicePixelRatioF()
            size = max(2, round(box.height() * ratio)), max(2, round(box.width() * ratio))
            self._image = map_image(band_map(ground, self._lines, size), self._colors())
        clip = QPainterPath()
        clip.addRoundedRect(box, RADIUS_PX / 2, RADIUS_PX / 2)
        painter.setClipPath(clip)
        painter.drawImage(box, self._image)
        painter.setClipping(False)

    def _paint_scale(self, painter: QPainter) -> None:
        """The colors in order, with the losses at which one becomes the next."""
        box, colors = self.map_rect(), self._colors()
        top_px, width_px = box.bottom() + GRID_PX // 2, box.width() / len(colors)
        painter.setFont(ui_font(SMALL_PX))
        painter.setPen(QColor(self._theme.palette.text))
        free_px = box.left()
        for number, color in enumerate(colors.tolist()):
            left_px = box.left() + number * width_px
            painter.fillRect(QRectF(left_px, top_px, width_px + 1, _BAR_PX), QColor(*color))
            text = level_text(self._lines[number - 1]) if number else ""
            room = max(_LABEL_ROOM_PX, painter.fontMetrics().horizontalAdvance(text) + GRID_PX)
            label = QRectF(left_px - room / 2, top_px + _BAR_PX, room, _LABEL_PX)
            if text and label.left() >= free_px and label.right() <= box.right() + GRID_PX:
                painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)
                free_px = label.right()

    def _colors(self) -> npt.NDArray[np.uint8]:
        palette = self._theme.palette
        return ramp(palette.accent, palette.accent_soft, len(self._lines) + 1)
