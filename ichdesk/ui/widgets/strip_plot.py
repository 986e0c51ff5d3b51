"""Rows of dots on one axis from 0 to 1, each dot a result; dots by pointer or by keyboard."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.curve_legend import DASHES
from ichdesk.ui.widgets.part_chooser import ARROWS, Part, PartChooser, nearest

_SIDE_PX = 2 * GRID_PX  # room for half a label of the axis
_TITLE_PX = 2 * GRID_PX + 4
_BAND_PX = 5 * GRID_PX
_SPREAD_PX = 2 * GRID_PX  # below a band, for mean and standard deviation
_AXIS_PX = 2 * GRID_PX + 2
_DOT_PX = 9.0
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class Mark(Enum):
    """The shape of a row's dots."""

    DOT = "dot"
    DIAMOND = "diamond"


@dataclass(frozen=True, slots=True)
class StripRow:
    """A row of results.

    Attributes:
        title: Stands above it.
        dots: (value from 0 to 1, what the dot says), ascending.
        empty: Stands in place of dots where there are none.
    """

    title: str
    dots: tuple[tuple[float, str], ...] = ()
    empty: str = ""
    mark: Mark = Mark.DOT

    @property
    def values(self) -> list[float]:
        """Of the dots."""
        return [value for value, _ in self.dots]


class StripPlot(PartChooser):
    """Dots that would cover one another are stacked; below them lie mean and standard deviation.

    Arrow keys or the pointer choose a dot.
    """

    def __init__(self, theme: Theme, axis_title: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._axis_title = axis_title
        self._rows: tuple[StripRow, ...] = ()
        self._reference: float | None = None
        self.setAccessibleName(f"{axis_title}; arrow keys choose a dot")

    def show_rows(self, rows: Sequence[StripRow], reference: float | None) -> None:
        """Show rows, and a dashed line at a value that all of them are compared with."""
        if (tuple(rows), reference) == (self._rows, self._reference):
            return
        self._rows, self._reference = tuple(rows), reference
        self._chosen = None
        self._tell()
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:
        """All rows and the axis below them."""
        return QSize(320, round(self._top_px(len(self._rows))) + _AXIS_PX + _TITLE_PX)

    def centers(self, row: int) -> list[QPointF]:
        """Where the dots of a row lie."""
        values = self._rows[row].values
        columns = [int(self._x_px(value) // _DOT_PX) for value in values]
        highest = max(Counter(columns).values(), default=1)
        step_px = min(_DOT_PX + 1, (_BAND_PX - _DOT_PX) / max(1, highest - 1))
        base_px = self._top_px(row) + _TITLE_PX + _BAND_PX - _DOT_PX / 2
        stacked, points = Counter[int](), []
        for value, column in zip(values, columns, strict=True):
            points.append(QPointF(self._x_px(value), base_px - stacked[column] * step_px))
            stacked[column] += 1
        return points

    # --- choosing a dot ----------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next dot of the row, or to the nearest one of the next row."""
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or not any(row.dots for row in self._rows):
            super().keyPressEvent(event)
        elif self._chosen is None:
            self._choose(self._first_part())
        elif step[1]:
            row, index = self._chosen
            last = len(self._rows[row].dots) - 1
            self._choose((row, min(max(index + step[1], 0), last)))
        else:
            self._choose_in_next_row(*self._chosen, step[0])

    def _first_part(self) -> Part | None:
        return next(((index, 0) for index, row in enumerate(self._rows) if row.dots), None)

    def _part_at(self, position: QPointF) -> Part | None:
        rows = range(len(self._rows))
        dots = ((row, dot) for row in rows for dot in enumerate(self.centers(row)))
        return nearest(position, (((row, index), center) for row, (index, center) in dots))

    def _sentence(self, part: Part) -> str:
        row, index = part
        return self._rows[row].dots[index][1]

    def _choose_in_next_row(self, row: int, index: int, step: int) -> None:
        x_px, other = self._x_px(self._rows[row].values[index]), row + step
        while 0 <= other < len(self._rows) and not self._rows[other].dots:
            other += step
        if 0 <= other < len(self._rows):
            distances = [abs(self._x_px(value) - x_px) for value in self._rows[other].values]
            self._choose((other, distances.index(min(distances))))

    # --- drawing -----------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the grid, then the rows over it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_grid(painter)
        for index, row in enumerate(self._rows):
            self._paint_title(painter, index, row)
            self._paint_spread(painter, index, row)
            self._paint_dots(painter, index, row)
        painter.end()

    def _paint_grid(self, painter: QPainter) -> None:
        palette, bottom_px = self._theme.palette, self._top_px(len(self._rows))
        painter.setFont(ui_font(SMALL_PX))
        for tick in _TICKS:
            x_px = self._x_px(tick)
            painter.setPen(QPen(QColor(palette.line), 1))
            for row in range(len(self._rows)):  # titles stand free of lines
                top_px = self._top_px(row) + _TITLE_PX
                painter.drawLine(QPointF(x_px, top_px), QPointF(x_px, self._top_px(row + 1)))
            painter.setPen(QColor(palette.text))
            label = QRectF(x_px - _SIDE_PX, bottom_px, 2 * _SIDE_PX, _AXIS_PX)
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, f"{tick:.1f}")
        painter.setFont(ui_font(SMALL_PX, bold=True))
        title = QRectF(0, bottom_px + _AXIS_PX, self.width(), _TITLE_PX)
        painter.drawText(title, Qt.AlignmentFlag.AlignCenter, self._axis_title)

    def _paint_title(self, painter: QPainter, index: int, row: StripRow) -> None:
        palette, top_px = self._theme.palette, self._top_px(index)
        painter.setFont(ui_font(SMALL_PX, bold=True))
        painter.setPen(QColor(palette.text))
        box = QRectF(0, top_px, self.width(), _TITLE_PX)
        metrics = QFontMetricsF(painter.font())
        text = metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
        if not row.dots:
            painter.setFont(ui_font(SMALL_PX))
            painter.setPen(QColor(palette.text_soft))
            band = QRectF(0, top_px + _TITLE_PX, self.width(), _BAND_PX)
            painter.drawText(band, Qt.AlignmentFlag.AlignCenter, row.empty)

    def _paint_spread(self, painter: QPainter, index: int, row: StripRow) -> None:
        """The reference, and mean and standard deviation below the dots."""
        palette, top_px = self._theme.palette, self._top_px(index) + _TITLE_PX
        if self._reference is not None:
            pen = QPen(QColor(palette.text_soft), 1.5)
            pen.setDashPattern(DASHES)
            painter.setPen(pen)
            x_px = self._x_px(self._reference)
            painter.drawLine(QPointF(x_px, top_px), QPointF(x_px, self._top_px(index + 1)))
        if len(row.dots) < 2:
            return
        mean, sd = statistics.fmean(row.values), statistics.stdev(row.values)
        y_px = top_px + _BAND_PX + _SPREAD_PX / 2
        painter.setPen(QPen(QColor(palette.text), 2))
        ends = (self._x_px(max(0.0, mean - sd)), self._x_px(min(1.0, mean + sd)))
        painter.drawLine(QPointF(ends[0], y_px), QPointF(ends[1], y_px))
        x_px, half_px = self._x_px(mean), GRID_PX / 2
        painter.drawLine(QPointF(x_px, y_px - half_px), QPointF(x_px, y_px + half_px))

    def _paint_dots(self, painter: QPainter, index: int, row: StripRow) -> None:
        palette = self._theme.palette
        for number, center in enumerate(self.centers(index)):
            chosen = self._chosen == (index, number)
            painter.setPen(
                QPen(QColor(palette.text if chosen else palette.card), 2 if chosen else 1)
            )
            painter.setBrush(QColor(palette.test))
            radius = _DOT_PX / 2 + chosen
            if row.mark is Mark.DOT:
                painter.drawEllipse(center, radius, radius)
            else:
                painter.drawPolygon(_diamond(center, radius + 2))

    # --- sizes -------------------------------------------------------------------------------

    def _top_px(self, row: int) -> float:
        return row * float(_TITLE_PX + _BAND_PX + _SPREAD_PX)

    def _x_px(self, value: float) -> float:
        return _SIDE_PX + value * (self.width() - 2 * _SIDE_PX)


def _diamond(center: QPointF, radius_px: float) -> QPolygonF:
    sides = (QPointF(0, -radius_px), QPointF(radius_px, 0), QPointF(0, radius_px))
    return QPolygonF([*(center + side for side in sides), center - sides[1]])
