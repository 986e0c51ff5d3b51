"""Panel: what a threshold and the prevalence make of a model's answers."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ichdesk.core.evaluation import Answers
from ichdesk.core.operating_point import OneAgainstRest, Outcomes, likely_positive, one_against_rest
from ichdesk.core.run import is_done
from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import BODY_PX, GRID_PX, Theme, ui_font
from ichdesk.ui.threshold.curves import Curves
from ichdesk.ui.threshold.outcome_table import OutcomeTable
from ichdesk.ui.threshold.prevalence import PrevalencePart
from ichdesk.ui.threshold.rates_table import RatesTable
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.card import separator
from ichdesk.ui.widgets.fields import ChoiceField
from ichdesk.ui.widgets.stop_slider import StopSlider
from ichdesk.ui.widgets.wheel_guard import guard_wheel

_START = 0.5
_WIDE_PX = 640
_NAME_CHARACTERS = 24
_TABLE_HEADINGS = (
    "Threshold",
    "True positives",
    "False negatives",
    "False positives",
    "True negatives",
    "Sensitivity",
    "Specificity",
    "PPV",
    "NPV",
)
_GROUPED = " The intervals allow for images that are of one patient."


@PANELS.register("threshold")
class ThresholdPanel(Panel):
    """One class against the rest: curves, threshold, table, rates, and what the prevalence does."""

    title = "Threshold and prevalence"
    order = 60
    help_text = (
        "The model gives each image a probability; the threshold says from which one on you call "
        "it positive. Lower it and you miss fewer bleeds but raise more false alarms: the point "
        "moves along both curves. Sensitivity and specificity stay as they are when the disease "
        "is rare, but most alarms are then false, so PPV falls."
    )
    empty_text = (
        "Train a model to see what a threshold makes of its answers; this takes test images of two "
        "classes."
    )
    waiting_text = "This fills in when training has ended."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._view: RunView | None = None
        self._cases: dict[int, OneAgainstRest] = {}  # by index of the positive class
        self._chosen_id: int | None = None  # by the user
        self.choice = ChoiceField(theme)
        self.choice.setAccessibleName("Positive class")
        self.curves = Curves(theme)
        self.label = QLabel()
        self.label.setFont(ui_font(BODY_PX, bold=True))
        self.slider = StopSlider(theme)
        self.slider.setAccessibleName("Threshold")
        self.slider.set_stops(np.arange(101) / 100, _START)
        self.caption = CaptionLabel()
        self.outcomes = OutcomeTable(theme)
        self.rates = RatesTable(theme)
        self.prevalence = PrevalencePart(theme)
        for field in (self.choice, self.slider):
            guard_wheel(field)
        self.choice.activated.connect(self._on_chosen)
        self.slider.valueChanged.connect(self._show_point)
        self._lay_out()

    def refresh(self, view: RunView | None) -> bool:
        """Show the answers to the test images of a run that is done."""
        if view is None or not is_done(view.run):
            self._view = None
            return False
        if self._view is None or self._view.run is not view.run or self._view.names != view.names:
            self._view, self._cases = view, _cases(view)
            self._offer(view)
        return bool(self._cases)

    def table_rows(self) -> list[list[str]]:
        """The outcomes at each threshold that changes them: a row for each point of the curves."""
        if not self._cases:
            return []
        case = self._cases[self.choice.currentData()]
        rows = [(score, case.at(score)) for score in np.unique(case.scores)[::-1].tolist()]
        return [
            list(_TABLE_HEADINGS),
            *([f"{score:.6g}", *_table_texts(outcomes)] for score, outcomes in rows),
        ]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set table and rates side by side where there is room."""
        super().resizeEvent(event)
        wide = self.width() >= _WIDE_PX
        direction = QBoxLayout.Direction
        self._figures.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        self.prevalence.set_wide(wide)

    def _offer(self, view: RunView) -> None:
        if not self._cases:
            return
        ids = view.run.class_ids
        chosen = likely_positive(view.names)
        if self._chosen_id in ids:
            chosen = ids.index(self._chosen_id)
        if chosen not in self._cases:
            chosen = next(iter(self._cases))
        self.choice.offer([(view.names[index], index) for index in self._cases], chosen)
        self._show_case()

    def _on_chosen(self) -> None:
        if self._view is not None:
            self._chosen_id = self._view.run.class_ids[self.choice.currentData()]
            self._show_case()

    def _show_case(self) -> None:
        assert self._view is not None
        index = self.choice.currentData()
        case, name = self._cases[index], _short(self._view.names[index])
        self.curves.show_case(case)
        self.slider.set_stops(case.stops(), self.slider.number)
        self.caption.say(
            f"An image is called positive from this probability of {name} on. "
            f"Below are the {len(case.truth):,} test images."
            + (_GROUPED if case.groups is not None else "")
        )
        self.prevalence.set_finding(name, case.prevalence)
        self._show_point()

    def _show_point(self) -> None:
        case = self._cases[self.choice.currentData()]
        outcomes = case.at(self.slider.number)
        self.label.setText(f"Threshold {threshold_text(self.slider.number)}")
        self.slider.setAccessibleDescription(self.label.text())
        self.curves.show_point(outcomes)
        self.outcomes.show_outcomes(outcomes)
        self.rates.show_rates(outcomes, case.intervals_at(self.slider.number))
        (found, sick), (cleared, healthy) = outcomes.sensitivity, outcomes.specificity
        self.prevalence.set_rates(found / sick, cleared / healthy)

    def _lay_out(self) -> None:
        chooser = QHBoxLayout()
        label = QLabel("Positive class")
        label.setBuddy(self.choice)
        chooser.addWidget(label)
        chooser.addWidget(self.choice, 1)
        self._figures = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._figures.setSpacing(2 * GRID_PX)
        for table in (self.outcomes, self.rates):
            self._figures.addWidget(table, 1, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(chooser)
        column.addWidget(self.curves)
        for widget in (self.label, self.slider, self.caption):
            column.addWidget(widget)
        column.insertSpacing(2, GRID_PX)
        column.addLayout(self._figures)
        column.addSpacing(GRID_PX)
        column.addWidget(separator())
        column.addWidget(self.prevalence)


def threshold_text(threshold: float) -> str:
    """A probability to two places, or to as many as tell it from the round ones."""
    if threshold == round(threshold, 2):
        return f"{threshold:.2f}"
    if threshold < 0.0001:
        return "below 0.0001"
    return "above 0.9999" if threshold > 0.9999 else f"{threshold:.4f}"


def _table_texts(outcomes: Outcomes) -> list[str]:
    rates = (outcomes.sensitivity, outcomes.specificity, outcomes.ppv, outcomes.npv)
    shares = [f"{count / n:.4f}" if n else "" for count, n in rates]
    return [*map(str, outcomes.counts), *shares]


def _cases(view: RunView) -> dict[int, OneAgainstRest]:
    """Each class against the rest, by index; without those of which there is no test image."""
    if (answers := Answers.of(view.run)) is None:
        return {}
    cases = {index: one_against_rest(answers, index) for index in range(answers.classes)}
    return {index: case for index, case in cases.items() if case is not None}


def _short(name: str) -> str:
    """A class name in quotes, in one line of few characters."""
    line = " ".join(name.split())
    if len(line) > _NAME_CHARACTERS:
        line = f"{line[: _NAME_CHARACTERS - 1].rstrip()}…"
    return f"“{line}”"
