"""A confusion matrix: colored cells, elided labels, a scale, cells by keyboard and pointer."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
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
from PySide6.QtWidgets import QToolTip, QWidget

from ichdesk.core.metrics import Counts
from ichdesk.ui.theme import BODY_PX, GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.matrix_figures import PERCENT, Figures
from ichdesk.ui.widgets.matrix_layout import LABEL_PX, TITLE_PX, MatrixLayout
from ichdesk.ui.widgets.part_chooser import ARROWS, Part, PartChooser

_MAX_CELL_PX = 64
_SCALE_PX = 2 * GRID_PX
_SCALE_TEXT_PX = 40
_SCALE_BESIDE = 5  # classes; with more, the scale takes the corner
_SMALLEST_FONT_PX = 9
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}


def blend(low: str, high: str, share: float) -> QColor:
    """The color at `share` of the way between two."""
    a, b = QColor(low), QColor(high)
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    mixed = (round(x + (y - x) * share) for x, y in pairs)
    return QColor(*mixed)


class MatrixView(PartChooser):
    """Square matrix of counts, or of percents of each row, that fits its width.

    Arrow keys or the pointer choose a cell; Enter or a click opens it.
    """

    cell_opened = Signal(int, int)  # row, column

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._figures = Figures.none()
        self._pressed: Part | None = None
        self.setAccessibleName("Confusion matrix; arrow keys choose a cell, Enter shows its images")

    def show_counts(self, counts: Counts, names: tuple[str, ...]) -> None:
        """Show counts (C, C), row = class, column = prediction."""
        if names == self._names and np.array_equal(counts, self._figures.counts):
            return
        if len(names) != len(self._names):
            self._chosen = None
        renamed = names != self._names
        self._show(replace(self._figures, counts=counts, names=names))
        if renamed:  # longer names need more room below
            self._fit()

    def show_percents(self, as_percent: bool) -> None:
        """Show percents of each row, with the n of the row, or counts."""
        self._show(replace(self._figures, as_percent=as_percent))
        self._fit()

    def table(self) -> list[list[str]]:
        """The counts with headings; [] where there are none."""
        return self._figures.table()

    def cell_color(self, row: int, column: int) -> QColor:
        """Fill of a cell, on the scale from 0 to the largest count, or to the whole row."""
        palette = self._theme.palette
        return blend(palette.heat_low, palette.heat_high, self._figures.strength(row, column))

    def sizeHint(self) -> QSize:
        """High enough for the cells that fit the width."""
        layout = self._layout()
        below = GRID_PX + self._label_width_px() + TITLE_PX
        return QSize(320, round(layout.y + layout.size + below))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the cells square."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    # --- choosing a cell ---------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the chosen cell, or open it."""
        if self._chosen is not None and event.key() in _ENTER:
            self.cell_opened.emit(*self._chosen)
            return
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or not self._names:
            super().keyPressEvent(event)
            return
        row, column = self._chosen or (0, 0)
        if self._chosen is not None:
            row, column = row + step[0], column + step[1]
        last = len(self._names) - 1
        self._choose((min(max(row, 0), last), min(max(column, 0), last)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the pointer."""
        found = self._choose_at(event.position())
        shape = Qt.CursorShape.ArrowCursor if found is None else Qt.CursorShape.PointingHandCursor
        self.setCursor(shape)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under a finger, which does not hover."""
        self._pressed = self._choose_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the cell that was clicked."""
        pressed, self._pressed = self._pressed, None
        is_left = event.button() is Qt.MouseButton.LeftButton
        if is_left and pressed and pressed == self._part_at(event.position()):
            self.cell_opened.emit(*pressed)

    def event(self, event: QEvent) -> bool:
        """Show full names where labels are cut."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tooltip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    @property
    def _names(self) -> tuple[str, ...]:
        return self._figures.names

    def _show(self, figures: Figures) -> None:
        self._figures = figures
        self._tell()
        self.update()

    def _part_at(self, position: QPointF) -> Part | None:
        return self._layout().cell_at(position)

    def _first_part(self) -> Part | None:
        return (0, 0) if self._names else None

    def _sentence(self, part: Part) -> str:
        return self._figures.sentence(*part)

    def _choose_at(self, position: QPointF) -> Part | None:
        """The cell there; beside the cells, the last one stays chosen."""
        found = self._part_at(position)
        if found is not None:
            self._choose(found)
        return found

    def _tooltip_at(self, position: QPointF) -> str:
        layout = self._layout()
        if cell := layout.cell_at(position):
            return self._figures.sentence(*cell)
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

    def _paint_cells(self, painter: QPainter, layout: MatrixLayout) -> None:
        palette = self._theme.palette
        fonts, unit = self._fitting_fonts(layout.cell, self._figures.widest_text), ""
        if not fonts and self._figures.as_percent:
            unit = PERCENT  # left out, for the scale tells it too
            fonts = self._fitting_fonts(layout.cell, self._figures.widest_text.removesuffix(unit))
        for row in range(layout.classes):
            for column in range(layout.classes):
                rect = layout.rect(row, column)
                painter.fillRect(rect, self.cell_color(row, column))
                painter.setPen(QPen(QColor(palette.card), 1))
                painter.drawRect(rect)
                if fonts:
                    painter.setFont(fonts[row == column])
                    painter.setPen(QColor(palette.text))
                    text = self._figures.text(row, column).removesuffix(unit)
                    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        if self._chosen:
            painter.setPen(QPen(QColor(palette.text), 2))
            painter.drawRect(layout.rect(*self._chosen).adjusted(1, 1, -1, -1))

    def _fitting_fonts(self, cell_px: float, text: str) -> tuple[QFont, QFont] | None:
        """Fonts for wrong and right answers, or None where the longest text fits at no size."""
        for size_px in range(BODY_PX, _SMALLEST_FONT_PX - 1, -1):
            bold = ui_font(size_px, bold=True)
            metrics = QFontMetricsF(bold)
            if metrics.horizontalAdvance(text) <= cell_px - 2 and metrics.height() <= cell_px:
                return ui_font(size_px), bold
        return None

    def _paint_labels(self, painter: QPainter, layout: MatrixLayout) -> None:
        font = ui_font(min(SMALL_PX, max(_SMALLEST_FONT_PX, int(layout.cell * 0.6))))
        painter.setFont(font)
        painter.setPen(QColor(self._theme.palette.text))
        metrics = QFontMetricsF(font)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        height_px = self._label_width_px()
        for index, name in enumerate(self._names):
            self._paint_row_label(painter, layout.row_label(index), index)
            below = layout.column_label(index)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, height_px)
            painter.save()
            painter.translate(below.center().x(), below.top())
            painter.rotate(-90)
            upright = QRectF(-height_px, -layout.cell / 2, height_px, layout.cell)
            painter.drawText(upright, right, text)
            painter.restore()

    def _paint_row_label(self, painter: QPainter, rect: QRectF, row: int) -> None:
        """The name, and the n below it or, in a low row, beside it."""
        metrics, note = QFontMetricsF(painter.font()), self._figures.row_note(row)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        is_low = rect.height() < 2 * metrics.height()
        if note and is_low:
            note = f" {note.replace(' ', '')}"
        name_px = rect.width() - (metrics.horizontalAdvance(note) if is_low else 0)
        name = metrics.elidedText(self._names[row], Qt.TextElideMode.ElideRight, name_px)
        name = " ".join(name.split())  # a name may contain a line break
        painter.drawText(rect, right, f"{name}{note}" if is_low else f"{name}\n{note}".rstrip())

    def _paint_titles(self, painter: QPainter, layout: MatrixLayout) -> None:
        painter.setFont(ui_font(SMALL_PX, bold=True))
        painter.setPen(QColor(self._theme.palette.text))
        bottom = QRectF(layout.x, self.height() - TITLE_PX, layout.size, TITLE_PX)
        painter.drawText(_widened(bottom), Qt.AlignmentFlag.AlignCenter, "Prediction")
        painter.save()
        painter.translate(0, layout.y + layout.size / 2)
        painter.rotate(-90)
        side = QRectF(-layout.size / 2, 0, layout.size, TITLE_PX)
        painter.drawText(_widened(side), Qt.AlignmentFlag.AlignCenter, "Class")
        painter.restore()

    def _paint_scale(self, painter: QPainter, layout: MatrixLayout) -> None:
        palette = self._theme.palette
        title, top, bottom = self._figures.scale
        bar = self._scale_bar(layout)
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        gradient.setColorAt(0, QColor(palette.heat_low))
        gradient.setColorAt(1, QColor(palette.heat_high))
        painter.fillRect(bar, gradient)
        painter.setFont(ui_font(SMALL_PX))
        painter.setPen(QColor(palette.text))
        line_px = QFontMetricsF(painter.font()).height()
        painter.drawText(bar.topLeft() - QPointF(0, GRID_PX / 2), title)
        for text, y in ((top, bar.top()), (bottom, bar.bottom() - line_px)):
            box = QRectF(bar.right() + GRID_PX / 2, y, _SCALE_TEXT_PX, line_px)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)

    def _scale_bar(self, layout: MatrixLayout) -> QRectF:
        """Beside a small matrix; in the free corner of a large one, which needs the width."""
        if layout.classes <= _SCALE_BESIDE:
            x, y = layout.x + layout.size + 2 * GRID_PX, layout.y
            height_px = layout.size
        else:
            x, y = TITLE_PX + GRID_PX, layout.y + layout.size + GRID_PX
            height_px = self._label_width_px()
        return QRectF(x, y + TITLE_PX, _SCALE_PX, max(5 * GRID_PX, height_px - TITLE_PX))

    # --- sizes -------------------------------------------------------------------------------

    def _layout(self) -> MatrixLayout:
        classes = len(self._names)
        x = TITLE_PX + self._row_label_px() + GRID_PX
        beside = 2 * GRID_PX + _SCALE_PX + _SCALE_TEXT_PX
        right = beside if classes <= _SCALE_BESIDE else 1
        room = max(0.0, self.width() - x - right)
        cell = min(_MAX_CELL_PX, int(room / classes)) if classes else 0
        return MatrixLayout(x, 1, cell, classes)

    def _label_width_px(self) -> float:
        return _label_px(self._names)

    def _row_label_px(self) -> float:
        notes = tuple(self._figures.row_note(row) for row in range(len(self._names)))
        if len(notes) <= _SCALE_BESIDE:
            return _label_px((*self._names, *notes))
        return self._label_width_px() + _label_px(notes)  # low rows have the note beside the name

    def _fit(self) -> None:
        self.setFixedHeight(self.sizeHint().height())


def _widened(rect: QRectF) -> QRectF:
    return rect.adjusted(-2 * GRID_PX, 0, 2 * GRID_PX, 0)


def _label_px(texts: tuple[str, ...]) -> float:
    metrics = QFontMetricsF(ui_font(SMALL_PX))
    widest = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
    return min(float(LABEL_PX), widest + 2) if widest else 0.0
