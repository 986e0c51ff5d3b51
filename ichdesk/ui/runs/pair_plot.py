"""The curves of two runs in one plot: color tells training from test, the line A from B."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ichdesk.core.run import EpochMetrics, TrainingRun
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.curve_legend import curve_pen
from ichdesk.ui.widgets.plot import (
    StillPlot,
    ValueAxis,
    Values,
    round_step,
    round_top,
    thinned,
    whole_step,
)

_SAMPLE_PX = 24
_MAX_POINTS = 200  # in one stroke; see CurvePlot
_PADDING = 0.02
LABELS = ("A, training", "A, test", "B, training", "B, test")
_QUANTITIES = {"Accuracy": ("acc", "test_acc"), "Loss": ("loss", "test_loss")}


class PairPlot(StillPlot):
    """Training and test curve of run A, solid, and of run B, dashed.

    Args:
        theme: Colors.
        quantity: "Accuracy" or "Loss".
    """

    def __init__(self, theme: Theme, quantity: str, parent: QWidget | None = None) -> None:
        axes = ValueAxis("bottom"), ValueAxis("left")
        super().__init__(theme, *axes, ("Epochs", quantity), parent)
        self._names = _QUANTITIES[quantity]
        self._range = (0.0, 1.0) if quantity == "Accuracy" else None
        item = self.getPlotItem()
        item.layout.setContentsMargins(0, GRID_PX, 2 * GRID_PX, 0)  # half of "1000" at the end
        self.curves = [item.plot(connect="finite", antialias=True) for _ in LABELS]
        theme.changed.connect(self._apply_theme)
        self._apply_theme()

    def show_runs(self, a: TrainingRun, b: TrainingRun) -> None:
        """Draw the curves of both; an epoch without a value is a gap."""
        all_values = [_values(run.history, name) for run in (a, b) for name in self._names]
        for curve, values in zip(self.curves, all_values, strict=True):
            x = np.arange(1, len(values) + 1, dtype=np.float64)
            shown = np.isfinite(values).any()  # pyqtgraph crashes on a curve of NaN alone
            curve.curve.setSegmentedLineMode("on" if len(x) > _MAX_POINTS else "off")
            curve.setData(*(thinned(x, values) if shown else ([], [])), symbol=_symbol(x))
        epochs = max(len(a.history), len(b.history), 2)
        self.setXRange(1, epochs, padding=0)
        low, high = self._range or (0.0, round_top(*all_values))
        self.getPlotItem().getAxis("bottom").step = float(whole_step(epochs - 1))
        self.getPlotItem().getAxis("left").step = round_step(high - low)
        self.setYRange(low, high, padding=_PADDING)
        self.setAccessibleDescription(_told(all_values))

    def _apply_theme(self) -> None:
        super()._apply_theme()
        palette = self._theme.palette
        for number, curve in enumerate(self.curves):
            color = palette.test if number % 2 else palette.train
            curve.setPen(curve_pen(color, dashed=number >= 2))
            curve.setSymbolBrush(QColor(color))
            curve.setSymbolPen(None)
            curve.setSymbolSize(7)


class PairLegend(QWidget):
    """One row: a sample of each of the four lines, and what it is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFont(ui_font(SMALL_PX))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As high as a line of text, and wide enough for all."""
        metrics = QFontMetricsF(self.font())
        texts_px = sum(metrics.horizontalAdvance(text) for text in LABELS)
        width_px = texts_px + len(LABELS) * (_SAMPLE_PX + 3 * GRID_PX)
        return QSize(round(width_px), 2 * GRID_PX + 4)

    def minimumSizeHint(self) -> QSize:
        """As high as a line of text."""
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the entries from the left."""
        palette, metrics = self._theme.palette, QFontMetricsF(self.font())
        painter = QPainter(self)
        x_px, middle_px = 0.0, self.height() / 2
        for number, text in enumerate(LABELS):
            color = palette.test if number % 2 else palette.train
            painter.setPen(curve_pen(color, dashed=number >= 2))
            painter.drawLine(QPointF(x_px, middle_px), QPointF(x_px + _SAMPLE_PX, middle_px))
            painter.setPen(QColor(palette.text))
            width_px = metrics.horizontalAdvance(text)
            box = QRectF(x_px + _SAMPLE_PX + GRID_PX, 0, width_px + 2, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
            x_px = box.right() + 2 * GRID_PX
        painter.end()


def _values(history: Sequence[EpochMetrics], name: str) -> Values:
    """A figure of every epoch; NaN where there is none."""
    raw = [getattr(epoch, name) for epoch in history]
    values = np.array([np.nan if value is None else value for value in raw], np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def _symbol(x: Values) -> str | None:
    return "o" if len(x) == 1 else None  # one epoch is a dot: a line needs two


def _told(all_values: Sequence[Values]) -> str:
    known = zip(LABELS, (values[np.isfinite(values)] for values in all_values), strict=True)
    said = (f"{label} {v[-1]:.2f}" if len(v) else f"{label} not known" for label, v in known)
    return f"At the end: {'; '.join(said)}"
