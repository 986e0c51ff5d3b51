"""A slider over a range of values, finer around its middle where the range is long."""

from math import asinh, sinh

from PySide6.QtWidgets import QWidget

from ichdesk.imaging.steps import Range
from ichdesk.ui.theme import Theme
from ichdesk.ui.widgets.knob_slider import KnobSlider

_LONG = 500  # steps on one side of the default that are too many for a screen
_FINE = 50  # steps from the middle within which the scale is about even


class ValueSlider(KnobSlider):
    """Counts in the smallest changes of its range, so that keys and screen readers do, too."""

    def __init__(
        self, theme: Theme, form: Range, middle: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._form = form
        self.setRange(0, round((form.high - form.low) / form.by))
        self._center = self._count(middle)

    @property
    def number(self) -> float:
        """The value in its own unit."""
        return self._form.low + self.value() * self._form.by

    def set_number(self, number: float) -> None:
        """Show a value without telling anybody."""
        self.blockSignals(True)
        self.setValue(self._count(number))
        self.blockSignals(False)

    def _count(self, number: float) -> int:
        return round((number - self._form.low) / self._form.by)

    def _share_of(self, count: int) -> float:
        low, high = self._center, self.maximum() - self._center
        if max(low, high) <= _LONG:
            return count / max(self.maximum(), 1)
        if count < self._center:
            return 0.5 - 0.5 * _out(self._center - count, low)
        return 0.5 + 0.5 * _out(count - self._center, high)

    def _count_of(self, share: float) -> int:
        low, high = self._center, self.maximum() - self._center
        if max(low, high) <= _LONG:
            return round(share * self.maximum())
        if share < 0.5:
            return round(self._center - _away(1.0 - 2.0 * share, low))
        return round(self._center + _away(2.0 * share - 1.0, high))


def _out(steps: float, span: int) -> float:
    """How far out, 0 to 1, a value lies that is so many steps from the middle."""
    return asinh(steps / _FINE) / asinh(max(span, 1) / _FINE)


def _away(share: float, span: int) -> float:
    """The inverse of `_out`."""
    return _FINE * sinh(share * asinh(span / _FINE))
