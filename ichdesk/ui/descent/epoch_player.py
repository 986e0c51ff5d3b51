"""A slider over epochs that can play itself."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.icon_button import IconButton
from ichdesk.ui.widgets.motion import may_move
from ichdesk.ui.widgets.stop_slider import StopSlider
from ichdesk.ui.widgets.wheel_guard import guard_wheel

_LASTS_MS = 5_000
_FASTEST_MS, _SLOWEST_MS = 40, 250  # 25 pictures a second at most


class EpochPlayer(QWidget):
    """Play starts from the beginning where the end is reached; it is hidden where nothing moves.

    `epoch_changed` tells the epoch at which it is.
    """

    epoch_changed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._epochs: list[int] = [0, 1]
        self.play_button = _PlayButton(theme)
        self.slider = StopSlider(theme)
        self.slider.setAccessibleName("Epoch")
        guard_wheel(self.slider)
        self.label = QLabel()
        self.label.setFont(ui_font(SMALL_PX))
        self.timer = QTimer(self)
        self.timer.timeout.connect(self._step)
        self.play_button.clicked.connect(self._on_play)
        self.slider.valueChanged.connect(self._tell)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        row.addWidget(self.play_button)
        row.addWidget(self.slider, 1)
        row.addWidget(self.label)

    @property
    def epoch(self) -> int:
        """Where it is."""
        return self._epochs[self.slider.value()]

    def set_epochs(self, epochs: Sequence[int]) -> None:
        """Offer epochs, rising, two at least, and go to the last, unless they are the same."""
        if list(epochs) == self._epochs and self.label.text():
            return
        self.stop()
        self._epochs = list(epochs)
        self.slider.set_stops(np.array(self._epochs, np.float64), self._epochs[-1])
        self._tell()

    def stop(self) -> None:
        """Stop playing."""
        self.timer.stop()
        self.play_button.show_playing(False)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody is looking."""
        super().hideEvent(event)
        self.stop()

    def refresh(self) -> None:
        """Offer to play only where things may move."""
        self.play_button.setVisible(may_move(self))

    def _on_play(self) -> None:
        if self.timer.isActive():
            self.stop()
            return
        if self.slider.value() == self.slider.maximum():
            self.slider.setValue(0)
        pause_ms = _LASTS_MS // len(self._epochs)
        self.timer.start(min(max(pause_ms, _FASTEST_MS), _SLOWEST_MS))
        self.play_button.show_playing(True)

    def _step(self) -> None:
        self.slider.setValue(self.slider.value() + 1)
        if self.slider.value() == self.slider.maximum():
            self.stop()

    def _tell(self) -> None:
        text = f"Epoch {self.epoch:,} of {self._epochs[-1]:,}" if self.epoch else "Start"
        self.label.setText(text)
        self.label.setMinimumWidth(max(self.label.minimumWidth(), self.label.sizeHint().width()))
        self.slider.setAccessibleDescription(text)
        self.epoch_changed.emit(self.epoch)


class _PlayButton(IconButton):
    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "play", "Play the descent")

    def show_playing(self, playing: bool) -> None:
        self._symbol = "pause" if playing else "play"
        name = "Pause the descent" if playing else "Play the descent"
        self.setAccessibleName(name)
        self.setToolTip(name)
        self._show_icon()
