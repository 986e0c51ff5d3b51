"""The whole gallery as one picture for a slide."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from ichdesk.core.samples import Sample
from ichdesk.ui.gallery.answer_list import AnswerList
from ichdesk.ui.gallery.gallery_columns import LINE_PX, ColumnHeading, GalleryColumns
from ichdesk.ui.gallery.gallery_text import LEGEND
from ichdesk.ui.gallery.rate_bar import SCALE_PX, paint_scale
from ichdesk.ui.panel_image import titled_image
from ichdesk.ui.picture_cell import paint_line
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Palette, Theme, ui_font
from ichdesk.ui.thumbnails import Thumbnails

MAX_IMAGES = 120
"""On a picture; more would be too small on a slide, so it says that they are missing."""
_MIN_COLUMN_PX = 192
_GAP_PX = 2 * GRID_PX
_LINE_PX = 2 * GRID_PX
_LEGEND_PX = _LINE_PX + GRID_PX
_TALLEST = 0.9  # of the width, if wider columns can make it so
_WRAP = Qt.TextFlag.TextWordWrap
_TALL_PX = 10_000


class GalleryPicture(QObject):
    """Draws what the columns list, once the images on it have been decoded."""

    def __init__(self, theme: Theme, columns: GalleryColumns, thumbnails: Thumbnails) -> None:
        super().__init__(columns)
        self._theme = theme
        self._columns = columns
        self._thumbnails = thumbnails
        self._done: Callable[[], None] | None = None
        thumbnails.ready.connect(self._advance)

    @property
    def is_waiting(self) -> bool:
        """Whether images are still missing."""
        return self._done is not None

    def prepare(self, done: Callable[[], None]) -> None:
        """Call back when all images are there; a former wish is dropped."""
        self._done = done
        self._advance()

    def drop(self) -> None:
        """Prepare nothing any more."""
        self._done = None
        self._thumbnails.want(id(self), ())

    def image(self, title: str, note: str) -> QImage:
        """The gallery below its title and a remark."""
        palette, plan = self._theme.palette, _Plan.of(self._columns)

        def draw(image: QImage, place: QPoint) -> None:
            painter = QPainter(image)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(place)
            _paint_legend(painter, plan.size.width(), palette)
            painter.translate(0, _LEGEND_PX)
            pairs = zip(self._columns.headings, self._columns.lists, strict=True)
            for heading, view in pairs:
                listed = _listed(heading, view, plan.columns)
                _paint_heading(painter, heading, plan.column_px, listed, palette)
                _paint_images(painter, view, plan)
                painter.translate(plan.column_px + _GAP_PX, 0)
            painter.end()

        return titled_image(title, note, plan.size, palette, draw)

    def _advance(self) -> None:
        if self._done is None:
            return
        views = self._columns.lists
        missing = [s for view in views for s in _shown(view, len(views))]
        missing = [sample for sample in missing if sample not in self._thumbnails]
        if missing:
            self._thumbnails.want(id(self), missing)
        else:
            done, self._done = self._done, None
            done()


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where everything goes.

    Attributes:
        columns: How many there are; `across` how many images stand side by side in each.
        heading_px: Height of the highest heading; `column_px` width of a column.
        size: Of everything.
    """

    columns: int
    across: int
    cell: QSize
    heading_px: int
    column_px: int
    size: QSize

    @staticmethod
    def of(shown: GalleryColumns) -> "_Plan":
        """As wide as makes it look like a slide, and no wider than the images need."""
        longest = max(len(_shown(view, len(shown.lists))) for view in shown.lists)
        across = 1
        while (plan := _Plan._across(shown, longest, across)).is_tall and across < longest:
            across += 1
        return plan

    @staticmethod
    def _across(shown: GalleryColumns, longest: int, across: int) -> "_Plan":
        columns, cell = len(shown.lists), shown.lists[0].cell_size
        column_px = max(_MIN_COLUMN_PX, across * cell.width())
        across = max(across, column_px // cell.width())
        pairs = zip(shown.headings, shown.lists, strict=True)
        heading_px = max(_heading_px(heading, view, column_px, columns) for heading, view in pairs)
        width_px = columns * (column_px + _GAP_PX) - _GAP_PX
        rows_px = -(-longest // across) * cell.height()
        size = QSize(width_px, _LEGEND_PX + heading_px + rows_px)
        return _Plan(columns, across, cell, heading_px, column_px, size)

    @property
    def is_tall(self) -> bool:
        """Whether it is higher than a slide."""
        return self.size.height() > _TALLEST * self.size.width()


def _shown(view: AnswerList, columns: int) -> list[Sample]:
    """The images of a column that a picture has room for."""
    room = max(1, MAX_IMAGES // columns)
    return [row.prediction.sample for row in view.rows[:room]]


def _listed(heading: ColumnHeading, view: AnswerList, columns: int) -> str:
    """How many images of a column are on the picture; "" if all are."""
    shown, n = len(_shown(view, columns)), len(view.rows)
    return heading.listed_label.text() if shown == n else f"Here the first {shown:,} of {n:,}"


def _paint_legend(painter: QPainter, width_px: int, palette: Palette) -> None:
    paint_scale(painter, QRectF(0, 0, SCALE_PX, _LINE_PX), palette)
    text = QRect(SCALE_PX + GRID_PX, 0, width_px - SCALE_PX - GRID_PX, _LINE_PX)
    paint_line(painter, text, LEGEND, palette.text_soft)


def _heading_px(heading: ColumnHeading, view: AnswerList, width_px: int, columns: int) -> int:
    limit = QRect(0, 0, width_px, _TALL_PX)
    metrics = QFontMetrics(ui_font(SMALL_PX))
    figure_px = metrics.boundingRect(limit, _WRAP, heading.figure_label.text()).height()
    lines = 3 if _listed(heading, view, columns) else 2
    return LINE_PX + lines * _LINE_PX + figure_px


def _paint_heading(
    painter: QPainter, heading: ColumnHeading, width_px: int, listed: str, palette: Palette
) -> None:
    painter.fillRect(0, 0, width_px, LINE_PX, QColor(heading.color))
    line = QRect(0, LINE_PX + 4, width_px, _LINE_PX)
    paint_line(painter, line, heading.name_label.text(), heading.color, bold=True)
    painter.setPen(QColor(palette.text_soft))
    painter.setFont(ui_font(SMALL_PX))
    box = QRect(0, line.bottom() + 3, width_px, _TALL_PX)
    used = painter.drawText(box, _WRAP, heading.figure_label.text())
    below = QRect(0, used.bottom() + 1, width_px, _LINE_PX)
    paint_line(painter, below, listed, palette.text_soft)


def _paint_images(painter: QPainter, view: AnswerList, plan: _Plan) -> None:
    delegate, model = view.itemDelegate(), view.model()
    for row in range(len(_shown(view, plan.columns))):
        down, along = divmod(row, plan.across)
        place = QPoint(along * plan.cell.width(), plan.heading_px + down * plan.cell.height())
        option = QStyleOptionViewItem()
        option.rect = QRect(place, plan.cell)
        delegate.paint(painter, option, model.index(row, 0))
