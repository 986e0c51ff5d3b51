"""The test images of one column: each between two bars, with what the model said of it."""

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QWidget

from ichdesk.core.evaluation import Figure
from ichdesk.core.gallery import Column
from ichdesk.ui.gallery.gallery_text import bars_text, own_class_text
from ichdesk.ui.gallery.rate_bar import BAR_PX, paint_rate
from ichdesk.ui.icons import glyph
from ichdesk.ui.prediction_grid import AnswerDelegate, PredictionGrid, Row
from ichdesk.ui.prediction_text import Names
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Palette, Theme, ui_font
from ichdesk.ui.thumbnails import Thumbnails

PICTURE_PX = 128
"""The largest that pictures are shown in."""
MARGIN_PX = 3 * GRID_PX // 2
"""A bar and the gaps at both its sides, beside each picture."""
SCROLL_PX = 2 * GRID_PX
_GAP_PX = 2
_GROWTH = 4 / 3  # at most, of pictures that fill the width of their column
_BADGE_PX = 20
_CROSS_PX = 14
_NOTHING = "No such image"


class AnswerList(PredictionGrid):
    """One image is selected at a time; Ctrl+Enter asks for it in its class."""

    class_requested = Signal(int)  # row
    resized = Signal()

    def __init__(self, theme: Theme, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(theme, thumbnails, parent)
        self.column: Column | None = None
        self.overall: Figure | None = None
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)

    @property
    def cell_size(self) -> QSize:
        """Of an image with its bars and its text."""
        return self.itemDelegate().sizeHint(QStyleOptionViewItem(), QModelIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the pictures be fitted."""
        super().resizeEvent(event)
        self.resized.emit()

    def fit(self, least_px: int, width_px: int) -> None:
        """Show the pictures in a size that fills a width.

        The room of the scroll bar is left, or it would come and go.

        Args:
            least_px: Side of the pictures at least.
            width_px: Of the narrowest column, so that pictures are as large in all of them.
        """
        self.setMinimumWidth(least_px + 2 * MARGIN_PX + SCROLL_PX)
        metric, bar = QStyle.PixelMetric.PM_ScrollBarExtent, self.verticalScrollBar()
        bar_px = self.style().pixelMetric(metric, None, bar)
        room_px = width_px - bar_px - 1  # a row that takes all of it would be broken
        cell_px = room_px // max(1, room_px // (least_px + 2 * MARGIN_PX))
        largest_px = min(PICTURE_PX, round(_GROWTH * least_px))
        side_px = min(largest_px, max(least_px, cell_px - 2 * MARGIN_PX))
        before = self.itemDelegate()
        fitted = _BarDelegate(self, side_px, max(MARGIN_PX, (cell_px - side_px) // 2))
        if isinstance(before, _BarDelegate) and before.picture == fitted.picture:
            fitted.deleteLater()
            return
        self.setItemDelegate(fitted)
        before.deleteLater()
        self.wrap_rows(side_px)

    def show_column(
        self, column: Column, overall: Figure, rows: tuple[Row, ...], names: Names
    ) -> None:
        """List these images of a column, which is compared with all columns together."""
        self.column, self.overall = column, overall
        self.show_rows(rows, names)
        self.viewport().update()

    def told(self, row: int) -> str:
        """What is read out for an image, with what the bars say."""
        assert self.column is not None
        assert self.overall is not None
        said, image = super().told(row), self.rows[row].prediction
        if image.is_error and self.column.is_right(image):
            said += " It counts as right here."
        return f"{said} {bars_text(self.column.accuracy, self.overall)}"

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the images, or that there are none."""
        super().paintEvent(event)
        if not self.rows:
            painter = QPainter(self.viewport())
            painter.setFont(ui_font(SMALL_PX))
            painter.setPen(QColor(self.theme.palette.text_soft))
            top = self.viewport().rect().adjusted(0, GRID_PX, 0, 0)
            painter.drawText(top, Qt.AlignmentFlag.AlignHCenter, _NOTHING)
            painter.end()

    def _on_enter(self, modifiers: Qt.KeyboardModifier) -> None:
        if not modifiers & Qt.KeyboardModifier.ControlModifier:
            super()._on_enter(modifiers)
        elif self.currentIndex().isValid():
            self.class_requested.emit(self.currentIndex().row())


class _BarDelegate(AnswerDelegate):
    """Draws the bars, the mark of an error and the answer."""

    view: AnswerList

    def paint_rest(self, painter: QPainter, box: QRect, row: int) -> None:
        """Draw what stands beside, on and below a picture."""
        view, palette = self.view, self.view.theme.palette
        column, image = view.column, view.rows[row].prediction
        if column is None or view.overall is None:
            return
        left = QRect(box.left() - _GAP_PX - BAR_PX, box.top(), BAR_PX, box.height())
        right = QRect(box.right() + 1 + _GAP_PX, box.top(), BAR_PX, box.height())
        paint_rate(painter, left, column.accuracy.value, palette)
        paint_rate(painter, right, view.overall.value, palette)
        if not column.is_right(image):
            _paint_wrong(painter, box, palette)
        super().paint_rest(painter, box, row)

    def truth(self, row: int) -> str:
        """The column says the true class, unless it stands for several."""
        column, image = self.view.column, self.view.rows[row].prediction
        if column is None or len(column.group) > 1:
            return super().truth(row)
        return own_class_text(image)


def _paint_wrong(painter: QPainter, box: QRect, palette: Palette) -> None:
    """A frame, and a cross in the upper left corner."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(palette.error), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box.adjusted(1, 1, -1, -1))
    badge = QRect(box.left(), box.top(), _BADGE_PX, _BADGE_PX)
    painter.fillRect(badge, QColor(palette.error))
    ratio = painter.device().devicePixelRatioF()
    cross = glyph("close-thick", palette.card, _CROSS_PX, ratio)
    inset = (_BADGE_PX - _CROSS_PX) // 2
    painter.drawPixmap(badge.topLeft() + QPoint(inset, inset), cross)
    painter.restore()
