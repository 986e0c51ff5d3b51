"""A figure of three trainings over their epochs."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from ichdesk.ui.descent.levels import is_wide, level_text, round_levels
from ichdesk.ui.descent.way_style import way_pen
from ichdesk.ui.descent.ways import OWN, Figure, Picture, Values
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.curve_legend import curve_pen
from ichdesk.ui.widgets.plot import StillPlot, ValueAxis, thinned, whole_step

_HEIGHT_PX = 23 * GRID_PX
_MOST_TICKS = 5
_LOWEST, _HIGHEST = 1e-6, 1e6
_ORDER = (0, 2, OWN)  # the run's own is drawn above the others
TITLES = {
    Figure.TRAIN_LOSS: "Training loss",
    Figure.TEST_LOSS: "Test loss",
    Figure.TRAIN_ACCURACY: "Training accuracy",
    Figure.TEST_ACCURACY: "Test accuracy",
}


class RateCurves(StillPlot):
    """Three curves from epoch 0 on, with a line at one epoch.

    Losses that are far apart are drawn by powers of ten.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, ValueAxis("bottom"), ValueAxis("left"), ("Epochs", ""), parent)
        self.setFixedHeight(_HEIGHT_PX)
        self.setAccessibleName("Figures of the three learning rates over epochs")
        item = self.getPlotItem()
        item.layout.setContentsMargins(0, GRID_PX, GRID_PX, GRID_PX // 2)  # for the p of Epochs
        self._curves = {number: item.plot(antialias=True) for number in _ORDER}
        self._line = pg.InfiniteLine(angle=90)
        item.addItem(self._line)
        theme.changed.connect(self._apply_theme)
        self._apply_theme()

    def show_figure(self, picture: Picture, figure: Figure, shown: frozenset[int]) -> None:
        """Draw a figure of these ways."""
        self._titles["left"] = TITLES[figure]
        self.getPlotItem().getAxis("left").setLabel(TITLES[figure])
        known = {number: picture.ways[number].curve(figure) for number in picture.ways}
        share = figure in {Figure.TRAIN_ACCURACY, Figure.TEST_ACCURACY}
        values = np.concatenate([np.zeros(0), *known.values()])
        low, high = (0.0, 1.0) if share or not len(values) else _ends(values)
        wide = not share and low > 0.0 and is_wide(low, high)
        for number, curve in self._curves.items():
            y = known[number] if number in known and number in shown else np.zeros(0)
            if wide:
                y = np.log10(np.clip(y, low, high))
            curve.setData(*thinned(np.arange(len(y), dtype=np.float64), np.clip(y, -6.0, high)))
        self._set_ranges(max((len(v) - 1 for v in known.values()), default=1), low, high, wide)

    def show_epoch(self, epoch: int) -> None:
        """Move the line."""
        self._line.setPos(epoch)

    def _set_ranges(self, epochs: int, low: float, high: float, wide: bool) -> None:
        item, last = self.getPlotItem(), max(epochs, 1)
        step = whole_step(last)
        item.getAxis("bottom").setTicks([[(e, f"{e:,}") for e in range(0, last + 1, step)]])
        ticks = round_levels(low, high, _MOST_TICKS) if low > 0.0 else [0.2, 0.4, 0.6, 0.8, 1.0]
        at = np.log10(ticks) if wide else np.array(ticks)
        named = zip(at.tolist(), map(level_text, ticks), strict=True)
        item.getAxis("left").setTicks([list(named)])
        self.setXRange(0, last, padding=0.01)
        self.setYRange(*(np.log10([low, high]) if wide else (low, high)), padding=0.04)

    def _apply_theme(self) -> None:
        super()._apply_theme()
        palette = self._theme.palette
        for number, curve in self._curves.items():
            pen = way_pen(palette, number)
            pen.setCosmetic(True)
            curve.setPen(pen)
        self._line.setPen(curve_pen(palette.line_strong, dashed=False))


def _ends(values: Values) -> tuple[float, float]:
    """Ends of an axis for positive values, with some room where they are close together."""
    low, high = (float(end) for end in (values.min(), values.max()))
    low, high = max(low, _LOWEST), min(max(high, _LOWEST), _HIGHEST)
    return (low, high) if high > 1.02 * low else (0.9 * low, 1.1 * high)
