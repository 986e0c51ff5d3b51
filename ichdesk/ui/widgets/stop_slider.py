"""A slider that goes from one given number to the next, on an even or a logarithmic scale."""

import numpy as np
import numpy.typing as npt
from PySide6.QtWidgets import QWidget

from ichdesk.ui.theme import Theme
from ichdesk.ui.widgets.knob_slider import KnobSlider

Values = npt.NDArray[np.float64]


class StopSlider(KnobSlider):
    """Arrow keys go to the next stop, Page up and down ten further, Home and End to the ends."""

    def __init__(
        self, theme: Theme, *, logarithmic: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._logarithmic = logarithmic
        self._stops: Values = np.array([0.0, 1.0])
        self._shares = self._stops

    @property
    def number(self) -> float:
        """The stop at which the knob is."""
        return float(self._stops[self.value()])

    def set_stops(self, stops: Values, number: float) -> None:
        """Offer stops (N,), rising, two at least, and show a number; tells nobody."""
        self._stops = stops
        places = np.log(stops) if self._logarithmic else stops
        self._shares = (places - places[0]) / (places[-1] - places[0])
        self.blockSignals(True)
        self.setRange(0, len(stops) - 1)
        self.blockSignals(False)
        self.set_number(number)
        self.update()

    def set_number(self, number: float) -> None:
        """Go to the stop nearest to a number without telling anybody."""
        self.blockSignals(True)
        self.setValue(_nearest(self._stops, number))
        self.blockSignals(False)

    def _share_of(self, count: int) -> float:
        return float(self._shares[count])

    def _count_of(self, share: float) -> int:
        return _nearest(self._shares, share)


def _nearest(values: Values, value: float) -> int:
    return int(np.abs(values - value).argmin())
