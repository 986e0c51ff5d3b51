"""Test images in rows, each with the model's answer; only what is seen is decoded and drawn."""

from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ichdesk.core.predictions import Place, Prediction
from ichdesk.ui.picture_cell import paint_focus, paint_picture, paint_selection
from ichdesk.ui.prediction_text import Names, answer_text, remark_text, told_text, truth_text
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.thumbnails import Thumbnails

PICTURE_PX = 128
_LINE_PX = 2 * GRID_PX
_CELL_PX = QSize(PICTURE_PX + 2 * GRID_PX, PICTURE_PX + 2 * _LINE_PX + 2 * GRID_PX)
_AHEAD = 16  # pictures decoded beyond either end
_GONE_OPACITY = 0.35
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Row:
    """A test image, and where it is now; None if it was removed."""

    prediction: Prediction
    place: Place | None


class PredictionGrid(QListView):
    """Enter and a double click open an image, Delete removes the selected ones."""

    view_requested = Signal()
    delete_requested = Signal()
    selection_changed = Signal()

    def __init__(self, theme: Theme, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._model = _Rows()
        self._model.setParent(self)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(theme, thumbnails, self))
        self._set_up_view()
        self._wish = QTimer(self)
        self._wish.setSingleShot(True)
        self._wish.setInterval(0)
        self._wish.timeout.connect(self._ask_for_visible)
        self.doubleClicked.connect(self.view_requested)
        self.selectionModel().selectionChanged.connect(self.selection_changed)
        thumbnails.ready.connect(self._on_ready)
        thumbnails.steps_changed.connect(self.viewport().update)
        theme.changed.connect(self.viewport().update)

    def _set_up_view(self) -> None:
        self.setProperty("role", "strip")
        self.setAccessibleName("Test images")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setTabKeyNavigation(False)
        self.verticalScrollBar().setSingleStep(_CELL_PX.height() // 2)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is listed."""
        return self._model.rows

    @property
    def names(self) -> Names:
        """What the classes are called."""
        return self._model.names

    @property
    def selected(self) -> list[Row]:
        """The selected images that the project still has, the current one first."""
        current = self.currentIndex().row()
        rows = sorted(i.row() for i in self.selectionModel().selectedRows())
        rows.sort(key=lambda row: row != current)
        return [self.rows[row] for row in rows if self.rows[row].place is not None]

    @property
    def place(self) -> Place | None:
        """Of the image to show: the first that is selected, else the one with the keyboard."""
        current = self.currentIndex().row()
        shown = self.selected or list(self.rows[current : current + 1] if current >= 0 else ())
        return shown[0].place if shown else None

    def show_rows(self, rows: tuple[Row, ...], names: Names) -> None:
        """List these; the selection stays on images that are still where they were."""
        before = self.rows
        if not self._model.show(rows, names):
            self.scrollToTop()
            return
        flags = QItemSelectionModel.SelectionFlag.Deselect
        for number, (old, new) in enumerate(zip(before, rows, strict=True)):
            if not _is_same_class(old.place, new.place):
                self.selectionModel().select(self._model.index(number), flags)
        self.viewport().update()
        self.selection_changed.emit()

    def visible_rows(self) -> range:
        """Rows of which at least a part is in view."""
        first = max(0, self.indexAt(QPoint(GRID_PX, 0)).row())
        end, bottom_px = first, self.viewport().height()
        while end < len(self.rows) and self.visualRect(self._model.index(end)).top() < bottom_px:
            end += 1
        return range(first, end)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes, Enter opens, Escape first selects nothing."""
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.delete_requested.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.view_requested.emit()
        elif event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is: a list without current row shows nothing."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.rows:
            self.selectionModel().setCurrentIndex(
                self._model.index(0), QItemSelectionModel.SelectionFlag.NoUpdate
            )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw, then ask for the pictures that were missing."""
        super().paintEvent(event)
        self._wish.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Want nothing any more."""
        super().hideEvent(event)
        self._thumbnails.want(id(self), ())

    def _on_ready(self, _digest: str) -> None:
        self.viewport().update()

    def _ask_for_visible(self) -> None:
        seen = self.visible_rows()
        shown = self.rows[max(0, seen.start - _AHEAD) : seen.stop + _AHEAD]
        samples = [row.prediction.sample for row in shown]
        self._thumbnails.want(id(self), samples if self.isVisible() else ())


class _Rows(QAbstractListModel):
    """Rows are test images; the pictures are drawn by the delegate."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()
        self.names: Names = {}

    def show(self, rows: tuple[Row, ...], names: Names) -> bool:
        """Take other rows; whether they are the same images in the same order."""
        is_same = [r.prediction for r in rows] == [r.prediction for r in self.rows]
        if not is_same:
            self.beginResetModel()
        self.rows, self.names = rows, names
        if not is_same:
            self.endResetModel()
        return is_same

    def rowCount(self, parent: _Index | None = None) -> int:
        """Number of images."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """What is read out for an image."""
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            row = self.rows[index.row()]
            return told_text(row.prediction, row.place, self.names)
        return None


class _Delegate(QStyledItemDelegate):
    """Draws a picture, the answer below it, the selection and the focus."""

    def __init__(self, theme: Theme, thumbnails: Thumbnails, grid: PredictionGrid) -> None:
        super().__init__(grid)
        self._theme = theme
        self._thumbnails = thumbnails
        self._grid = grid

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """The same for every image."""
        return _CELL_PX

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one cell."""
        row = self._grid.rows[index.row()]
        left, top = option.rect.left() + GRID_PX, option.rect.top() + GRID_PX // 2
        box = QRect(left, top, PICTURE_PX, PICTURE_PX)
        painter.save()
        painter.setOpacity(_GONE_OPACITY if row.place is None else 1.0)
        paint_picture(painter, box, row.prediction.sample, self._thumbnails)
        painter.setOpacity(1.0)
        self._paint_texts(painter, box, row)
        if option.state & QStyle.StateFlag.State_Selected:
            paint_selection(painter, box, self._theme.palette)
        if index == self._grid.currentIndex() and self._grid.hasFocus():
            paint_focus(painter, box, self._theme.palette)
        painter.restore()

    def _paint_texts(self, painter: QPainter, box: QRect, row: Row) -> None:
        palette, names, prediction = self._theme.palette, self._grid.names, row.prediction
        remark = remark_text(prediction, row.place, names)
        second = remark or truth_text(prediction, names)
        lines = (
            (answer_text(prediction, names), palette.text, True),
            (second, palette.warning if remark else palette.text_soft, False),
        )
        for number, (text, color, bold) in enumerate(lines):
            font = ui_font(SMALL_PX, bold=bold)
            top = box.bottom() + 3 + number * _LINE_PX
            line = QRect(box.left(), top, box.width() + GRID_PX, _LINE_PX)
            one_line = " ".join(text.split())  # a name may contain a line break
            metrics = QFontMetricsF(font)
            shown = metrics.elidedText(one_line, Qt.TextElideMode.ElideRight, line.width())
            painter.setFont(font)
            painter.setPen(QColor(color))
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)


def _is_same_class(old: Place | None, new: Place | None) -> bool:
    """Whether an image is where it was; a place within the class counts as the same."""
    if old is None or new is None:
        return old is new
    return old.class_id == new.class_id
