"""Slices side by side, each as it was and, below, as it is now."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.ui.lab.previews import Pair
from ichdesk.ui.theme import BODY_PX, GRID_PX, SMALL_PX, Theme, ui_font

_LINE_PX = 3 * GRID_PX
_LEAST_SIDE_PX = 96
_MOST_SIDE_PX = 448  # twice what the network sees
_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Column:
    """A slice under its name."""

    title: str
    pair: Pair


class PairGrid(QWidget):
    """Draws columns as large as there is room, on true black."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns: tuple[Column, ...] = ()
        self._caption = ""
        self.setAccessibleName("Slices before and now")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def columns(self) -> tuple[Column, ...]:
        """What is shown."""
        return self._columns

    @property
    def caption(self) -> str:
        """What is said above the lower row."""
        return self._caption

    def show_columns(self, columns: Sequence[Column], before: str, now: str) -> None:
        """Show these; what is said of the upper row stands elsewhere, that of the lower here."""
        self._columns, self._caption = tuple(columns), now
        names = ", ".join(column.title for column in columns)
        self.setAccessibleDescription(f"{names}. Above: {before}. Below: {now}.")
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Room for pictures in which one can still see something."""
        width_px = _COLUMNS * _LEAST_SIDE_PX + (_COLUMNS - 1) * GRID_PX
        return QSize(width_px, 2 * _LINE_PX + 2 * _LEAST_SIDE_PX + GRID_PX)

    def sizeHint(self) -> QSize:
        """Room for the pictures as the network sees them."""
        return QSize(_COLUMNS * (224 + GRID_PX), 2 * _LINE_PX + 2 * 224 + GRID_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take no more height than pictures of this width need."""
        super().resizeEvent(event)
        side = min((self.width() - (_COLUMNS - 1) * GRID_PX) // _COLUMNS, _MOST_SIDE_PX)
        self.setMaximumHeight(2 * (_LINE_PX + side) + GRID_PX)

    def side_px(self) -> int:
        """Side of a picture."""
        count = max(len(self._columns), 1)
        across = (self.width() - (count - 1) * GRID_PX) // count
        down = (self.height() - 2 * _LINE_PX - GRID_PX) // 2
        return max(_LEAST_SIDE_PX, min(across, down, _MOST_SIDE_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw names, captions and pictures."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = self.side_px()
        self._draw_names(painter, side)
        self._draw_caption(painter, self._caption, _LINE_PX + side + GRID_PX)
        for row in range(2):
            top = _LINE_PX + row * (_LINE_PX + side + GRID_PX)
            for index, column in enumerate(self._columns):
                box = QRect(index * (side + GRID_PX), top, side, side)
                image = (column.pair.before, column.pair.after)[row]
                self._draw_picture(painter, box, image, column.pair.error)
        painter.end()

    def _draw_names(self, painter: QPainter, side: int) -> None:
        painter.setFont(ui_font(BODY_PX, bold=True))
        painter.setPen(QColor(self._theme.palette.text))
        for index, column in enumerate(self._columns):
            box = QRect(index * (side + GRID_PX), 0, side, _LINE_PX)
            _draw_elided(painter, box, column.title)

    def _draw_caption(self, painter: QPainter, caption: str, top: int) -> None:
        painter.setFont(ui_font(BODY_PX))
        painter.setPen(QColor(self._theme.palette.text))
        _draw_elided(painter, QRect(0, top, self.width(), _LINE_PX), caption)

    def _draw_picture(
        self, painter: QPainter, box: QRect, image: QImage | None, error: str
    ) -> None:
        painter.fillRect(box, QColor("black"))  # as a monitor in a reading room, in any theme
        if image is not None:
            painter.drawImage(box, image)
        elif error:
            painter.setFont(ui_font(SMALL_PX))
            painter.setPen(QColor("white"))
            inside = box.adjusted(GRID_PX, GRID_PX, -GRID_PX, -GRID_PX)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(inside, int(flags), error)


def _draw_elided(painter: QPainter, box: QRect, text: str) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
