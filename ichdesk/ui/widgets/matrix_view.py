"""A confusion matrix: counts in colored cells, elided labels, a color scale, cells by keyboard."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ichdesk.core.metrics import Counts
from ichdesk.ui.theme import BODY_PX, GRID_PX, SMALL_PX, Theme, ui_font

_TITLE_PX = 2 * GRID_PX + 2
_LABEL_PX = 88
_MAX_CELL_PX = 64
_SCALE_PX = 2 * GRID_PX
_SCALE_TEXT_PX = 40
_SCALE_BESIDE = 5  # classes; with more, the scale takes the corner
_SMALLEST_FONT_PX = 9
_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


def blend(low: str, high: str, share: float) -> QColor:
    """The color at `share` of the way between two."""
    a, b = QColor(low), QColor(high)
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    mixed = (round(x + (y - x) * share) for x, y in pairs)
    return QColor(*mixed)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things lie, in px; `x` and `y` are the top left corner of the cells."""

    x: float
    y: float
    cell: float
    classes: int

    @property
    def size(self) -> float:
        return self.cell * self.classes

    def rect(self, row: int, column: int) -> QRectF:
        x, y = self.x + column * self.cell, self.y + row * self.cell
        return QRectF(x, y, self.cell, self.cell)

    def row_label(self, row: int) -> QRectF:
        y = self.y + row * self.cell
        return QRectF(_TITLE_PX, y, self.x - _TITLE_PX - GRID_PX, self.cell)

    def column_label(self, column: int) -> QRectF:
        x = self.x + column * self.cell
        return QRectF(x, self.y + self.size + GRID_PX, self.cell, _LABEL_PX)


class MatrixView(QWidget):
    """Square matrix of counts that fits its width.

    Arrow keys or the mouse choose a cell; `cell_changed` tells it in a sentence.
    """

    cell_changed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._counts: Counts = np.zeros((0, 0), np.int64)
        self._names: tuple[str, ...] = ()
        self._cell: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Confusion matrix; arrow keys choose a cell")
        theme.changed.connect(self.update)

    def show_counts(self, counts: Counts, names: tuple[str, ...]) -> None:
        """Show counts (C, C), row = class, column = prediction."""
        if names == self._names and np.array_equal(counts, self._counts):
            return
        if len(names) != len(self._names):
            self._cell = None
        renamed = names != self._names
        self._counts, self._names = counts, names
        if renamed:  # longer names need more room below
            self._fit()
        self._tell()
        self.update()

    def sentence(self, row: int, column: int) -> str:
        """What a cell says."""
        n = int(self._counts[row].sum())
        count = int(self._counts[row, column])
        verdict = "correctly called" if row == column else "called"
        return f"{self._names[row]}: {count:,} of {n:,} test images {verdict} {self._names[column]}"

    def cell_color(self, row: int, column: int) -> QColor:
        """Fill of a cell, on the scale from 0 to the largest count."""
        palette = self._theme.palette
        top = max(1, int(self._counts.max()))
        return blend(palette.heat_low, palette.heat_high, int(self._counts[row, column]) / top)

    def sizeHint(self) -> QSize:
        """High enough for the cells that fit the width."""
        layout = self._layout()
        below = GRID_PX + self._label_width_px() + _TITLE_PX
        return QSize(320, round(layout.y + layout.size + below))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the cells square."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    # --- choosing a cell ---------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the chosen cell."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not self._names:
            super().keyPressEvent(event)
            return
        row, column = self._cell or (0, 0)
        if self._cell is not None:
            row, column = row + step[0], column + step[1]
        last = len(self._names) - 1
        self._choose((min(max(row, 0), last), min(max(column, 0), last)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the pointer."""
        self._choose_at(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under a finger, which does not hover."""
        self._choose_at(event.position())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Mark the first cell for those who come by keyboard."""
        super().focusInEvent(event)
        by_key = event.reason() in {
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        }
        if by_key and self._cell is None and self._names:
            self._choose((0, 0))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Choose nothing."""
        super().focusOutEvent(event)
        self._choose(None)

    def leaveEvent(self, event: QEvent) -> None:
        """Choose nothing."""
        super().leaveEvent(event)
        if not self.hasFocus():
            self._choose(None)

    def event(self, event: QEvent) -> bool:
        """Show full names where labels are cut."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tooltip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def _choose_at(self, position: QPointF) -> None:
        found = self._cell_at(position)
        if found is not None:
            self._choose(found)

    def _choose(self, cell: tuple[int, int] | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self._tell()
            self.update()

    def _tell(self) -> None:
        text = self.sentence(*self._cell) if self._cell else ""
        self.setAccessibleDescription(text)
        self.cell_changed.emit(text)

    def _cell_at(self, position: QPointF) -> tuple[int, int] | None:
        layout = self._layout()
        column = int((position.x() - layout.x) // layout.cell) if layout.cell else -1
        row = int((position.y() - layout.y) // layout.cell) if layout.cell else -1
        inside = 0 <= row < layout.classes and 0 <= column < layout.classes
        return (row, column) if inside else None

    def _tooltip_at(self, position: QPointF) -> str:
        if cell := self._cell_at(position):
            return self.sentence(*cell)
        layout = self._layout()
        for index, name in enumerate(self._names):
            if layout.row_label(index).contains(position):
                return name
            if layout.column_label(index).contains(position):
                return name
        return ""

    # --- drawing -----------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw cells, labels, titles and scale."""
        if not self._names:
            return
        layout = self._layout()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_cells(painter, layout)
        self._paint_labels(painter, layout)
        self._paint_titles(painter, layout)
        self._paint_scale(painter, layout)
        painter.end()

    def _paint_cells(self, painter: QPainter, layout: _Layout) -> None:
        palette = self._theme.palette
        fonts = self._fitting_fonts(layout.cell)
        for row in range(layout.classes):
            for column in range(layout.classes):
                rect = layout.rect(row, column)
                painter.fillRect(rect, self.cell_color(row, column))
                painter.setPen(QPen(QColor(palette.card), 1))
                painter.drawRect(rect)
                if fonts:
                    painter.setFont(fonts[row == column])
                    painter.setPen(QColor(palette.text))
                    text = f"{int(self._counts[row, column])}"
                    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        if self._cell:
            painter.setPen(QPen(QColor(palette.text), 2))
            painter.drawRect(layout.rect(*self._cell).adjusted(1, 1, -1, -1))

    def _fitting_fonts(self, cell_px: float) -> tuple[QFont, QFont] | None:
        """Fonts for wrong and right counts, or None where the largest count fits at no size."""
        text = str(int(self._counts.max()))
        for size_px in range(BODY_PX, _SMALLEST_FONT_PX - 1, -1):
            bold = ui_font(size_px, bold=True)
            metrics = QFontMetricsF(bold)
            if metrics.horizontalAdvance(text) <= cell_px - 2 and metrics.height() <= cell_px:
                return ui_font(size_px), bold
        return None

    def _paint_labels(self, painter: QPainter, layout: _Layout) -> None:
        font = ui_font(min(SMALL_PX, max(_SMALLEST_FONT_PX, int(layout.cell * 0.6))))
        painter.setFont(font)
        painter.setPen(QColor(self._theme.palette.text))
        metrics = QFontMetricsF(font)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        height_px = self._label_width_px()
        for index, name in enumerate(self._names):
            rect = layout.row_label(index)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, right, text)
            below = layout.column_label(index)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, height_px)
            painter.save()
            painter.translate(below.center().x(), below.top())
            painter.rotate(-90)
            upright = QRectF(-height_px, -layout.cell / 2, height_px, layout.cell)
            painter.drawText(upright, right, text)
            painter.restore()

    def _paint_titles(self, painter: QPainter, layout: _Layout) -> None:
        painter.setFont(ui_font(SMALL_PX, bold=True))
        painter.setPen(QColor(self._theme.palette.text))
        bottom = QRectF(layout.x, self.height() - _TITLE_PX, layout.size, _TITLE_PX)
        painter.drawText(_widened(bottom), Qt.AlignmentFlag.AlignCenter, "Prediction")
        painter.save()
        painter.translate(0, layout.y + layout.size / 2)
        painter.rotate(-90)
        side = QRectF(-layout.size / 2, 0, layout.size, _TITLE_PX)
        painter.drawText(_widened(side), Qt.AlignmentFlag.AlignCenter, "Class")
        painter.restore()

    def _paint_scale(self, painter: QPainter, layout: _Layout) -> None:
        palette = self._theme.palette
        top = max(1, int(self._counts.max()))
        bar = self._scale_bar(layout)
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        gradient.setColorAt(0, QColor(palette.heat_low))
        gradient.setColorAt(1, QColor(palette.heat_high))
        painter.fillRect(bar, gradient)
        painter.setFont(ui_font(SMALL_PX))
        painter.setPen(QColor(palette.text))
        line_px = QFontMetricsF(painter.font()).height()
        painter.drawText(bar.topLeft() - QPointF(0, GRID_PX / 2), "Images")
        for value, y in ((top, bar.top()), (0, bar.bottom() - line_px)):
            box = QRectF(bar.right() + GRID_PX / 2, y, _SCALE_TEXT_PX, line_px)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, f"{value:,}")

    def _scale_bar(self, layout: _Layout) -> QRectF:
        """Beside a small matrix; in the free corner of a large one, which needs the width."""
        if layout.classes <= _SCALE_BESIDE:
            x, y = layout.x + layout.size + 2 * GRID_PX, layout.y
            height_px = layout.size
        else:
            x, y = _TITLE_PX + GRID_PX, layout.y + layout.size + GRID_PX
            height_px = self._label_width_px()
        return QRectF(x, y + _TITLE_PX, _SCALE_PX, max(5 * GRID_PX, height_px - _TITLE_PX))

    # --- sizes -------------------------------------------------------------------------------

    def _layout(self) -> _Layout:
        classes = len(self._names)
        x = _TITLE_PX + self._label_width_px() + GRID_PX
        beside = 2 * GRID_PX + _SCALE_PX + _SCALE_TEXT_PX
        right = beside if classes <= _SCALE_BESIDE else 1
        room = max(0.0, self.width() - x - right)
        cell = min(_MAX_CELL_PX, int(room / classes)) if classes else 0
        return _Layout(x, 1, cell, classes)

    def _label_width_px(self) -> float:
        metrics = QFontMetricsF(ui_font(SMALL_PX))
        widest = max((metrics.horizontalAdvance(name) for name in self._names), default=0.0)
        return min(float(_LABEL_PX), widest + 2)

    def _fit(self) -> None:
        self.setFixedHeight(self.sizeHint().height())


def _widened(rect: QRectF) -> QRectF:
    return rect.adjusted(-2 * GRID_PX, 0, 2 * GRID_PX, 0)
