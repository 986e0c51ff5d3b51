"""What every list of thumbnails does: only what is seen is decoded and drawn, keys reach it all."""

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QStringListModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ichdesk.core.samples import Sample
from ichdesk.ui.picture_cell import paint_focus, paint_picture, paint_selection
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.thumbnails import Thumbnails

Index = QModelIndex | QPersistentModelIndex
FAINT = 0.35
"""Opacity of a picture that does not count."""


_FLAGS = (
    Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
)


class ThumbnailModel(QStringListModel):
    """Rows are images; the pictures are drawn by the delegate.

    A kind of model says what is read out for each. The rows themselves are empty texts of a model
    that Qt has: to lay a list out it asks for their number once for each row, and 8,000 answers
    from Python take longer than everything else that an edit does.
    """

    @property
    def count(self) -> int:
        """Number of images."""
        return self.rowCount()

    def told(self, row: int) -> str:
        """What is read out for an image."""
        raise NotImplementedError

    def show_others(self, count: int) -> None:
        """Say that all rows are others now, as many as this."""
        self.setStringList([""] * count)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Images can be selected and, where the list allows it, dragged."""
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """What is read out for an image, and shown where the pointer rests."""
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            return self.told(index.row())
        return None


class ThumbnailList(QListView):
    """Enter and a double click open an image, Delete asks to remove the selected ones.

    A kind of list says by `sample_at` which sample is in a row, and has a `ThumbnailDelegate`.

    Attributes:
        ahead: How many pictures are decoded beyond either end of what is seen.
    """

    view_requested = Signal(int)  # row
    delete_requested = Signal()
    ahead = 4

    def __init__(
        self,
        theme: Theme,
        thumbnails: Thumbnails,
        model: ThumbnailModel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.thumbnails = thumbnails
        model.setParent(self)
        self.setModel(model)
        self.setProperty("role", "strip")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setTabKeyNavigation(False)
        self._wish = QTimer(self)
        self._wish.setSingleShot(True)
        self._wish.setInterval(0)
        self._wish.timeout.connect(self._ask_for_visible)
        self.doubleClicked.connect(lambda index: self.view_requested.emit(index.row()))
        thumbnails.ready.connect(self._on_ready)
        thumbnails.steps_changed.connect(self.viewport().update)
        theme.changed.connect(self.viewport().update)

    def sample_at(self, row: int) -> Sample:
        """The sample whose picture is shown in a row."""
        raise NotImplementedError

    @property
    def selected_rows(self) -> list[int]:
        """The selected rows, in order."""
        return sorted(row for part in self._selection() for row in part)

    @property
    def has_selection(self) -> bool:
        """Whether an image is selected."""
        return self.selectionModel().hasSelection()

    def wrap_rows(self, step_px: int) -> None:
        """Break into rows as wide as the list, and scroll up and down by this at least."""
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(step_px)

    def visible_rows(self) -> range:
        """Rows of which at least a part is in view."""
        first = max(0, self.indexAt(QPoint(GRID_PX // 2, 0)).row())
        end, count = first, self.model().rowCount()
        while end < count and self._starts_in_view(end):
            end += 1
        return range(first, end)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes, Enter opens, Escape first selects nothing."""
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.delete_requested.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._on_enter(event.modifiers())
        elif event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is: a list without current row shows nothing."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.model().rowCount():
            self._make_current(0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw, then ask for the pictures that were missing."""
        super().paintEvent(event)
        self._wish.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Want nothing any more."""
        super().hideEvent(event)
        self.thumbnails.want(id(self), ())

    def _selection(self) -> list[range]:
        """The selected rows as Qt keeps them, without a look at each."""
        return [range(p.top(), p.bottom() + 1) for p in self.selectionModel().selection().toList()]

    def _on_enter(self, _modifiers: Qt.KeyboardModifier) -> None:
        if self.currentIndex().isValid():
            self.view_requested.emit(self.currentIndex().row())

    def _make_current(self, row: int) -> None:
        """Put the keyboard there, and select nothing by it."""
        index = self.model().index(row, 0)
        flag = QItemSelectionModel.SelectionFlag.NoUpdate
        self.selectionModel().setCurrentIndex(index, flag)

    def _starts_in_view(self, row: int) -> bool:
        start = self.visualRect(self.model().index(row, 0)).topLeft()
        return start.x() < self.viewport().width() and start.y() < self.viewport().height()

    def _on_ready(self, digest: str) -> None:
        if any(self.sample_at(row).sha256 == digest for row in self.visible_rows()):
            self.viewport().update()

    def _ask_for_visible(self) -> None:
        seen, count = self.visible_rows(), self.model().rowCount()
        rows = range(max(0, seen.start - self.ahead), min(count, seen.stop + self.ahead))
        samples = [self.sample_at(row) for row in rows] if self.isVisible() else []
        self.thumbnails.want(id(self), samples)


class ThumbnailDelegate(QStyledItemDelegate):
    """Draws the picture of a row, its selection and its focus.

    Args:
        view: Whose rows are drawn.
        picture: Where the picture is in a cell whose top left corner is 0, 0.
    """

    def __init__(self, view: ThumbnailList, picture: QRect) -> None:
        super().__init__(view)
        self.view = view
        self.picture = picture

    def opacity(self, _row: int) -> float:
        """Of the picture of a row."""
        return 1.0

    def paint_rest(self, _painter: QPainter, _box: QRect, _row: int) -> None:
        """Draw what else is told of a row; `_box` is where its picture is."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell."""
        view, row = self.view, index.row()
        box = self.picture.translated(option.rect.topLeft())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(self.opacity(row))
        paint_picture(painter, box, view.sample_at(row), view.thumbnails)
        painter.setOpacity(1.0)
        self.paint_rest(painter, box, row)
        if option.state & QStyle.StateFlag.State_Selected:
            paint_selection(painter, box, view.theme.palette)
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_focus(painter, box, view.theme.palette)
        painter.restore()
