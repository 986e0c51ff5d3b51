"""Plots that hold still, and the one of a training and a test curve over epochs."""

from math import ceil, floor, log10
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.curve_legend import curve_pen

Values = npt.NDArray[np.float64]

_HEIGHT_PX = 208
_MAX_POINTS = 200  # Qt takes 0.1 s to stroke 600 that jump about
_TARGET_TICKS = 8
_TARGET_INTERVALS = 5
_Y_PADDING = 0.02  # so that a curve at 1.0 keeps its whole width


def thinned(x: Values, y: Values, limit: int = _MAX_POINTS) -> tuple[Values, Values]:
    """At most about `limit` points that keep every peak: lowest and highest of equal stretches.

    NaN marks an epoch without a value; a stretch of nothing else stays a gap.
    """
    if len(x) <= limit:
        return x, y
    size = ceil(2 * len(x) / limit)
    padding = -len(x) % size
    rows = np.pad(y, (0, padding), constant_values=np.nan).reshape(-1, size)
    ends = [np.where(np.isnan(rows), fill, rows) for fill in (np.inf, -np.inf)]
    pair = np.stack([ends[0].min(axis=1), ends[1].max(axis=1)], axis=1)
    pair[np.isinf(pair)] = np.nan
    middle = x[::size] + (size - 1) / 2
    return np.repeat(np.minimum(middle, x[-1]), 2), pair.reshape(-1)


def whole_step(span: float, ticks: int = _TARGET_TICKS) -> int:
    """Distance between ticks on whole numbers: 1, 2, 5, 10, 20, 50 and so on."""
    step = 1
    while span / step > ticks:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step


def round_step(span: float) -> float:
    """The smallest of …, 0.1, 0.2, 0.5, 1, … that divides a span into at most five parts."""
    if span <= 0:
        return 1.0
    exponent = floor(log10(span / _TARGET_INTERVALS))
    steps = (float(f"{m}e{exponent}") for m in (1, 2, 5, 10))
    return next(step for step in steps if step * _TARGET_INTERVALS >= span * 0.9999)


def round_top(*curves: Values) -> float:
    """End of an axis from 0: the first tick at or above the highest finite value."""
    finite = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    highest = float(finite.max(initial=0.0))
    if highest <= 0:
        return 1.0
    step = round_step(highest)
    return step * ceil(highest / step * 0.9999)


class _Axis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Axis that also labels its two ends, which pyqtgraph leaves out beside a grid."""

    def boundingRect(self) -> QRectF:
        """Room for half a label beyond the ends."""
        margin_px = 2 * GRID_PX
        rect: QRectF = super().boundingRect()
        return rect.adjusted(-margin_px, -margin_px, margin_px, margin_px)


class _EpochAxis(_Axis):
    """Bottom axis with ticks on whole epochs."""

    def tickSpacing(self, low: float, high: float, _size_px: float) -> list[tuple[int, int]]:
        """One level of ticks."""
        return [(whole_step(high - low), 0)]

    def tickStrings(self, values: list[float], *_: Any) -> list[str]:
        """Whole numbers with a thousands separator."""
        return [f"{value:,.0f}" for value in values]


class ValueAxis(_Axis):
    """Axis with one level of ticks, `step` apart."""

    step = 1.0

    def tickSpacing(self, *_: float) -> list[tuple[float, float]]:
        """One level of ticks."""
        return [(self.step, 0.0)]

    def tickStrings(self, values: list[float], _scale: float, spacing: float) -> list[str]:
        """As many decimals as the distance between ticks needs."""
        decimals = max(0, -floor(log10(spacing)))
        return [f"{value:.{decimals}f}" for value in values]


class StillPlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """An empty plot with gridlines in the theme's colors that does not zoom or take the wheel.

    Args:
        theme: Colors.
        x_axis: Bottom axis; `y_axis` the left one.
        titles: Of the bottom and of the left axis.
    """

    def __init__(
        self,
        theme: Theme,
        x_axis: pg.AxisItem,
        y_axis: pg.AxisItem,
        titles: tuple[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, axisItems={"bottom": x_axis, "left": y_axis})
        self._theme = theme
        self._titles = dict(zip(("bottom", "left"), titles, strict=True))
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.getViewBox().disableAutoRange()
        item.showGrid(x=True, y=True, alpha=1.0)
        item.layout.setContentsMargins(0, GRID_PX, GRID_PX, 0)
        for side in self._titles:
            item.getAxis(side).setZValue(-1)  # gridlines behind the curves
            item.getAxis(side).enableAutoSIPrefix(False)
            item.getAxis(side).setStyle(tickLength=-4, hideOverlappingLabels=False)
        self.setFixedHeight(_HEIGHT_PX)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(f"{titles[1]} over {titles[0].lower()}")

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel, which scrolls."""
        event.ignore()

    def _apply_theme(self) -> None:
        palette = self._theme.palette
        self.setBackground(palette.card)
        for side, title in self._titles.items():
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(QPen(QColor(palette.line)))
            axis.setTextPen(QColor(palette.text))
            axis.setTickFont(ui_font(SMALL_PX))
            axis.setLabel(title)
            axis.label.setFont(ui_font(SMALL_PX, bold=True))


class CurvePlot(StillPlot):
    """Two curves over epochs 1 to n.

    Args:
        theme: Colors.
        x_title: Title of the bottom axis.
        y_title: Title of the left axis.
        y_range: Ends of the left axis, or None to run from 0 to above the data.
    """

    def __init__(
        self,
        theme: Theme,
        x_title: str,
        y_title: str,
        y_range: tuple[float, float] | None,
        parent: QWidget | None = None,
    ) -> None:
        axes = _EpochAxis("bottom"), ValueAxis("left")
        super().__init__(theme, *axes, (x_title, y_title), parent)
        self._y_range = y_range
        item = self.getPlotItem()
        self._train = item.plot(connect="finite", antialias=True)
        self._test = item.plot(connect="finite", antialias=True)
        theme.changed.connect(self._apply_theme)
        self._apply_theme()

    def show_curves(self, train: Values, test: Values, epochs: int) -> None:
        """Draw the values of epoch 1, 2, …; NaN leaves a gap. The axis has room for `epochs`."""
        x = np.arange(1, len(train) + 1, dtype=np.float64)
        symbol = "o" if len(x) == 1 else None  # one epoch is a dot: a line needs two
        for curve, values in ((self._train, train), (self._test, test)):
            shown = np.isfinite(values).any()  # pyqtgraph crashes on a curve of NaN alone
            # line by line is ten times as fast, but restarts the dashes at every point
            curve.curve.setSegmentedLineMode("on" if len(x) > _MAX_POINTS else "off")
            curve.setData(*(thinned(x, values) if shown else ([], [])), symbol=symbol)
        self.setXRange(1, max(epochs, len(x), 2), padding=0)
        low, high = self._y_range or (0.0, round_top(train, test))
        self.getPlotItem().getAxis("left").step = round_step(high - low)
        self.setYRange(low, high, padding=_Y_PADDING)

    def _apply_theme(self) -> None:
        super()._apply_theme()
        palette = self._theme.palette
        for curve, color in ((self._train, palette.train), (self._test, palette.test)):
            curve.setPen(curve_pen(color, dashed=curve is self._test))
            curve.setSymbolBrush(QColor(color))
            curve.setSymbolPen(None)
            curve.setSymbolSize(7)
