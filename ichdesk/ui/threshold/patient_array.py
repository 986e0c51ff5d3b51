"""A thousand patients as marks, by what a test says of each."""

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.core.operating_point import Outcomes
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.threshold.marks import OUTCOME_WORDS, draw_marks

PATIENTS = 1_000
_COLUMNS = 40  # divides the patients, so that the last row is full
_MAX_PITCH_PX = GRID_PX * 3 // 2


class PatientArray(QWidget):
    """Rows of marks: first those who have the finding, then the others."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._outcomes = Outcomes(0, 0, 0, PATIENTS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{PATIENTS:,} patients")
        theme.changed.connect(self.update)

    def show_outcomes(self, outcomes: Outcomes) -> None:
        """Show what becomes of the patients; the counts sum to `PATIENTS`."""
        if outcomes == self._outcomes:
            return
        self._outcomes = outcomes
        told = zip(outcomes.counts, OUTCOME_WORDS, strict=True)
        self.setAccessibleDescription(", ".join(f"{count:,} {word}" for count, word in told))
        self.update()

    def sizeHint(self) -> QSize:
        """High enough for its width."""
        return QSize(_COLUMNS * _MAX_PITCH_PX, self._pitch_px * PATIENTS // _COLUMNS)

    def minimumSizeHint(self) -> QSize:
        """The least with which marks can be told apart."""
        return QSize(_COLUMNS * GRID_PX * 3 // 4, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the marks square."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.setFixedHeight(self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw each kind of mark once and tile with it, which is quick."""
        painter = QPainter(self)
        first, pitch = 0, self._pitch_px
        for outcome, count in enumerate(self._outcomes.counts):
            tile = self._tile(outcome, painter.deviceTransform().m11())
            for row, column, length in runs(first, count):
                box = QRectF(column * pitch, row * pitch, length * pitch, pitch)
                painter.drawTiledPixmap(box, tile)
            first += count
        painter.end()

    def _tile(self, outcome: int, scale: float) -> QPixmap:
        side_px = self._pitch_px
        tile = QPixmap(round(side_px * scale), round(side_px * scale))
        tile.setDevicePixelRatio(scale)
        tile.fill(Qt.GlobalColor.transparent)
        painter = QPainter(tile)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        center = QPointF(side_px / 2, side_px / 2)
        draw_marks(painter, self._theme.palette, outcome, [center], side_px)
        painter.end()
        return tile

    @property
    def _pitch_px(self) -> int:
        return max(1, min(self.width() // _COLUMNS, _MAX_PITCH_PX))


def runs(first: int, count: int) -> Iterator[tuple[int, int, int]]:
    """(row, column, length) of the stretches in which so many places lie, row after row."""
    end = first + count
    while first < end:
        row, column = divmod(first, _COLUMNS)
        length = min(_COLUMNS - column, end - first)
        yield row, column, length
        first += length
