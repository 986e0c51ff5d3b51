"""Accuracy over confidence: a dot per bin with its n and interval, and the diagonal of honesty."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ichdesk.core.calibration import CalibrationBin
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.curve_legend import DASHES
from ichdesk.ui.widgets.part_chooser import ARROWS, Part, PartChooser, nearest

_LEFT_PX = 6 * GRID_PX
_RIGHT_PX = 2 * GRID_PX
_TOP_PX = GRID_PX
_AREA_PX = 26 * GRID_PX
_COUNT_PX = 2 * GRID_PX + 2
_LABEL_PX = 2 * GRID_PX + 4
_DOT_PX = 4.5
_CAP_PX = 3.0
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class ReliabilityPlot(PartChooser):
    """Arrow keys or the pointer choose a dot, the only row of which has a column for each bin."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._bins: tuple[CalibrationBin, ...] = ()
        self._sentences: tuple[str, ...] = ()
        self.setFixedHeight(self.sizeHint().height())
        self.setAccessibleName("Accuracy over confidence; arrow keys choose a dot")

    def show_bins(self, bins: Sequence[CalibrationBin], sentences: Sequence[str]) -> None:
        """Show bins, from the least to the most sure, and what each of them says."""
        if (tuple(bins), tuple(sentences)) != (self._bins, self._sentences):
            self._bins, self._sentences = tuple(bins), tuple(sentences)
            self._choose(None)
            self.update()

    def sizeHint(self) -> QSize:
        """Area, counts, and the axis below."""
        return QSize(320, _TOP_PX + _AREA_PX + _COUNT_PX + 2 * _LABEL_PX)

    def center(self, index: int) -> QPointF:
        """Where the dot of a bin lies."""
        return self._point(self._bins[index].confidence, self._bins[index].accuracy)

    # --- choosing a dot ----------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next bin."""
        _, step = ARROWS.get(Qt.Key(event.key()), (0, 0))
        if not step or not self._bins:
            super().keyPressEvent(event)
        elif self._chosen is None:
            self._choose(self._first_part())
        else:
            self._choose((0, min(max(self._chosen[1] + step, 0), len(self._bins) - 1)))

    def _part_at(self, position: QPointF) -> Part | None:
        return nearest(position, (((0, i), self.center(i)) for i in range(len(self._bins))))

    def _first_part(self) -> Part | None:
        return (0, 0) if self._bins else None

    def _sentence(self, part: Part) -> str:
        return self._sentences[part[1]]

    # --- drawing -----------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the grid, then the bins over it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_grid(painter)
        self._paint_titles(painter)
        for index, each in enumerate(self._bins):
            self._paint_bin(painter, index, each)
        painter.end()

    def _paint_grid(self, painter: QPainter) -> None:
        palette = self._theme.palette
        painter.setFont(ui_font(SMALL_PX))
        for tick in _TICKS:
            painter.setPen(QPen(QColor(palette.line), 1))
            painter.drawLine(self._point(tick, 0.0), self._point(tick, 1.0))
            painter.drawLine(self._point(0.0, tick), self._point(1.0, tick))
            painter.setPen(QColor(palette.text))
            left, below = self._point(0.0, tick), self._point(tick, 0.0)
            top_px = min(left.y() - _LABEL_PX / 2, _TOP_PX + _AREA_PX - _LABEL_PX + 4)
            box = QRectF(0, top_px, left.x() - GRID_PX, _LABEL_PX)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, right, f"{tick:.1f}")
            box = QRectF(below.x() - _LABEL_PX, below.y() + _COUNT_PX, 2 * _LABEL_PX, _LABEL_PX)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{tick:.1f}")
        pen = QPen(QColor(palette.text_soft), 1.5)
        pen.setDashPattern(DASHES)
        painter.setPen(pen)
        painter.drawLine(self._point(0.0, 0.0), self._point(1.0, 1.0))

    def _paint_titles(self, painter: QPainter) -> None:
        corner, end = self._point(0.0, 0.0), self._point(1.0, 1.0)
        painter.setFont(ui_font(SMALL_PX, bold=True))
        painter.setPen(QColor(self._theme.palette.text))
        box = QRectF(0, corner.y(), corner.x() - GRID_PX, _COUNT_PX)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "n")
        top_px = corner.y() + _COUNT_PX + _LABEL_PX
        box = QRectF(corner.x(), top_px, end.x() - corner.x(), _LABEL_PX)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "Confidence of the answer")
        painter.save()
        painter.translate(0, (corner.y() + end.y()) / 2)
        painter.rotate(-90)
        box = QRectF(-_AREA_PX / 2, 0, _AREA_PX, _LABEL_PX)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "Accuracy")
        painter.restore()

    def _paint_bin(self, painter: QPainter, index: int, each: CalibrationBin) -> None:
        palette, center = self._theme.palette, self.center(index)
        low, high = (self._point(each.confidence, end) for end in each.interval)
        painter.setPen(QPen(QColor(palette.text_soft), 1.5))
        painter.drawLine(low, high)
        for end in (low, high):
            painter.drawLine(end - QPointF(_CAP_PX, 0), end + QPointF(_CAP_PX, 0))
        chosen = self._chosen == (0, index)
        painter.setPen(QPen(QColor(palette.text if chosen else palette.card), 2 if chosen else 1))
        painter.setBrush(QColor(palette.test))
        painter.drawEllipse(center, _DOT_PX + chosen, _DOT_PX + chosen)
        painter.setFont(ui_font(SMALL_PX, bold=chosen))
        painter.setPen(QColor(palette.text_soft))
        middle = self._point((each.low + each.high) / 2, 0.0)
        box = QRectF(middle.x() - 3 * GRID_PX, middle.y(), 6 * GRID_PX, _COUNT_PX)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{each.n:,}")

    def _point(self, x: float, y: float) -> QPointF:
        """Where a point of the unit square lies."""
        width_px = self.width() - _LEFT_PX - _RIGHT_PX
        return QPointF(_LEFT_PX + x * width_px, _TOP_PX + (1.0 - y) * _AREA_PX)
