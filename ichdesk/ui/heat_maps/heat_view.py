"""Heat maps of one image after another: plain, for two classes, and with random weights."""

from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ichdesk.core.heat_map import overlay, scale_of, upsampled
from ichdesk.core.run import TrainingRun
from ichdesk.session.session import Session
from ichdesk.ui.heat_maps import heat_text as say
from ichdesk.ui.heat_maps.check_strip import CheckStrip
from ichdesk.ui.heat_maps.heat_legend import HeatLegend
from ichdesk.ui.heat_maps.heat_picture import HeatPicture
from ichdesk.ui.heat_maps.items import Item, Source, preview_items, test_items
from ichdesk.ui.heat_maps.pages import PAGE, Page, Pages
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import GRID_PX, SMALL_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.fields import ChoiceField
from ichdesk.ui.widgets.icon_button import IconButton
from ichdesk.ui.widgets.stop_slider import StopSlider
from ichdesk.ui.widgets.wheel_guard import guard_wheel

_MOST_PX = 64 * GRID_PX
_STRENGTH = 0.8
_ALL_CLASSES = 6  # with more, only those on display are asked for
_BY_ITSELF = -1
_CHECK_TITLE = "The same with random weights (rank correlation with the trained map)"


class HeatView(QWidget):
    """Asks for the maps of the images that it shows, once it is on screen.

    Args:
        session: With the run and the preview.
        theme: For its parts.
        place: Its name, for the session's observations.

    Attributes:
        opened: A picture was double-clicked.
    """

    opened = Signal()

    def __init__(
        self, session: Session, theme: Theme, place: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self._pages = Pages(session, place)
        self._view: RunView | None = None
        self._items: tuple[Item, ...] = ()
        self._index = 0
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask)
        self._create()
        self._connect()
        self._lay_out()

    @property
    def item(self) -> Item | None:
        """The image on display."""
        return self._items[self._index] if self._items else None

    def refresh(self, view: RunView) -> None:
        """Show a run that is done."""
        is_other = self._view is None or self._view.run is not view.run
        self._view = view
        if is_other:
            self._pages.clear()
            self._index = 0
        self._read_items(view.run)
        self._offer_classes(view.names)
        self._show()

    def step(self, by: int) -> None:
        """Turn to another image; the ends stay where they are."""
        self._index = min(max(self._index + by, 0), max(0, len(self._items) - 1))
        self._show()

    def table_rows(self) -> list[list[str]]:
        """The images of the present page, with what is known of their maps, headings first."""
        view = self._view
        if view is None or self.item is None:
            return []
        page = self._pages.get(self._key)
        names = [" ".join(name.split()) for name in view.names]
        return [
            ["Image", "Truth", "Said", *names, *_MAP_HEADINGS],
            *(self._table_row(page, row, item, names) for row, item in enumerate(self._page_items)),
        ]

    # --- showing -----------------------------------------------------------------------------

    @property
    def _first(self) -> int:
        return self._index // PAGE * PAGE

    @property
    def _page_items(self) -> tuple[Item, ...]:
        return self._items[self._first : self._first + PAGE]

    @property
    def _classes(self) -> tuple[int, ...]:
        """Classes of which maps are wanted on the present page."""
        assert self._view is not None
        count = len(self._view.names)
        if count <= _ALL_CLASSES:
            return tuple(range(count))
        return tuple(sorted({label for item in self._page_items for label in self._pair(item)}))

    @property
    def _key(self) -> Hashable:
        """Names a page."""
        items = tuple((item.place, id(item.pixels)) for item in self._page_items)
        return items, self._classes

    def _pair(self, item: Item) -> tuple[int, int]:
        """The two classes on display for an image."""
        first, second = self.first_choice.currentData(), self.second_choice.currentData()
        own = item.said if first == _BY_ITSELF else int(first)
        if second != _BY_ITSELF:
            return own, int(second)
        return own, item.other if own != item.other else item.said

    def _read_items(self, run: TrainingRun) -> None:
        source = Source[self.source_choice.currentData()]
        if source is Source.PREVIEW:
            self._items = preview_items(self._session.preview)
        else:
            self._items = test_items(run, source)
        self._index = min(self._index, max(0, len(self._items) - 1))

    def _offer_classes(self, names: tuple[str, ...]) -> None:
        for choice, by_itself in self._choices:
            chosen = choice.currentData()
            known = [(say.one_line(name), label) for label, name in enumerate(names)]
            if chosen not in {label for _, label in known}:
                chosen = _BY_ITSELF
            choice.offer([(by_itself, _BY_ITSELF), *known], chosen)

    def _show(self) -> None:
        assert self._view is not None
        item, names = self.item, self._view.names
        for widget in (*self._parts, self.next_button, self.previous_button, self.count_label):
            widget.setVisible(item is not None)
        self.previous_button.setEnabled(self._index > 0)
        self.next_button.setEnabled(self._index < len(self._items) - 1)
        self.count_label.setText(f"{self._index + 1:,} of {len(self._items):,}")
        if item is None:
            self.nothing.say(say.NOTHING[Source[self.source_choice.currentData()]])
            self.state_chip.say("")
            self.retry_button.hide()
            return
        self.nothing.say("")
        self.answer_label.setText("\n".join(say.answer_lines(item, names)))
        self._show_maps(item, self._pages.get(self._key), names)
        self._show_state()

    def _show_maps(self, item: Item, page: Page | None, names: tuple[str, ...]) -> None:
        row, pair = self._index - self._first, self._pair(item)
        pixels = item.pixels if page is None else page.pictures[row]
        self.plain.show_pixels(pixels, "…")
        self.plain.setAccessibleName(f"The image without a map. {self.answer_label.text()}")
        maps = [page.map_of(row, label) if page else None for label in pair]
        fine = [None if heat is None else upsampled(heat, 224) for heat in maps]
        scale = scale_of([heat for heat in fine if heat is not None])
        strength = self.strength.number
        for k, (place, heat) in enumerate(zip(self.maps, fine, strict=True)):
            shown = (
                None if pixels is None or heat is None else overlay(pixels, heat, scale, strength)
            )
            place.show_pixels(shown, "Looking…")
            name, text = names[pair[k]], ""
            if page is not None:
                text = say.score_text(page, row, pair[k], name)
            self.map_captions[k].say(text or say.one_line(name))
            place.setAccessibleName(f"Where it looked for {say.one_line(name)}. {text}")
        self.strip.show_maps(pixels, maps[0], page.checks(row, pair[0]) if page else [], strength)
        self.verdict_label.say(self._verdict(page) if page else "")

    def _verdict(self, page: Page) -> str:
        found = [
            [alike for _, alike in page.checks(row, self._pair(item)[0])]
            for row, item in enumerate(self._page_items)
        ]
        levels = len(self.strip.pictures) - 1
        return say.check_text(found) if all(len(own) == levels for own in found) else ""

    def _show_state(self) -> None:
        sight, page = self._pages.sight, self._pages.get(self._key)
        problem = "" if page is not None and page.is_whole else self._session.observations.problem()
        if not problem and sight is not None and not sight.is_going:
            problem = "" if page is not None and page.is_whole else sight.ending
        self.retry_button.setVisible(bool(problem) and sight is not None and not sight.is_going)
        if problem:
            self.state_chip.say(problem)
            return
        self.state_chip.say("")
        going = sight is not None and sight.is_going
        steps = f" {sight.done} of {sight.total}" if sight is not None and sight.total else ""
        self.progress_label.setText(f"Looking…{steps}" if going else "")

    def _table_row(self, page: Page | None, row: int, item: Item, names: list[str]) -> list[str]:
        answer = item.answer or ("",) * len(names)
        label = self._pair(item)[0]
        told = [
            item.name or f"Test image {self._first + row + 1}",
            "" if item.truth is None else names[item.truth],
            names[item.said] if item.answer else "",
            *(p if isinstance(p, str) else f"{p:.4f}" for p in answer),
            names[label],
        ]
        found = page.scores(row, label) if page else None
        heat = page.map_of(row, label) if page else None
        if page is None or found is None or heat is None:
            return told + [""] * (len(_MAP_HEADINGS) - 1)
        checks = [f"{alike:.4f}" for _, alike in page.checks(row, label)]
        numbers = [f"{number:.4f}" for number in (*found, float(np.sum(heat)))]
        return told + numbers + checks + [""] * (len(_MAP_HEADINGS) - 4 - len(checks))

    # --- what happens ------------------------------------------------------------------------

    def _on_painted(self) -> None:
        """Somebody sees it, so the maps are wanted."""
        if self.item is not None and not self._asking.isActive():
            page = self._pages.get(self._key)
            if page is None or not page.is_whole:
                self._asking.start()

    def _ask(self) -> None:
        run = self._session.run
        if self.item is None or self._view is None or self._view.run is not run:
            return
        self._pages.ask(self._key, self._page_items, self._classes)

    def _on_source(self) -> None:
        self._index = 0
        if self._view is not None:
            self.refresh(self._view)

    def _on_chosen(self) -> None:
        if self._view is not None:
            self._show()

    def _on_retry(self) -> None:
        self._pages.retry()
        self._ask()

    # --- parts -------------------------------------------------------------------------------

    def _create(self) -> None:
        theme = self._theme
        self.source_choice = ChoiceField(theme)
        self.source_choice.setAccessibleName("Images")
        self.source_choice.offer([(s.value, s.name) for s in Source], Source.WRONG_FIRST.name)
        self.previous_button = IconButton(theme, "chevron-left", "Previous image")
        self.next_button = IconButton(theme, "chevron-right", "Next image")
        self.count_label = QLabel()
        self.plain = HeatPicture(theme, _MOST_PX)
        self.plain.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.answer_label = QLabel()
        self.answer_label.setWordWrap(True)
        self.answer_label.setTextFormat(Qt.TextFormat.PlainText)
        self.progress_label = QLabel()
        self.progress_label.setProperty("role", "caption")
        self.legend = HeatLegend(theme)
        self.strength = StopSlider(theme)
        self.strength.setAccessibleName("Strength of the overlay")
        self.strength.set_stops(np.arange(21) / 20, _STRENGTH)
        self.first_choice, self.second_choice = ChoiceField(theme), ChoiceField(theme)
        self._choices = (
            (self.first_choice, "What it said"),
            (self.second_choice, "Truth or runner-up"),
        )
        for (choice, by_itself), name in zip(self._choices, ("First", "Second"), strict=True):
            choice.setAccessibleName(f"{name} class to see a map of")
            choice.offer([(by_itself, _BY_ITSELF)], _BY_ITSELF)
        self.maps = [HeatPicture(theme, _MOST_PX) for _ in self._choices]
        self.map_captions = [CaptionLabel() for _ in self._choices]
        self.check_label = QLabel(_CHECK_TITLE)
        self.check_label.setFont(ui_font(SMALL_PX, bold=True))
        self.check_label.setWordWrap(True)
        self.strip = CheckStrip(theme)
        self.verdict_label = CaptionLabel()
        self.nothing = CaptionLabel()
        self.state_chip = Chip(theme)
        self.retry_button = QPushButton("Try again")
        self.retry_button.hide()

    def _connect(self) -> None:
        self.source_choice.activated.connect(self._on_source)
        self.previous_button.clicked.connect(lambda: self.step(-1))
        self.next_button.clicked.connect(lambda: self.step(1))
        self.plain.step_requested.connect(self.step)
        self.plain.painted.connect(self._on_painted)
        self.strength.valueChanged.connect(self._on_chosen)
        self.retry_button.clicked.connect(self._on_retry)
        for choice, _ in self._choices:
            choice.activated.connect(self._on_chosen)
        for picture in (self.plain, *self.maps):
            picture.opened.connect(self.opened)
        for field in (self.source_choice, self.strength, self.first_choice, self.second_choice):
            guard_wheel(field)

    def _lay_out(self) -> None:
        chooser = QHBoxLayout()
        chooser.setSpacing(GRID_PX // 2)
        chooser.addWidget(self.source_choice, 1)
        for widget in (self.previous_button, self.count_label, self.next_button):
            chooser.addWidget(widget)
        figure = QWidget()
        grid = QGridLayout(figure)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID_PX)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.plain, 0, 0, top)
        grid.addLayout(self._beside(), 0, 1)
        for column, (choice, _) in enumerate(self._choices):
            grid.addWidget(choice, 1, column)
            grid.addWidget(self.maps[column], 2, column, top)
            self.map_captions[column].setAlignment(top)
            grid.addWidget(self.map_captions[column], 3, column)
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, 1)
        self._parts = (figure, self.check_label, self.strip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(chooser)
        for part in (self.nothing, self.state_chip, self.retry_button, *self._parts):
            column.addWidget(part)
        column.addWidget(self.verdict_label)

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


_MAP_HEADINGS = (
    "Map of",
    "Score",
    "Score of the average training image",
    "Sum of the map",
    "Correlation, random last part",
    "Correlation, upper half random",
    "Correlation, all random",
)
