"""A number field for learning rates: shows 0.00003 as the file does and steps 1, 2, 5, 10."""

from math import floor, isfinite, log10

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QPaintEvent, QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from ichdesk.ui.theme import Theme
from ichdesk.ui.widgets.fields import StepperMixin

MAX_RATE = 10.0
MIN_STEP_RATE = 1e-7  # steps stop here; smaller rates can still be typed
_SMALLEST_POSITIONAL = 1e-9
_MANTISSAS = (1.0, 2.0, 5.0, 10.0)


def rate_text(rate: float) -> str:
    """A rate as people write it: 0.00003, never 3e-05."""
    if rate < _SMALLEST_POSITIONAL:
        return f"{rate:g}"
    return np.format_float_positional(rate, trim="-")


def parsed_rate(text: str) -> float | None:
    """The rate that a text means, or None; a decimal comma and 3e-5 are understood."""
    try:
        rate = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return rate if isfinite(rate) and 0.0 < rate <= MAX_RATE else None


def stepped_rate(rate: float, steps: int) -> float:
    """The rate after steps along …, 0.001, 0.002, 0.005, 0.01, … in either direction."""
    for _ in range(abs(steps)):
        rate = _next_up(rate) if steps > 0 else _next_down(rate)
    return rate


def _next_up(rate: float) -> float:
    return next((r for r in _around(rate) if r > rate * 1.0001), MAX_RATE)


def _next_down(rate: float) -> float:
    lower = [r for r in _around(rate) if r < rate * 0.9999]
    return max(lower[-1], MIN_STEP_RATE) if lower and rate > MIN_STEP_RATE else rate


def _around(rate: float) -> list[float]:
    exponent = floor(log10(rate))
    rates = [float(f"{m:g}e{e}") for e in (exponent - 1, exponent) for m in _MANTISSAS[:3]]
    return [r for r in (*rates, float(f"1e{exponent + 1}")) if r <= MAX_RATE]


class LearningRateEdit(StepperMixin, QAbstractSpinBox):
    """Spin box over learning rates. Text that is no rate gives way to the last one that was.

    Emits `value_changed` when the user has entered another rate.
    """

    value_changed = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rate = 0.001
        self.editingFinished.connect(self._on_editing_finished)
        self._show()
        self.set_up(self, theme)

    @property
    def value(self) -> float:
        """The rate in force."""
        return self._rate

    def set_value(self, rate: float) -> None:
        """Show a rate, unless the user is typing another one and this one is not new."""
        if rate != self._rate:
            self._rate = rate
            self._show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the field, then the block."""
        super().paintEvent(event)
        self._paint_block(self)

    def stepBy(self, steps: int) -> None:
        """Step from the rate that is typed, or else from the last one."""
        self._take(stepped_rate(parsed_rate(self.text()) or self._rate, steps))

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Whether there is room to step."""
        flags = QAbstractSpinBox.StepEnabledFlag.StepNone
        if self._rate < MAX_RATE:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        if self._rate > MIN_STEP_RATE:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return flags

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let the user type; what is left in the end is checked then."""
        state = QValidator.State.Acceptable
        if parsed_rate(text) is None:
            state = QValidator.State.Intermediate
        return state, text, position

    def fixup(self, _text: str) -> str:
        """Replace what is no rate by the last one."""
        return rate_text(self._rate)

    def _on_editing_finished(self) -> None:
        rate = parsed_rate(self.text())
        if rate is None:
            self._show()
        else:
            self._take(rate)

    def _take(self, rate: float) -> None:
        changed = rate != self._rate
        self._rate = rate
        self._show()
        if changed:
            self.value_changed.emit(rate)

    def _show(self) -> None:
        self.lineEdit().setText(rate_text(self._rate))
