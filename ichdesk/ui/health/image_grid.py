"""The images of a check in rows, pairs side by side; only what is seen is decoded and drawn."""

from PySide6.QtCore import QItemSelectionModel, QRect, QSize, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from ichdesk.core.predictions import Place
from ichdesk.core.samples import Sample
from ichdesk.ui.health.findings import Row
from ichdesk.ui.health.health_text import Names, place_text
from ichdesk.ui.picture_cell import paint_line
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.thumbnail_list import (
    FAINT,
    Index,
    ThumbnailDelegate,
    ThumbnailList,
    ThumbnailModel,
)
from ichdesk.ui.thumbnails import Thumbnails

PICTURE_PX = 128
_LINE_PX = 2 * GRID_PX
_CELL_PX = QSize(PICTURE_PX + 2 * GRID_PX, PICTURE_PX + 3 * _LINE_PX + 2 * GRID_PX)


class ImageGrid(ThumbnailList):
    """Rows as wide as the window, of an even number of images where they come in pairs."""

    selection_changed = Signal()
    ahead = 16

    def __init__(self, theme: Theme, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        self._model = _Rows(self)
        self._rows: tuple[Row, ...] = ()
        self.names: Names = {}
        self.is_paired = False
        super().__init__(theme, thumbnails, self._model, parent)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName("Images concerned")
        self.wrap_rows(_CELL_PX.height() // 2)
        self.selectionModel().selectionChanged.connect(self.selection_changed)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is listed."""
        return self._rows

    @property
    def selected(self) -> list[Place]:
        """Where the selected images are that the project still has."""
        return [place for row in self.selected_rows if (place := self._rows[row].place)]

    @property
    def place(self) -> Place | None:
        """Of the image to show: the first that is selected, else the one with the keyboard."""
        current = self.currentIndex().row()
        shown = self.selected
        if shown:
            return shown[0]
        return self._rows[current].place if 0 <= current < len(self._rows) else None

    @property
    def second_rows(self) -> list[int]:
        """Rows of the second image of every pair of which the project has both."""
        has = [row.place is not None for row in self._rows] if self.is_paired else []
        return [row for row in range(1, len(has), 2) if has[row - 1] and has[row]]

    def sample_at(self, row: int) -> Sample:
        """The image in a row."""
        return self._rows[row].sample

    def told(self, row: int) -> str:
        """What is read out for an image."""
        return f"{place_text(self._rows[row].place, self.names)}. {self.remark(row)}".strip()

    def remark(self, row: int) -> str:
        """What is said of an image besides its place."""
        said = self._rows[row].shown.remark
        return said or (f"pair {row // 2 + 1}" if self.is_paired else "")

    def show_rows(self, rows: tuple[Row, ...], names: Names, *, is_paired: bool) -> None:
        """List these; the selection stays while they are the same."""
        is_same = [r.shown for r in rows] == [r.shown for r in self._rows]
        self.names, self.is_paired = names, is_paired
        if is_same:
            self._rows = rows
            self._forget_removed()
            self.viewport().update()
        else:
            self._rows = rows
            self._model.show_others(len(rows))
            self.scrollToTop()
        self._keep_pairs_together()
        self.selection_changed.emit()

    def select_second(self) -> None:
        """Select one image of every pair that is still whole."""
        self.clearSelection()
        flag = QItemSelectionModel.SelectionFlag.Select
        for row in self.second_rows:
            self.selectionModel().select(self._model.index(row), flag)
        self.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Never break a row between the images of a pair."""
        super().resizeEvent(event)
        self._keep_pairs_together()

    def _keep_pairs_together(self) -> None:
        room = self.width() - self.verticalScrollBar().sizeHint().width()
        columns = max(2, room // _CELL_PX.width())
        spare = room - (columns - 1) * _CELL_PX.width() - GRID_PX
        margin = max(0, spare) if self.is_paired and columns % 2 else 0
        if self.viewportMargins().right() != margin:
            self.setViewportMargins(0, 0, margin, 0)

    def _forget_removed(self) -> None:
        flags = QItemSelectionModel.SelectionFlag.Deselect
        for row in self.selected_rows:
            if self._rows[row].place is None:
                self.selectionModel().select(self._model.index(row), flags)


class _Rows(ThumbnailModel):
    """Rows are the images of a check."""

    def __init__(self, grid: ImageGrid) -> None:
        super().__init__()
        self._grid = grid

    def told(self, row: int) -> str:
        """What is read out for an image."""
        return self._grid.told(row)


class _Delegate(ThumbnailDelegate):
    """Draws a picture, faint if it was removed, and below it where it is and why it is here."""

    view: ImageGrid

    def __init__(self, grid: ImageGrid) -> None:
        super().__init__(grid, QRect(GRID_PX, GRID_PX // 2, PICTURE_PX, PICTURE_PX))

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """The same for every image."""
        return _CELL_PX

    def opacity(self, row: int) -> float:
        """Faint if the image was removed."""
        return FAINT if self.view.rows[row].place is None else 1.0

    def paint_rest(self, painter: QPainter, box: QRect, row: int) -> None:
        """Draw three lines of text."""
        palette, place = self.view.theme.palette, self.view.rows[row].place
        line = QRect(box.left(), box.bottom() + 3, box.width() + GRID_PX, _LINE_PX)
        if place is None:
            paint_line(painter, line, place_text(None, {}), palette.warning, bold=True)
        else:
            paint_line(painter, line, f"Image {place.index + 1:,}", palette.text, bold=True)
            name = self.view.names.get(place.class_id, "")
            paint_line(painter, line.translated(0, _LINE_PX), name, palette.text)
        remark = line.translated(0, 2 * _LINE_PX)
        paint_line(painter, remark, self.view.remark(row), palette.text_soft)
