"""Test images in rows, each with the model's answer; only what is seen is decoded and drawn."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QRect, QSize, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from ichdesk.core.predictions import Place, Prediction
from ichdesk.core.samples import Sample
from ichdesk.ui.picture_cell import paint_line
from ichdesk.ui.prediction_text import Names, answer_text, remark_text, told_text, truth_text
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
_STEP_PX = PICTURE_PX // 2 + 3 * GRID_PX


@dataclass(frozen=True, slots=True)
class Row:
    """A test image, and where it is now; None if it was removed."""

    prediction: Prediction
    place: Place | None


class PredictionGrid(ThumbnailList):
    """Rows as wide as the window, with two lines of text below each picture."""

    selection_changed = Signal()
    ahead = 16

    def __init__(self, theme: Theme, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        self._model = _Rows(self.told)
        super().__init__(theme, thumbnails, self._model, parent)
        self.setItemDelegate(AnswerDelegate(self, PICTURE_PX))
        self.setAccessibleName("Test images")
        self.wrap_rows(_STEP_PX)
        self.selectionModel().selectionChanged.connect(self.selection_changed)

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
        rows = sorted(self.selected_rows, key=lambda row: row != current)
        return [self.rows[row] for row in rows if self.rows[row].place is not None]

    @property
    def place(self) -> Place | None:
        """Of the image to show: the first that is selected, else the one with the keyboard."""
        current = self.currentIndex().row()
        shown = self.selected or list(self.rows[current : current + 1] if current >= 0 else ())
        return shown[0].place if shown else None

    def sample_at(self, row: int) -> Sample:
        """The test image in a row."""
        return self.rows[row].prediction.sample

    def told(self, row: int) -> str:
        """What is read out for an image."""
        return told_text(self.rows[row].prediction, self.rows[row].place, self.names)

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


class _Rows(ThumbnailModel):
    """Rows are test images.

    Args:
        tell: Says what is read out for a row.
    """

    def __init__(self, tell: Callable[[int], str]) -> None:
        super().__init__()
        self._tell = tell
        self.rows: tuple[Row, ...] = ()
        self.names: Names = {}

    def show(self, rows: tuple[Row, ...], names: Names) -> bool:
        """Take other rows; whether they are the same images in the same order."""
        is_same = [r.prediction for r in rows] == [r.prediction for r in self.rows]
        self.rows, self.names = rows, names
        if not is_same:
            self.show_others(len(rows))
        return is_same

    def told(self, row: int) -> str:
        """What is read out for an image."""
        return self._tell(row)


class AnswerDelegate(ThumbnailDelegate):
    """Draws a picture, faint if it was removed, and the answer below it.

    Args:
        picture_px: Side of the picture.
        margin_px: At its left and right.
    """

    view: PredictionGrid

    def __init__(self, grid: PredictionGrid, picture_px: int, margin_px: int = GRID_PX) -> None:
        super().__init__(grid, QRect(margin_px, GRID_PX // 2, picture_px, picture_px))

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """The same for every image."""
        height_px = self.picture.height() + 2 * _LINE_PX + 2 * GRID_PX
        return QSize(self.picture.width() + 2 * self.picture.left(), height_px)

    def opacity(self, row: int) -> float:
        """Faint if the image was removed."""
        return FAINT if self.view.rows[row].place is None else 1.0

    def paint_rest(self, painter: QPainter, box: QRect, row: int) -> None:
        """Draw the answer, and below it what became of the image or what it is."""
        palette, names, shown = self.view.theme.palette, self.view.names, self.view.rows[row]
        remark = remark_text(shown.prediction, shown.place, names)
        line = QRect(box.left(), box.bottom() + 3, box.width() + self.picture.left(), _LINE_PX)
        paint_line(painter, line, answer_text(shown.prediction, names), palette.text, bold=True)
        second = remark or self.truth(row)
        color = palette.warning if remark else palette.text_soft
        paint_line(painter, line.translated(0, _LINE_PX), second, color)

    def truth(self, row: int) -> str:
        """What the image of an error is."""
        return truth_text(self.view.rows[row].prediction, self.view.names)


def _is_same_class(old: Place | None, new: Place | None) -> bool:
    """Whether an image is where it was; a place within the class counts as the same."""
    if old is None or new is None:
        return old is new
    return old.class_id == new.class_id
