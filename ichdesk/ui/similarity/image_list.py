"""Images of the map as thumbnails, each with its class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from ichdesk.core.predictions import Place
from ichdesk.core.samples import Sample
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

_LINE_PX = 2 * GRID_PX


@dataclass(frozen=True, slots=True)
class Listed:
    """An image of a list.

    Attributes:
        row: Of the map.
        place: Where it is in the project now; None if it was removed.
        title: Below its picture; `remark` below that.
        is_strange: Whether it is of another class than it should be.
        tell: Says what is read out for it.
    """

    row: int
    sample: Sample
    place: Place | None
    title: str
    remark: str
    is_strange: bool
    tell: Callable[[], str]


class ImageList(ThumbnailList):
    """Rows as wide as the list.

    Args:
        picture_px: Side of a picture.
        name: For screen readers.
    """

    selection_changed = Signal()
    ahead = 8

    def __init__(
        self,
        theme: Theme,
        thumbnails: Thumbnails,
        picture_px: int,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        self._model = _Rows()
        super().__init__(theme, thumbnails, self._model, parent)
        delegate = _Delegate(self, picture_px)
        self.setItemDelegate(delegate)
        self.setAccessibleName(name)
        self.cell_px = delegate.cell_px
        self.wrap_rows(self.cell_px.height() // 2)
        self.selectionModel().selectionChanged.connect(self.selection_changed)

    @property
    def images(self) -> tuple[Listed, ...]:
        """What is listed."""
        return self._model.images

    @property
    def chosen(self) -> list[Listed]:
        """The selected images, the current one first."""
        current = self.currentIndex().row()
        return [self.images[row] for row in sorted(self.selected_rows, key=lambda r: r != current)]

    def sample_at(self, row: int) -> Sample:
        """The sample in a row."""
        return self.images[row].sample

    def show_images(self, images: Sequence[Listed]) -> None:
        """List these; the selection stays if they are the same ones."""
        is_same = [i.row for i in images] == [i.row for i in self.images]
        self._model.show(tuple(images), is_same=is_same)
        if is_same:
            self.viewport().update()
        else:
            self.scrollToTop()


class _Rows(ThumbnailModel):
    """Rows are images."""

    def __init__(self) -> None:
        super().__init__()
        self.images: tuple[Listed, ...] = ()

    def show(self, images: tuple[Listed, ...], *, is_same: bool) -> None:
        """Take other rows, or other facts on the same ones."""
        self.images = images
        if not is_same:
            self.show_others(len(images))

    def told(self, row: int) -> str:
        """What is read out for an image."""
        return self.images[row].tell()


class _Delegate(ThumbnailDelegate):
    """Draws a picture, faint if it was removed, and its class below it."""

    view: ImageList

    def __init__(self, view: ImageList, side_px: int) -> None:
        half_px = GRID_PX // 2
        super().__init__(view, QRect(half_px, half_px, side_px, side_px))
        self.cell_px = QSize(side_px + GRID_PX, side_px + 2 * _LINE_PX + GRID_PX)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """The same for every image."""
        return self.cell_px

    def opacity(self, row: int) -> float:
        """Faint if the image was removed."""
        return FAINT if self.view.images[row].place is None else 1.0

    def paint_rest(self, painter: QPainter, box: QRect, row: int) -> None:
        """Draw what it is."""
        palette, image = self.view.theme.palette, self.view.images[row]
        line = QRect(box.left(), box.bottom() + 2, box.width() + GRID_PX // 2, _LINE_PX)
        color = palette.warning if image.is_strange else palette.text
        paint_line(painter, line, image.title, color)
        paint_line(painter, line.translated(0, _LINE_PX), image.remark, palette.text_soft)
