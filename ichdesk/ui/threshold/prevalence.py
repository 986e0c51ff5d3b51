"""What the prevalence makes of a test: predictive values, and a thousand patients."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ichdesk.core.operating_point import Outcomes, expected_outcomes, predictive_values
from ichdesk.ui.theme import BODY_PX, GRID_PX, Theme, ui_font
from ichdesk.ui.threshold.marks import OUTCOME_TERMS, OUTCOME_WORDS, draw_marks
from ichdesk.ui.threshold.patient_array import PATIENTS, PatientArray
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.stop_slider import StopSlider
from ichdesk.ui.widgets.wheel_guard import guard_wheel

_ROUND = np.concatenate([np.arange(10, 100) / 10_000, np.arange(10, 100) / 1_000])
_STOPS = np.concatenate([_ROUND, np.arange(10, 91) / 100])  # 0.1 % to 90 %, two figures each
_MARK_PX = 1.75 * GRID_PX
_CAVEAT = (
    "As if each patient were one image like those tested. Sensitivity and specificity are taken "
    "from above and are as uncertain here as there."
)


def percent_text(share: float) -> str:
    """Two figures: "0.15 %", "1.5 %", "15 %"."""
    decimals = 2 if share < 0.00995 else 1 if share < 0.0995 else 0
    return f"{100 * share:.{decimals}f} %"


def stops_with(tested: float) -> npt.NDArray[np.float64]:
    """The round prevalences, and exactly that of the test set in place of what reads the same."""
    others = [stop for stop in _STOPS.tolist() if percent_text(stop) != percent_text(tested)]
    return np.array(sorted([*others, tested]))


def value_text(value: float | None) -> str:
    """A predictive value to three places; never 1 or 0 by rounding alone."""
    if value is None:
        return "not defined"
    if 0.9995 <= value < 1:
        return "above 0.999"
    return "below 0.001" if 0 < value < 0.0005 else f"{value:.3f}"


class PrevalencePart(QWidget):
    """A slider of the prevalence, and what follows from it by Bayes' rule."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rates = (1.0, 1.0)
        self._tested = 0.5
        self._finding = ""
        self.label = QLabel()
        self.label.setFont(ui_font(BODY_PX, bold=True))
        self.reset_button = QPushButton("As in the test set")
        self.reset_button.setProperty("role", "link")
        self.reset_button.setEnabled(False)
        self.slider = StopSlider(theme, logarithmic=True)
        self.slider.setAccessibleName("Prevalence")
        guard_wheel(self.slider)
        self.patients = PatientArray(theme)
        self.counts = [_Count(theme, outcome) for outcome in range(4)]
        self.values = QLabel()
        self.values.setFont(ui_font(BODY_PX, bold=True))
        self.sentence = QLabel()
        for label in (self.values, self.sentence):
            label.setWordWrap(True)
        self.slider.valueChanged.connect(self._show)
        self.reset_button.clicked.connect(self._on_reset)
        self._lay_out()

    @property
    def outcomes(self) -> Outcomes:
        """What becomes of the patients."""
        return expected_outcomes(*self._rates, self.slider.number, PATIENTS)

    def set_finding(self, finding: str, tested: float) -> None:
        """Name the finding and its prevalence in the test set, which the slider follows."""
        moved = self.reset_button.isEnabled()
        self._finding, self._tested = finding, tested
        self.slider.set_stops(stops_with(tested), self.slider.number if moved else tested)

    def set_rates(self, sensitivity: float, specificity: float) -> None:
        """Show what a test of these rates does."""
        self._rates = sensitivity, specificity
        self._show()

    def set_wide(self, wide: bool) -> None:
        """Set words and patients side by side or one below the other."""
        direction = QBoxLayout.Direction
        self._figures.setDirection(direction.LeftToRight if wide else direction.TopToBottom)

    def _show(self) -> None:
        prevalence, outcomes = self.slider.number, self.outcomes
        as_tested = prevalence == self._tested
        self.label.setText(f"Prevalence {percent_text(prevalence)}")
        self.slider.setAccessibleDescription(self.label.text())
        self.reset_button.setEnabled(not as_tested)
        self.patients.show_outcomes(outcomes)
        for row, count in zip(self.counts, outcomes.counts, strict=True):
            row.show_count(count)
        ppv, npv = map(value_text, predictive_values(*self._rates, prevalence))
        self.values.setText(
            f"PPV\N{NO-BREAK SPACE}{ppv}, NPV\N{NO-BREAK SPACE}{npv} at this prevalence"
        )
        self.sentence.setText(self._said(outcomes))

    def _said(self, outcomes: Outcomes) -> str:
        found, called = outcomes.ppv
        cleared, not_called = outcomes.npv
        sick = outcomes.sensitivity[1]
        return (
            f"Of {PATIENTS:,} patients, {sick:,} {_have(sick)} {self._finding}. "
            f"{called:,} {_are(called)} called positive, {found:,} of them rightly. "
            f"{not_called:,} {_are(not_called)} called negative, {cleared:,} of them rightly."
        )

    def _on_reset(self) -> None:
        self.slider.setFocus()
        self.slider.set_number(self._tested)
        self._show()

    def _lay_out(self) -> None:
        heading = QHBoxLayout()
        heading.setContentsMargins(0, 0, 0, 0)
        heading.addWidget(self.label, 1)
        heading.addWidget(self.reset_button)
        legend = QGridLayout()
        legend.setContentsMargins(0, 0, 0, 0)
        legend.setVerticalSpacing(GRID_PX // 2)
        for number, row in enumerate(self.counts):
            legend.addWidget(row, number // 2, number % 2)
        words = QVBoxLayout()
        words.setSpacing(GRID_PX)
        words.addWidget(self.values)
        words.addWidget(self.sentence)
        words.addLayout(legend)
        words.addStretch(1)
        self._figures = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._figures.setSpacing(2 * GRID_PX)
        self._figures.addLayout(words, 2)
        self._figures.addWidget(self.patients, 3, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(heading)
        column.addWidget(self.slider)
        column.addLayout(self._figures)
        column.addWidget(CaptionLabel(_CAVEAT))


class _Count(QWidget):
    """A mark and what it stands for, with how many there are."""

    def __init__(self, theme: Theme, outcome: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._outcome = outcome
        self.label = QLabel()
        self.label.setToolTip(OUTCOME_TERMS[outcome])
        row = QHBoxLayout(self)
        row.setContentsMargins(round(_MARK_PX + GRID_PX), 0, 0, 0)
        row.addWidget(self.label)
        theme.changed.connect(self.update)

    def show_count(self, count: int) -> None:
        """Show how many."""
        self.label.setText(f"{count:,} {OUTCOME_WORDS[self._outcome]}")

    def sizeHint(self) -> QSize:
        """As its text."""
        return super().sizeHint().expandedTo(QSize(0, round(_MARK_PX)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        center = QPointF(_MARK_PX / 2, self.height() / 2)
        draw_marks(painter, self._theme.palette, self._outcome, [center], _MARK_PX)
        painter.end()


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
