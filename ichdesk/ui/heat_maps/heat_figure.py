"""One image with its heat maps: plain, for two classes, and with random weights."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
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
_WIDE_PX = 80 * GRID_PX
_TOP, _ANYWHERE = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag(0)
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
        self._choices = (self.first_choice, self.second_choice)
        self.maps = [HeatPicture(theme, _MOST_PX) for _ in self._choices]
        self.map_captions = [CaptionLabel() for _ in self._choices]
        self.check_label = QLabel(_CHECK_TITLE)
        self.check_label.setFont(ui_font(SMALL_PX, bold=True))
        self.check_label.setWordWrap(True)
        self.strip = CheckStrip(theme)
        self.verdict_label = CaptionLabel()
        for choice in self._choices:
            choice.offer([("", _BY_ITSELF)], _BY_ITSELF)
        self._connect()
        self._lay_out()

    def pair(self, item: Item) -> tuple[int, int]:
        """The two classes on display for an image, by index."""
        first, second = (choice.currentData() for choice in self._choices)
        own = item.said if first == _BY_ITSELF else int(first)
        return own, _second(item, own) if second == _BY_ITSELF else int(second)

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

    def offer_classes(self, item: Item, names: tuple[str, ...]) -> None:
        """First what changes with the image, then every class; what was chosen stays."""
        known = [(say.one_line(name), label) for label, name in enumerate(names)]
        chosen = [choice.currentData() for choice in self._choices]
        chosen = [label if label < len(names) else _BY_ITSELF for label in chosen]
        own = item.said if chosen[0] == _BY_ITSELF else chosen[0]
        other = _second(item, own)
        texts = (f"Said: {known[item.said][0]}", f"{_role(item, other)}: {known[other][0]}")
        for choice, label, text in zip(self._choices, chosen, texts, strict=True):
            choice.offer([(text, _BY_ITSELF), *known], label)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room."""
        super().resizeEvent(event)
        if (wide := self.width() >= _WIDE_PX) is not self._is_wide:
            self._arrange(wide=wide)

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
        for choice, name in zip(self._choices, ("First", "Second"), strict=True):
            choice.setAccessibleName(f"{name} class to see a map of")
            choice.activated.connect(self.changed)
        for field in (self.strength, self.first_choice, self.second_choice):
            guard_wheel(field)

    def _lay_out(self) -> None:
        self._beside = self._make_beside()
        self._grid = QGridLayout()
        self._grid.setSpacing(GRID_PX)
        for caption in self.map_captions:
            caption.setAlignment(_TOP)
        self._arrange(wide=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(self._grid)
        for widget in (self.check_label, self.strip, self.verdict_label):
            column.addWidget(widget)

    def _make_beside(self) -> QWidget:
        """What stands beside the plain picture, or below it."""
        beside = QWidget()
        strength = QLabel("Strength of the overlay")
        strength.setProperty("role", "caption")
        column = QVBoxLayout(beside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX // 2)
        column.addWidget(self.answer_label)
        column.addWidget(self.progress_label)
        column.addStretch(1)
        for widget in (strength, self.strength, self.legend):
            column.addWidget(widget)
        return beside

    def _arrange(self, *, wide: bool) -> None:
        """Three pictures in a row where there is room, or the plain one above the others."""
        self._is_wide = wide
        rows: list[list[QWidget | None]] = (
            [[None, *self._choices], [self.plain, *self.maps], [self._beside, *self.map_captions]]
            if wide
            else [[self.plain, self._beside], [*self._choices], [*self.maps], [*self.map_captions]]
        )
        for row, widgets in enumerate(rows):
            for column, widget in enumerate(widgets):
                if widget is not None:
                    on_top = isinstance(widget, HeatPicture)
                    self._grid.addWidget(widget, row, column, _TOP if on_top else _ANYWHERE)
        for column in range(3):
            used = column < 2 or wide
            self._grid.setColumnStretch(column, int(used))
            self._grid.setColumnMinimumWidth(column, int(used))


def _second(item: Item, own: int) -> int:
    """The class beside the first one: the true one or the runner-up, or else what was said."""
    return item.other if own != item.other else item.said


def _role(item: Item, label: int) -> str:
    if label == item.truth:
        return "Truth"
    return "Said" if label == item.said else "Runner-up"
