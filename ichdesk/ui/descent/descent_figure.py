"""Map, ways and curves of a descent, all at one epoch."""

from math import isnan

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ichdesk.core.notes import counted
from ichdesk.ui.descent.epoch_player import EpochPlayer
from ichdesk.ui.descent.rate_curves import TITLES, RateCurves
from ichdesk.ui.descent.surface_map import SurfaceMap
from ichdesk.ui.descent.verdict import verdict
from ichdesk.ui.descent.way_list import WayList
from ichdesk.ui.descent.ways import OWN, Figure, Picture
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.fields import ChoiceField
from ichdesk.ui.widgets.wheel_guard import guard_wheel

_HINT = "Dark is low. Point at the map to read the loss."
_OFF = 0.01  # of the way; less than that is rounding
_REPEATED_OTHERWISE = (
    "Repeating the run on this computer led to a slightly different model, so its path is not "
    "exactly the one that was taken."
)


class DescentFigure(QWidget):
    """What is to be seen of a `Picture` with a ground."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Picture | None = None
        self._tested = 0
        self.map = SurfaceMap(theme)
        self.hint = CaptionLabel(_HINT)
        self.player = EpochPlayer(theme)
        self.ways = WayList(theme)
        self.choice = ChoiceField(theme)
        self.choice.setAccessibleName("Figure over epochs")
        guard_wheel(self.choice)
        self.choice.offer([(title, figure) for figure, title in TITLES.items()], Figure.TRAIN_LOSS)
        self.curves = RateCurves(theme)
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.caption = CaptionLabel()
        self.map.pointed.connect(lambda text: self.hint.say(text or _HINT))
        self.player.epoch_changed.connect(self._show_epoch)
        self.ways.changed.connect(self._show_ways)
        self.choice.activated.connect(self._show_ways)
        self._lay_out()

    def show_picture(self, picture: Picture, tested: int) -> None:
        """Show what is known; `tested` is the number of test images."""
        self._picture, self._tested = picture, tested
        self.map.show_picture(picture)
        self.player.refresh()
        self.player.set_epochs(picture.epochs)
        self._show_ways()
        self._show_epoch(self.player.epoch)
        sentences = verdict(picture, tested)
        self.verdict.setText("\n".join(sentences))
        self.verdict.setVisible(bool(sentences))
        self.caption.say(_caption(picture))
        self.map.setAccessibleDescription(_caption(picture))
        self.curves.setAccessibleDescription(" ".join(sentences))

    def _show_ways(self) -> None:
        if self._picture is not None:
            self.map.show_ways(self.ways.shown)
            self.curves.show_figure(self._picture, self.choice.currentData(), self.ways.shown)

    def _show_epoch(self, epoch: int) -> None:
        if self._picture is not None:
            self.map.show_epoch(epoch)
            self.curves.show_epoch(epoch)
            self.ways.show_epoch(self._picture, epoch, self._tested)

    def _lay_out(self) -> None:
        over_epochs = QHBoxLayout()
        label = QLabel("Over epochs")
        label.setBuddy(self.choice)
        over_epochs.addWidget(label)
        over_epochs.addWidget(self.choice, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        for widget in (self.map, self.hint, self.player, self.ways):
            column.addWidget(widget)
        column.addLayout(over_epochs)
        column.addWidget(self.curves)
        column.addWidget(self.verdict)
        column.addWidget(self.caption)


def _caption(picture: Picture) -> str:
    """What the map is, and what it is not."""
    images = f"all {counted(picture.samples, 'training image')}"
    if picture.samples < picture.of_samples:
        images = f"{picture.samples:,} of {picture.of_samples:,} training images, drawn by chance"
    text = (
        f"Height: training loss on {images}, with no feature hidden and without weight decay. "
        f"The map holds {_percent(picture.ways[OWN].share)} of the path of this run"
    )
    others = [picture.ways[n].share for n in (0, 2) if n in picture.ways]
    if len(others) == 2:
        text += f" ({_percent(others[0])} and {_percent(others[1])} of the others)"
    text += ". The rest is seen from above, so a path can be lower than its place on the map."
    return f"{text} {_REPEATED_OTHERWISE}" if picture.off > _OFF else text


def _percent(share: float) -> str:
    if isnan(share):  # a way without steps
        return "nothing"
    if share < 0.01:
        return "less than 1 %"
    return "more than 99 %" if share > 0.99 else f"{100.0 * share:.0f} %"
