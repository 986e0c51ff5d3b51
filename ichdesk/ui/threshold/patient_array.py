"""A thousand patients as marks, by what a test says of each."""

from math import ceil

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.core.operating_point import Outcomes
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.threshold.marks import OUTCOME_WORDS, draw_marks

PATIENTS = 1_000
_COLUMNS = 40  # divides the patients, so that the last row is full
_MAX_PITCH_PX = 1.5 * GRID_PX


class PatientArray(QWidget):
    """Rows of marks: first those who have the finding, then the others."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._outcomes = Outcomes(0, 0, 0, PATIENTS)
        self._places: list[QPointF] = []
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
        return QSize(_COLUMNS * GRID_PX, ceil(self._pitch_px * PATIENTS / _COLUMNS))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the marks anew."""
        super().resizeEvent(event)
        if event.size().width() == event.oldSize().width():
            return
        pitch = self._pitch_px
        self._places = [
            QPointF((number % _COLUMNS + 0.5) * pitch, (number // _COLUMNS + 0.5) * pitch)
            for number in range(PATIENTS)
        ]
        self.setFixedHeight(self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw each kind of mark in one go."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first = 0
        for outcome, count in enumerate(self._outcomes.counts):
            if count:
                centers = self._places[first : first + count]
                draw_marks(painter, self._theme.palette, outcome, centers, self._pitch_px)
            first += count
        painter.end()

    @property
    def _pitch_px(self) -> float:
        return min(self.width() / _COLUMNS, _MAX_PITCH_PX)
