"""The horizontally scrolling row of a class's thumbnails."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDrag, QPainter, QPixmap, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem

from ichdesk.core.samples import ClassBin, Sample
from ichdesk.ui.cards.sample_model import SampleModel
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.thumbnail_list import FAINT, Index, ThumbnailDelegate, ThumbnailList
from ichdesk.ui.thumbnails import THUMBNAIL_PX, Thumbnails

CELL_PX = THUMBNAIL_PX + GRID_PX
STRIP_PX = THUMBNAIL_PX + GRID_PX + 6
_WHEEL_PX = 2 * CELL_PX


class SampleStrip(ThumbnailList):
    """One row of thumbnails, as long as it must be; Ctrl+Enter tries the selected ones."""

    preview_requested = Signal()

    def __init__(
        self, theme: Theme, thumbnails: Thumbnails, bin_: ClassBin, *, is_test: bool = False
    ) -> None:
        self._rows = SampleModel(bin_, is_test=is_test)
        super().__init__(theme, thumbnails, self._rows)
        self._delegate = _SampleDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setWrapping(False)
        self.setFixedHeight(STRIP_PX)
        self.setSelectionRectVisible(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(False)
        self.horizontalScrollBar().setSingleStep(CELL_PX // 2)

    @property
    def view_row(self) -> int:
        """The sample to show large: the current one if it is selected, else the first selected."""
        rows, current = self.selected_rows, self.currentIndex().row()
        return current if current in rows or not rows else rows[0]

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The samples shown."""
        return self._rows.samples

    @property
    def positions(self) -> tuple[int, ...]:
        """Of the samples shown among all samples of the class."""
        return self._rows.positions

    @property
    def selected_positions(self) -> list[int]:
        """Of the selected samples, likewise."""
        return [self.positions[row] for row in self.selected_rows]

    def sample_at(self, row: int) -> Sample:
        """The sample at this position."""
        return self.samples[row]

    def set_bin(self, bin_: ClassBin) -> None:
        """Show another state of the class; keeps the place, and the current row if one is left."""
        place, row = self.horizontalScrollBar().value(), self.currentIndex().row()
        first = min(self.selected_rows, default=row)
        self._delegate.is_enabled = bin_.enabled
        if self._rows.set_bin(bin_):
            self.doItemsLayout()
            self.horizontalScrollBar().setValue(place)
            if first >= 0 and self.samples:
                self._make_current(min(first, len(self.samples) - 1))
        self.viewport().update()

    def go_to(self, position: int) -> None:
        """Bring a sample into view, selected and with the focus; by its position in the class."""
        index = self._rows.index(self.positions.index(position))
        flag = self.selectionModel().SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(index, flag)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self.setFocus()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll sideways; at either end the wheel goes on to the canvas."""
        bar = self.horizontalScrollBar()
        before = bar.value()
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if not pixels.isNull():
            step = float(pixels.x() or pixels.y())
        else:
            step = (angle.x() or angle.y()) / 120 * _WHEEL_PX
        bar.setValue(before - round(step))
        event.setAccepted(bar.value() != before)

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Drag the selection with its count under the pointer."""
        rows = self.selected_rows
        if not rows:
            return
        drag = QDrag(self)
        drag.setMimeData(self._rows.packed(rows))
        picture = self.thumbnails[self.samples[rows[0]]]
        if picture is not None:
            drag.setPixmap(_with_count(picture, len(rows), self.theme))
        drag.exec(Qt.DropAction.MoveAction)

    def _on_enter(self, modifiers: Qt.KeyboardModifier) -> None:
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            if self.has_selection:
                self.preview_requested.emit()
        else:
            super()._on_enter(modifiers)


class _SampleDelegate(ThumbnailDelegate):
    """Draws a thumbnail, faint in a class that is disabled."""

    def __init__(self, strip: SampleStrip) -> None:
        super().__init__(strip, QRect(0, 0, THUMBNAIL_PX, THUMBNAIL_PX))
        self.is_enabled = True

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """The same for every sample."""
        return QSize(CELL_PX, THUMBNAIL_PX)

    def opacity(self, _row: int) -> float:
        """The same for every sample."""
        return 1.0 if self.is_enabled else FAINT


def _with_count(picture: QPixmap, count: int, theme: Theme) -> QPixmap:
    """A thumbnail with the number of dragged samples on it."""
    if count == 1:
        return picture
    result = picture.copy()
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(ui_font(SMALL_PX, bold=True))
    text = f"{count:,}"
    width_px = painter.fontMetrics().horizontalAdvance(text) + 2 * GRID_PX
    badge = QRect(THUMBNAIL_PX - width_px, 0, width_px, 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.palette.accent))
    painter.drawRoundedRect(badge, 4, 4)
    painter.setPen(QColor(theme.palette.on_accent))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return result
