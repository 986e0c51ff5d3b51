"""One image with its heat maps: plain, for two classes, and with random weights."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from ichdesk.core.heat_map import Picture, overlay, scale_of, upsampled
from ichdesk.ui.heat_maps import heat_text as say
from ichdesk.ui.heat_maps.check_strip import CheckStrip
from ichdesk.ui.heat_maps.heat_legend import HeatLegend
from ichdesk.ui.heat_maps.heat_picture import HeatPicture
from ichdesk.ui.heat_maps.items import Item
from ichdesk.ui.heat_maps.pages import Page
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.fields import ChoiceField
from ichdesk.ui.widgets.stop_slider import StopSlider
from ichdesk.ui.widgets.wheel_guard import guard_wheel

_MOST_PX = 64 * GRID_PX
_STRENGTH = 0.8
_BY_ITSELF = -1
_CHECK_TITLE = "The same with random weights (rank correlation with the trained map)"


class HeatFigure(QWidget):
    """Shows what it is given; the user chooses classes and the strength of the overlay in it.

    Attributes:
        changed: The user has chosen something.
        painted: It is on screen, so its content is wanted.
        step_requested: Asks for the next image (1) or the one before (-1).
        opened: A picture was double-clicked.
    """

    changed = Signal()
    painted = Signal()
    step_requested = Signal(int)
    opened = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plain = HeatPicture(theme, _MOST_PX)
        self.plain.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.answer_label = QLabel()
        self.answer_label.setWordWrap(True)
        self.answer_label.setTextFormat(Qt.TextFormat.PlainText)
        self.progress_label = QLabel()
        self.progress_label.setProperty("role", "caption")
        self.strength = StopSlider(theme)
        self.strength.setAccessibleName("Strength of the overlay")
        self.strength.set_stops(np.arange(21) / 20, _STRENGTH)
        self.legend = HeatLegend(theme)
        self.first_choice, self.second_choice = ChoiceField(theme), ChoiceField(theme)
        self._choices = (
            (self.first_choice, "What it said"),
            (self.second_choice, "Truth or runner-up"),
        )
        self.maps = [HeatPicture(theme, _MOST_PX) for _ in self._choices]
        self.map_captions = [CaptionLabel() for _ in self._choices]
        self.check_label = QLabel(_CHECK_TITLE)
        self.check_label.setFont(ui_font(SMALL_PX, bold=True))
        self.check_label.setWordWrap(True)
        self.strip = CheckStrip(theme)
        self.verdict_label = CaptionLabel()
        self.offer_classes(())
        self._connect()
        self._lay_out()

    def offer_classes(self, names: tuple[str, ...]) -> None:
        """Let the user choose among these classes; what was chosen stays if it is among them."""
        known = [(say.one_line(name), label) for label, name in enumerate(names)]
        for choice, by_itself in self._choices:
            chosen = choice.currentData()
            if chosen is None or chosen >= len(names):
                chosen = _BY_ITSELF
            choice.offer([(by_itself, _BY_ITSELF), *known], chosen)

    def pair(self, item: Item) -> tuple[int, int]:
        """The two classes on display for an image, by index."""
        first, second = self.first_choice.currentData(), self.second_choice.currentData()
        own = item.said if first == _BY_ITSELF else int(first)
        if second != _BY_ITSELF:
            return own, int(second)
        return own, item.other if own != item.other else item.said

    def show_item(self, item: Item, page: Page | None, row: int, names: tuple[str, ...]) -> None:
        """Show an image and what is there of its maps, which are in this row of the page."""
        self.answer_label.setText("\n".join(say.answer_lines(item, names)))
        pixels = item.pixels if page is None else page.pictures[row]
        self.plain.show_pixels(pixels, "…")
        self.plain.setAccessibleName(f"The image without a map. {self.answer_label.text()}")
        pair = self.pair(item)
        self._show_maps(pixels, page, row, pair)
        for k, label in enumerate(pair):
            told = say.score_text(page, row, label, names[label]) if page else ""
            self.map_captions[k].say(told or say.one_line(names[label]))
            told = f"Where it looked for {self.map_captions[k].text()}"
            self.maps[k].setAccessibleName(told)

    def _show_maps(
        self, pixels: Picture | None, page: Page | None, row: int, pair: tuple[int, int]
    ) -> None:
        found = [page.map_of(row, label) if page else None for label in pair]
        side_px = 0 if pixels is None else len(pixels)
        fine = [None if heat is None else upsampled(heat, side_px) for heat in found]
        scale = scale_of([heat for heat in fine if heat is not None])
        strength = self.strength.number
        for place, heat in zip(self.maps, fine, strict=True):
            if pixels is None or heat is None:
                place.show_pixels(None, "…")
            else:
                place.show_pixels(overlay(pixels, heat, scale, strength))
        checks = page.checks(row, pair[0]) if page else []
        self.strip.show_maps(pixels, found[0], checks, strength)

    def _connect(self) -> None:
        self.plain.step_requested.connect(self.step_requested)
        self.plain.painted.connect(self.painted)
        self.strength.valueChanged.connect(self.changed)
        for picture in (self.plain, *self.maps):
            picture.opened.connect(self.opened)
        for (choice, _), name in zip(self._choices, ("First", "Second"), strict=True):
            choice.setAccessibleName(f"{name} class to see a map of")
            choice.activated.connect(self.changed)
        for field in (self.strength, self.first_choice, self.second_choice):
            guard_wheel(field)

    def _lay_out(self) -> None:
        top = Qt.AlignmentFlag.AlignTop
        grid = QGridLayout()
        grid.setSpacing(GRID_PX)
        grid.addWidget(self.plain, 0, 0, top)
        grid.addLayout(self._beside(), 0, 1)
        for k, (choice, _) in enumerate(self._choices):
            grid.addWidget(choice, 1, k)
            grid.addWidget(self.maps[k], 2, k, top)
            self.map_captions[k].setAlignment(top)
            grid.addWidget(self.map_captions[k], 3, k)
            grid.setColumnStretch(k, 1)
            grid.setColumnMinimumWidth(k, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(grid)
        for widget in (self.check_label, self.strip, self.verdict_label):
            column.addWidget(widget)

    def _beside(self) -> QVBoxLayout:
        """What stands beside the plain picture."""
        strength = QLabel("Strength of the overlay")
        strength.setProperty("role", "caption")
        beside = QVBoxLayout()
        beside.setSpacing(GRID_PX // 2)
        beside.addWidget(self.answer_label)
        beside.addWidget(self.progress_label)
        beside.addStretch(1)
        for widget in (strength, self.strength, self.legend):
            beside.addWidget(widget)
        return beside
