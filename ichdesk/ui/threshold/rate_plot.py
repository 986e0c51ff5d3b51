"""A plot of two rates against each other with an operating point on their curve."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from ichdesk.ui.theme import Theme
from ichdesk.ui.widgets.curve_legend import curve_pen
from ichdesk.ui.widgets.plot import StillPlot, ValueAxis

Values: TypeAlias = npt.NDArray[np.float64]
Line: TypeAlias = tuple[Values, Values]
"""x and y of its points, each (N,)."""

_NARROW_PX = 280
_PADDING = 0.04  # so that the point at an end keeps its whole width
_POINT_PX = 13
_DOT_PX = 6
_CORNER_MISS = 1e-9
_MANY = 400  # points; of more, only what a screen can show
_GRID = 500


def corners(x: Values, y: Values) -> tuple[Values, Values]:
    """A line (N,) without the points on its way straight on."""
    moves = np.concatenate([[True], (np.diff(x) != 0) | (np.diff(y) != 0)])
    x, y = x[moves], y[moves]
    dx, dy = np.diff(x), np.diff(y)
    across = dx[:-1] * dy[1:] - dy[:-1] * dx[1:]
    back = dx[:-1] * dx[1:] + dy[:-1] * dy[1:] < 0
    kept = np.ones(len(x), np.bool_)
    kept[1:-1] = (np.abs(across) > _CORNER_MISS) | back
    return x[kept], y[kept]


class RatePlot(StillPlot):
    """Both axes run from 0 to 1; a dashed line shows what guessing would give."""

    def __init__(
        self, theme: Theme, x_title: str, y_title: str, parent: QWidget | None = None
    ) -> None:
        self._axes = ValueAxis("bottom"), ValueAxis("left")
        super().__init__(theme, *self._axes, (x_title, y_title), parent)
        item = self.getPlotItem()
        self._guess = item.plot(antialias=True)
        self._curve = item.plot(antialias=True)
        self._dots = item.plot(pen=None, symbol="o", symbolSize=_DOT_PX)
        self._point = item.plot(pen=None, symbol="o", symbolSize=_POINT_PX)
        self._curve.curve.setSegmentedLineMode("on")  # quick with a thousand steps
        self.setXRange(0, 1, padding=_PADDING)
        self.setYRange(0, 1, padding=_PADDING)
        theme.changed.connect(self._apply_theme)
        self._apply_theme()

    def show_curve(self, line: Line, dots: Line | None, guess: Line) -> None:
        """Draw a line, the points on it that a threshold gives, and what guessing would give."""
        x, y = line if len(line[0]) <= _MANY else np.round(np.stack(line) * _GRID) / _GRID
        self._curve.setData(*corners(x, y))
        self._dots.setData(*(dots or ([], [])))
        self._guess.setData(*guess)

    def show_point(self, point: tuple[float, float] | None) -> None:
        """Put the operating point there, or nowhere."""
        self._point.setData(*(([point[0]], [point[1]]) if point else ([], [])))
        said = f"{point[0]:.2f}, {point[1]:.2f}" if point else "not defined"
        self.setAccessibleDescription(f"Operating point at {said}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many ticks as there is room for."""
        super().resizeEvent(event)
        step = 0.5 if self.width() < _NARROW_PX else 0.2
        for axis in self._axes:
            axis.step = step
            axis.picture = None
            axis.update()

    def _apply_theme(self) -> None:
        super()._apply_theme()
        palette = self._theme.palette
        self._guess.setPen(curve_pen(palette.line_strong, dashed=True))
        self._curve.setPen(curve_pen(palette.train, dashed=False))
        self._dots.setSymbolBrush(QColor(palette.train))
        self._dots.setSymbolPen(None)
        rim = QPen(QColor(palette.text), 2)
        rim.setCosmetic(True)
        self._point.setSymbolBrush(QColor(palette.test))
        self._point.setSymbolPen(rim)
