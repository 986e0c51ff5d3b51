"""Loss over the learning rate, with the rate of the run and the one that is suggested."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from ichdesk.ui.descent.levels import level_text
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.curve_legend import curve_pen
from ichdesk.ui.widgets.learning_rate_edit import rate_text
from ichdesk.ui.widgets.plot import StillPlot, ValueAxis, round_step

Values = npt.NDArray[np.float64]

_HEIGHT_PX = 26 * GRID_PX
_DECADES = (-5, -3, -1, 1)
_ENDS = (-6.0, 1.0)
_ABOVE_START = 1.5  # times the loss at the start: what is higher has run away


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """What the finder has found: `rates`, `losses` and `smoothed` (N,), and the suggestion."""

    rates: Values
    losses: Values
    smoothed: Values
    suggested: float | None
    samples: int


class FinderPlot(StillPlot):
    """The curve smoothed, and pale behind it as it was measured."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        axes = ValueAxis("bottom"), ValueAxis("left")
        super().__init__(theme, *axes, ("Learning rate", "Training loss"), parent)
        self.setFixedHeight(_HEIGHT_PX)
        item = self.getPlotItem()
        item.layout.setContentsMargins(0, GRID_PX, GRID_PX, GRID_PX // 2)  # for the g of Learning
        self._measured, self._smoothed = item.plot(antialias=True), item.plot(antialias=True)
        self._own, self._suggested = pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=90)
        for line in (self._suggested, self._own):  # dashes show where both are at one place
            item.addItem(line)
        item.getAxis("bottom").setTicks([[(d, rate_text(10.0**d)) for d in _DECADES]])
        self.setXRange(*_ENDS, padding=0.02)
        theme.changed.connect(self._apply_theme)
        self._apply_theme()

    def show_tried(self, tried: Tried, own: float) -> None:
        """Draw the curve, and lines at the run's own and the suggested rate."""
        high = _ABOVE_START * float(tried.losses[0])
        at = np.log10(tried.rates)
        self._measured.setData(at, np.minimum(tried.losses, 2 * high))
        self._smoothed.setData(at, np.minimum(tried.smoothed, 2 * high))
        self._own.setPos(np.clip(np.log10(own), *_ENDS))
        self._suggested.setVisible(tried.suggested is not None)
        if tried.suggested is not None:
            self._suggested.setPos(np.log10(tried.suggested))
        step = round_step(high)
        ticks = [round(step * number, 12) for number in range(int(high / step) + 1)]
        self.getPlotItem().getAxis("left").setTicks([[(t, level_text(t)) for t in ticks]])
        self.setYRange(0.0, high, padding=0.0)

    def _apply_theme(self) -> None:
        super()._apply_theme()
        palette = self._theme.palette
        self._measured.setPen(curve_pen(palette.accent_edge, dashed=False))
        self._smoothed.setPen(curve_pen(palette.train, dashed=False))
        self._own.setPen(curve_pen(palette.text, dashed=True))
        self._suggested.setPen(curve_pen(palette.test, dashed=False))
