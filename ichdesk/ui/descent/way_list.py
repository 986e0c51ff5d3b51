"""The three ways with a switch each, and their figures after an epoch."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QToolButton, QWidget

from ichdesk.ui.descent.levels import loss_text
from ichdesk.ui.descent.way_style import SAMPLE, way_icon
from ichdesk.ui.descent.ways import OWN, Figure, Picture
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel

_NAMES = {0: "smaller", OWN: "this run", 2: "larger"}


class WayList(QWidget):
    """Also the legend of map and curves; `changed` tells that others are to be shown."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.heading = CaptionLabel()
        self.buttons = {number: self._button() for number in _NAMES}
        self.figures = {number: QLabel() for number in _NAMES}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(GRID_PX // 4)
        grid.setHorizontalSpacing(GRID_PX)
        grid.addWidget(self.heading, 0, 0, 1, 2)
        for row, number in enumerate(_NAMES, start=1):
            grid.addWidget(self.buttons[number], row, 0)
            self.figures[number].setFont(ui_font(SMALL_PX))
            grid.addWidget(self.figures[number], row, 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(1, 1)
        theme.changed.connect(self._show_icons)
        self._show_icons()

    @property
    def shown(self) -> frozenset[int]:
        """Numbers of the ways that are switched on."""
        return frozenset(n for n, button in self.buttons.items() if button.isChecked())

    def show_epoch(self, picture: Picture, epoch: int, tested: int) -> None:
        """Show what each way has come to after an epoch."""
        trained = f"{picture.of_samples:,}"
        self.heading.say(
            f"{'Loss at the start' if not epoch else f'Loss after epoch {epoch:,}'}: "
            f"training (n = {trained}) / test (n = {tested:,})"
        )
        for number, name in _NAMES.items():
            way = picture.ways.get(number)
            button, label = self.buttons[number], self.figures[number]
            button.setVisible(way is not None)
            label.setVisible(way is not None)
            if way is None:
                continue
            button.setText(f"{way.rate_text} ({name})")
            if way.diverged and epoch >= way.diverged:
                text = f"lost in epoch {way.diverged:,}"
            else:
                losses = [way.at(epoch, f) for f in (Figure.TRAIN_LOSS, Figure.TEST_LOSS)]
                text = " / ".join("–" if loss is None else loss_text(loss) for loss in losses)
            label.setText(text)
            button.setAccessibleName(f"Show learning rate {way.rate_text}, {name}")
            button.setAccessibleDescription(f"Training and test loss {text}")

    def _button(self) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "option")
        button.setCheckable(True)
        button.setChecked(True)
        button.setFont(ui_font(SMALL_PX))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(SAMPLE)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setToolTip("Show this training or hide it")
        button.toggled.connect(self.changed)
        return button

    def _show_icons(self) -> None:
        for number, button in self.buttons.items():
            button.setIcon(way_icon(self._theme.palette, number))
