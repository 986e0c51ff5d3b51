"""The 2 x 2 table of a test: four counts, each with its mark, its term and a plain word."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.core.operating_point import Outcomes
from ichdesk.ui.theme import BODY_PX, GRID_PX, RADIUS_PX, SMALL_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.threshold.marks import OUTCOME_TERMS, OUTCOME_WORDS, draw_marks

ROWS = ("With it", "Without")
COLUMNS = ("Called positive", "Called negative")
_CELLS = {0: (0, 0), 1: (0, 1), 2: (1, 0), 3: (1, 1)}  # outcome: (row, column)
_LABEL_PX = 8 * GRID_PX
_HEADING_PX = 2.5 * GRID_PX
_CELL_PX = 8.5 * GRID_PX
_GAP_PX = GRID_PX // 2
_MARK_PX = 1.75 * GRID_PX


class OutcomeTable(QWidget):
    """Rows: who has the finding; columns: what the model calls them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._counts = (0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Table of outcomes")
        theme.changed.connect(self.update)

    def show_outcomes(self, outcomes: Outcomes) -> None:
        """Show other counts."""
        if outcomes.counts == self._counts:
            return
        self._counts = outcomes.counts
        told = zip(OUTCOME_TERMS, OUTCOME_WORDS, self._counts, strict=True)
        said = ", ".join(f"{term} ({word}) {count:,}" for term, word, count in told)
        self.setAccessibleDescription(said)
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its terms need."""
        return QSize(round(_LABEL_PX) + 28 * GRID_PX, round(_HEADING_PX + 2 * _CELL_PX + _GAP_PX))

    def minimumSizeHint(self) -> QSize:
        """Its size."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the headings and the four cells."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(SMALL_PX))
        painter.setPen(QColor(self._theme.palette.text_soft))
        vertical = Qt.AlignmentFlag.AlignVCenter
        for row, text in enumerate(ROWS):
            label = self._cell(row, 0)
            painter.drawText(QRectF(0, label.y(), _LABEL_PX, label.height()), vertical, text)
        for column, text in enumerate(COLUMNS):
            cell = self._cell(0, column)
            box = QRectF(cell.x(), 0, cell.width(), _HEADING_PX)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, text)
        for outcome, place in _CELLS.items():
            self._draw_cell(painter, outcome, self._cell(*place))
        painter.end()

    def _cell(self, row: int, column: int) -> QRectF:
        width_px = (self.width() - _LABEL_PX - _GAP_PX) / 2
        x_px = _LABEL_PX + column * (width_px + _GAP_PX)
        return QRectF(x_px, _HEADING_PX + row * (_CELL_PX + _GAP_PX), width_px, _CELL_PX)

    def _draw_cell(self, painter: QPainter, outcome: int, cell: QRectF) -> None:
        palette = self._theme.palette
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.drawRoundedRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX / 2, RADIUS_PX / 2)
        mark = QPointF(cell.x() + 2 * GRID_PX, cell.center().y())
        draw_marks(painter, palette, outcome, [mark], _MARK_PX)
        text = cell.adjusted(4 * GRID_PX, GRID_PX / 2, 0, -GRID_PX / 2)
        painter.setPen(QColor(palette.text))
        painter.setFont(ui_font(TITLE_PX, bold=True))
        painter.drawText(text, Qt.AlignmentFlag.AlignTop, f"{self._counts[outcome]:,}")
        painter.setFont(ui_font(BODY_PX))
        below = text.adjusted(0, GRID_PX / 2, 0, 0)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, OUTCOME_WORDS[outcome])
        painter.setFont(ui_font(SMALL_PX))
        painter.setPen(QColor(palette.text_soft))
        painter.drawText(text, Qt.AlignmentFlag.AlignBottom, OUTCOME_TERMS[outcome])
