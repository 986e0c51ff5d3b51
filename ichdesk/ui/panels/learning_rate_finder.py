"""Panel: what the loss does while the learning rate grows from step to step."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ichdesk.core.run import TrainingRun, is_done
from ichdesk.session.observations import Sight, Wish
from ichdesk.session.session import Session
from ichdesk.ui.descent.finder_legend import FinderLegend
from ichdesk.ui.descent.finder_plot import FinderPlot, Tried
from ichdesk.ui.descent.observe_bar import ObserveBar
from ichdesk.ui.panel import PANELS, Panel
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.learning_rate_edit import rate_text

_PLACE = "learning-rate-finder"
_PROMISE = (
    "Trains a new model for a moment, with a learning rate that grows from a millionth to 10, and "
    "watches the loss. This takes a second or two."
)
_ALIKE = 3.0  # times the suggestion or less, or its third or more: a rate as good as that
_NO_HELP = "With no learning rate did the loss fall: there may be too little to learn from."


@PANELS.register("learning-rate-finder")
class LearningRateFinderPanel(Panel):
    """Loss over the learning rate, with a suggestion that can be taken over."""

    title = "Learning rate finder"
    order = 86
    help_text = (
        "The rate is made a little larger with every step of a short training. On the left it is "
        "too small and the loss stays as it is; then it falls, and on the right the steps are too "
        "large and it runs away. A rate where the curve falls most steeply is a good first guess, "
        "to within a factor of three or so."
    )
    empty_text = "Train a model to see which learning rates its images bear."
    waiting_text = "This can be shown when training has ended."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._session: Session | None = None
        self._run: TrainingRun | None = None
        self._seen: Sight | None = None
        self._tried: Tried | None = None
        self.plot: FinderPlot | None = None  # made when there is something to see
        self.legend = FinderLegend(theme)
        self.caption = CaptionLabel()
        self.promise = CaptionLabel(_PROMISE)
        self.use_button = QPushButton()
        self.use_button.clicked.connect(self._on_use)
        self.bar = ObserveBar(theme, _PLACE, "Try learning rates", "steps", _wish)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID_PX)
        for widget in (self.legend, self.caption, self.promise, self.use_button, self.bar):
            self._column.addWidget(widget)
        self._forget()

    @property
    def picture_height_px(self) -> int:
        """The figure without the buttons."""
        return self.height() if self._tried is None else self.caption.geometry().bottom() + 1

    def take_session(self, session: Session) -> None:
        """Ask its worker, and change its settings."""
        self._session = session
        self.bar.take(session)

    def table_rows(self) -> list[list[str]]:
        """All rates that were tried, headings first."""
        rows = [["Learning rate", "Training loss", "Smoothed"]]
        if (tried := self._tried) is None:
            return rows
        columns = zip(tried.rates, tried.losses, tried.smoothed, strict=True)
        return rows + [[f"{number:.6g}" for number in row] for row in columns]

    def refresh(self, view: RunView | None) -> bool:
        """Show what has come of the last wish."""
        if view is None or not is_done(view.run):
            self._forget()
            return False
        self._run = view.run
        self.bar.refresh()
        sight = self.bar.sight
        if sight is None:
            self._forget()
        elif sight is not self._seen and "rates" in sight.arrays:
            self._seen = sight
            self._show(_tried(sight.arrays), view.run.config.learning_rate)
        self._offer()
        return True

    def _show(self, tried: Tried, own: float) -> None:
        self._tried = tried
        if self.plot is None:
            self.plot = FinderPlot(self.theme)
            self._column.insertWidget(0, self.plot)
        self.plot.show_tried(tried, own)
        self.legend.show_rates(own, tried.suggested)
        text = _text(tried, own)
        self.caption.say(text)
        self.plot.setAccessibleDescription(text)
        self.promise.hide()
        self.plot.show()
        self.legend.show()

    def _offer(self) -> None:
        """Offer the suggestion, unless the settings have it already."""
        suggested = self._tried.suggested if self._tried else None
        self.use_button.setVisible(suggested is not None)
        if suggested is None or self._session is None:
            return
        used = self._session.project.config.learning_rate == suggested
        self.use_button.setEnabled(not used and not self._session.is_training)
        text = rate_text(suggested)
        self.use_button.setText(f"{text} is set" if used else f"Use {text}")
        self.use_button.setToolTip("Set the learning rate; train again to see what it does")

    def _forget(self) -> None:
        self._seen = self._tried = None
        self.promise.show()
        self.legend.hide()
        self.caption.say("")
        self.use_button.hide()
        if self.plot is not None:
            self.plot.hide()

    def _on_use(self) -> None:
        if self._session is None or self._tried is None or self._tried.suggested is None:
            return
        config = self._session.project.config
        self._session.set_config(replace(config, learning_rate=self._tried.suggested))


def _wish() -> Wish:
    return Wish("rate-finder")


def _tried(arrays: Mapping[str, npt.NDArray[np.float32]]) -> Tried:
    rates, losses, smoothed = (
        arrays[name].astype(np.float64) for name in ("rates", "losses", "smoothed")
    )
    suggested = [float(f"{rate:.0e}") for rate in arrays["suggested"]]
    samples = int(arrays["samples"][0])
    return Tried(rates, losses, smoothed, suggested[0] if suggested else None, samples)


def _text(tried: Tried, own: float) -> str:
    """What the curve says about the rate of the run."""
    trained = f"(n = {tried.samples:,} training images)"
    if tried.suggested is None:
        return f"{_NO_HELP} {trained}"
    name, suggested = rate_text(own), rate_text(tried.suggested)
    if own * _ALIKE < tried.suggested:
        said = f"far below that: with it the training may need many more epochs {trained}."
    elif own > tried.suggested * _ALIKE:
        said = f"far above that: with it the loss may jump about {trained}."
    else:
        said = f"about as large {trained}."
    return f"The loss falls most steeply near {suggested}. The rate of this run, {name}, is {said}"
