"""The horizontally scrolling row of a class's thumbnails."""

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QDrag,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ichdesk.core.samples import ClassBin, Sample
from ichdesk.ui.cards.sample_model import SampleModel
from ichdesk.ui.picture_cell import paint_focus, paint_picture, paint_selection
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.thumbnails import THUMBNAIL_PX, Thumbnails

CELL_PX = THUMBNAIL_PX + GRID_PX
STRIP_PX = THUMBNAIL_PX + GRID_PX + 6
_AHEAD = 4  # thumbnails decoded beyond either edge
_WHEEL_PX = 2 * CELL_PX
_DISABLED_OPACITY = 0.35


class SampleStrip(QListView):
    """One row of thumbnails, as long as it must be; only what is seen is decoded and drawn."""

    delete_requested = Signal()
    preview_requested = Signal()
    view_requested = Signal(int)  # row

    def __init__(
        self, theme: Theme, thumbnails: Thumbnails, bin_: ClassBin, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._rows = SampleModel(bin_)
        self._rows.setParent(self)
        self.setModel(self._rows)
        self._delegate = _SampleDelegate(theme, thumbnails, self)
        self.setItemDelegate(self._delegate)
        self._set_up_view()
        self._wish = QTimer(self)
        self._wish.setSingleShot(True)
        self._wish.setInterval(0)
        self._wish.timeout.connect(self._ask_for_visible)
        self.doubleClicked.connect(lambda index: self.view_requested.emit(index.row()))
        thumbnails.ready.connect(self._on_ready)
        thumbnails.steps_changed.connect(self.viewport().update)
        theme.changed.connect(self.viewport().update)

    def _set_up_view(self) -> None:
        self.setProperty("role", "strip")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setFixedHeight(STRIP_PX)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionRectVisible(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(False)
        self.horizontalScrollBar().setSingleStep(CELL_PX // 2)

    @property
    def selected_rows(self) -> list[int]:
        """Positions of the selected samples, in order."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    @property
    def view_row(self) -> int:
        """The sample to show large: the current one if it is selected, else the first selected."""
        rows, current = self.selected_rows, self.currentIndex().row()
        return current if current in rows or not rows else rows[0]

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The samples shown."""
        return self._rows.samples

    def set_bin(self, bin_: ClassBin) -> None:
        """Show another state of the class; keeps the place, and the current row if one is left."""
        place, row = self.horizontalScrollBar().value(), self.currentIndex().row()
        first = min(self.selected_rows, default=row)
        self._delegate.is_enabled = bin_.enabled
        if self._rows.set_bin(bin_):
            self.doItemsLayout()
            self.horizontalScrollBar().setValue(place)
            if first >= 0 and bin_.samples:
                self.selectionModel().setCurrentIndex(
                    self._rows.index(min(first, len(bin_.samples) - 1)),
                    QItemSelectionModel.SelectionFlag.NoUpdate,
                )
        self.viewport().update()

    def go_to(self, row: int) -> None:
        """Bring a sample into view, selected and with the focus."""
        index = self._rows.index(row)
        self.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        self.setFocus()

    def visible_rows(self) -> range:
        """Rows of which at least a part is inside the strip."""
        left = self.horizontalScrollBar().value()
        first = left // CELL_PX
        last = (left + self.viewport().width() - 1) // CELL_PX
        return range(max(0, first), min(len(self.samples), last + 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes the selection, Enter opens one sample large, Ctrl+Enter tries them all."""
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.delete_requested.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._on_enter(event.modifiers())
        elif event.key() == Qt.Key.Key_Escape and self.selected_rows:
            self.clearSelection()
        else:
            super().keyPressEvent(event)

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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw, then ask for the pictures that were missing."""
        super().paintEvent(event)
        self._wish.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Want nothing any more."""
        super().hideEvent(event)
        self._thumbnails.want(id(self), ())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is: a list without current row shows nothing."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.samples:
            self.selectionModel().setCurrentIndex(
                self._rows.index(0), QItemSelectionModel.SelectionFlag.NoUpdate
            )

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Drag the selection with its count under the pointer."""
        rows = self.selectionModel().selectedRows()
        if not rows:
            return
        drag = QDrag(self)
        drag.setMimeData(self._rows.mimeData(rows))
        picture = self._thumbnails[self.samples[rows[0].row()]]
        if picture is not None:
            drag.setPixmap(_with_count(picture, len(rows), self._delegate.theme))
        drag.exec(Qt.DropAction.MoveAction)

    def _on_enter(self, modifiers: Qt.KeyboardModifier) -> None:
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            if self.selected_rows:
                self.preview_requested.emit()
        elif self.currentIndex().isValid():
            self.view_requested.emit(self.currentIndex().row())

    def _ask_for_visible(self) -> None:
        rows = self.visible_rows()
        shown = self.samples[max(0, rows.start - _AHEAD) : rows.stop + _AHEAD]
        self._thumbnails.want(id(self), shown if self.isVisible() else ())

    def _on_ready(self, digest: str) -> None:
        if any(self.samples[row].sha256 == digest for row in self.visible_rows()):
            self.viewport().update()


class _SampleDelegate(QStyledItemDelegate):
    """Draws a thumbnail, its selection and its focus."""

    def __init__(self, theme: Theme, thumbnails: Thumbnails, strip: SampleStrip) -> None:
        super().__init__(strip)
        self.theme = theme
        self.is_enabled = True
        self._thumbnails = thumbnails
        self._strip = strip

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """The same for every sample."""
        return QSize(CELL_PX, THUMBNAIL_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one cell."""
        cell = option.rect
        state = option.state
        box = QRect(cell.left(), cell.top(), THUMBNAIL_PX, THUMBNAIL_PX)
        painter.save()
        painter.setOpacity(1.0 if self.is_enabled else _DISABLED_OPACITY)
        paint_picture(painter, box, self._strip.samples[index.row()], self._thumbnails)
        painter.setOpacity(1.0)
        if state & QStyle.StateFlag.State_Selected:
            paint_selection(painter, box, self.theme.palette)
        if index == self._strip.currentIndex() and self._strip.hasFocus():
            paint_focus(painter, box, self.theme.palette)
        painter.restore()


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
