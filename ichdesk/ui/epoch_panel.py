"""Base of the panels that draw a training and a test curve over epochs."""

from itertools import islice
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ichdesk.core.run import EpochMetrics, TrainingRun
from ichdesk.ui.panel import Panel
from ichdesk.ui.run_text import image_counts_text
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.curve_legend import CurveLegend
from ichdesk.ui.widgets.plot import CurvePlot


class EpochPanel(Panel):
    """Two curves, a legend with their latest values, and the numbers of images behind them.

    Attributes:
        quantity: Title of the y axis; `labels` of the training and the test curve.
        fixed_range: Ends of the y axis, or None to follow the data from 0.
    """

    quantity: ClassVar[str]
    labels: ClassVar[tuple[str, str]]
    fixed_range: ClassVar[tuple[float, float] | None]

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.plot = CurvePlot(theme, "Epochs", self.quantity, self.fixed_range)
        self.legend = CurveLegend(theme, self.labels)
        self.caption = CaptionLabel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        layout.addWidget(self.legend)
        layout.addWidget(self.plot)
        layout.addWidget(self.caption)
        self._seen = _Columns()

    @staticmethod
    def values(metrics: EpochMetrics) -> tuple[float | None, float | None]:
        """The training and the test value of an epoch."""
        raise NotImplementedError

    def refresh(self, view: RunView | None) -> bool:
        """Extend the curves by the epochs that have ended since."""
        if view is None or not view.run.history:
            self._seen = _Columns()
            return False
        if self._seen.is_at(view.run):
            return True
        columns = self._update(view.run)
        self.plot.show_curves(columns[:, 0], columns[:, 1], view.run.config.epochs)
        latest = self.values(view.run.history[-1])
        self.legend.set_values(latest)
        self.caption.say(image_counts_text(view.run))
        said = ", ".join(
            f"{label} {'not known' if value is None else f'{value:.2f}'}"
            for label, value in zip(self.labels, latest, strict=True)
        )
        self.plot.setAccessibleDescription(f"After epoch {len(columns)}: {said}")
        return True

    def _update(self, run: TrainingRun) -> npt.NDArray[np.float64]:
        if self._seen.request_id != run.request_id:
            self._seen = _Columns(run.request_id)
        new = islice(run.history, self._seen.count, None)
        return self._seen.extend([self.values(metrics) for metrics in new])


class _Columns:
    """Growing (epochs, 2) array, so that a refresh reads only the epochs that are new."""

    def __init__(self, request_id: int | None = None) -> None:
        self.request_id = request_id
        self.count = 0
        self._rows = np.full((64, 2), np.nan)

    def is_at(self, run: TrainingRun) -> bool:
        """Whether there is nothing new in a run."""
        return self.request_id == run.request_id and self.count == len(run.history)

    def extend(self, rows: list[tuple[float | None, float | None]]) -> npt.NDArray[np.float64]:
        """Append rows, None as NaN, and return all of them."""
        end = self.count + len(rows)
        while end > len(self._rows):
            self._rows = np.concatenate([self._rows, np.full_like(self._rows, np.nan)])
        if rows:
            self._rows[self.count : end] = np.array(rows, dtype=np.float64)
        self.count = end
        return self._rows[:end]
