"""The legend of a map of points: every mark with what it means and how many there are."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.point_mark import PointMark, paint_mark

_LINE_PX = 2 * GRID_PX + 4
_RADIUS_PX = 5.0
_TEXT_PX = 2 * GRID_PX + 2  # left of a text, for its mark
_MOST = 12  # entries; the others are counted

_Entry = tuple[PointMark | None, str]


class PointLegend(QWidget):
    """Entries one after another in as many lines as they need; without points there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries: tuple[_Entry, ...] = ()
        self.setFont(ui_font(SMALL_PX))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_marks(self, marks: Sequence[PointMark]) -> None:
        """Show these marks, the most frequent ones if there are many."""
        entries = _entries([mark for mark in marks if mark.count])
        if entries != self._entries:
            self._entries = entries
            self.setAccessibleName("Legend: " + ", ".join(text for _, text in entries))
            self._fit()
            self.update()

    @property
    def texts(self) -> list[str]:
        """What stands beside the marks."""
        return [text for _, text in self._entries]

    def lines_px(self, width_px: int) -> int:
        """How high it is at a width."""
        boxes = self._boxes(width_px)
        return round(boxes[-1].bottom()) if boxes else 0

    def sizeHint(self) -> QSize:
        """A narrow column's."""
        return QSize(320, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break lines anew."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw marks and texts."""
        palette, painter = self._theme.palette, QPainter(self)
        metrics = QFontMetricsF(self.font())
        for box, (mark, text) in zip(self._boxes(self.width()), self._entries, strict=True):
            if mark:
                center = QPointF(box.left() + _RADIUS_PX + 1, box.center().y())
                paint_mark(painter, center, mark, _RADIUS_PX, palette.card)
            painter.setPen(QColor(palette.text if mark else palette.text_soft))
            words = box.adjusted(_TEXT_PX if mark else 0, 0, 0, 0)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, words.width() + 1)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()

    def _fit(self) -> None:
        self.setFixedHeight(self.lines_px(self.width()))

    def _boxes(self, width_px: int) -> list[QRectF]:
        """Where the entries stand."""
        metrics, boxes = QFontMetricsF(self.font()), list[QRectF]()
        x_px = y_px = 0.0
        for mark, text in self._entries:
            wide_px = metrics.horizontalAdvance(text) + (_TEXT_PX if mark else 0) + 2
            if x_px and x_px + wide_px > width_px:
                x_px, y_px = 0.0, y_px + _LINE_PX
            boxes.append(QRectF(x_px, y_px, min(wide_px, width_px), _LINE_PX))
            x_px += wide_px + 2 * GRID_PX
        return boxes


def _entries(marks: list[PointMark]) -> tuple[_Entry, ...]:
    kept = marks
    if len(marks) > _MOST:
        frequent = sorted(marks, key=lambda mark: -mark.count)[: _MOST - 1]
        kept = [mark for mark in marks if mark in frequent]
    entries: list[_Entry] = [(mark, f"{_line(mark.label)} ({mark.count:,})") for mark in kept]
    if left := len(marks) - len(kept):
        images = sum(mark.count for mark in marks) - sum(mark.count for mark in kept)
        entries.append((None, f"and {left:,} more ({images:,})"))
    return tuple(entries)


def _line(label: str) -> str:
    return " ".join(label.split())
