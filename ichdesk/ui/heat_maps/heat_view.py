"""Heat maps of one image after another."""

from collections.abc import Hashable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ichdesk.core.run import TrainingRun
from ichdesk.session.session import Session
from ichdesk.ui.heat_maps import heat_text as say
from ichdesk.ui.heat_maps.heat_figure import HeatFigure
from ichdesk.ui.heat_maps.heat_table import headings, map_cells, table_row
from ichdesk.ui.heat_maps.items import Item, Source, preview_items, tested_items
from ichdesk.ui.heat_maps.pages import PAGE, Page, Pages
from ichdesk.ui.run_view import RunView
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.fields import ChoiceField
from ichdesk.ui.widgets.icon_button import IconButton
from ichdesk.ui.widgets.wheel_guard import guard_wheel

_ALL_CLASSES = 6  # with more, only those on display are asked for


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
        self._pages = Pages(session, place)
        self._view: RunView | None = None
        self._items: tuple[Item, ...] = ()
        self._sorted: tuple[object, Source | None, tuple[Item, ...]] = (None, None, ())
        self._index = 0
        self._asking = QTimer(self)  # painting is no time to ask
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self.source_choice = ChoiceField(theme)
        self.source_choice.setAccessibleName("Images")
        self.source_choice.offer([(s.value, s.name) for s in Source], Source.WRONG_FIRST.name)
        self.previous_button = IconButton(theme, "chevron-left", "Previous image")
        self.next_button = IconButton(theme, "chevron-right", "Next image")
        self.count_label = QLabel()
        self.nothing = CaptionLabel()
        self.state_chip = Chip(theme)
        self.retry_button = QPushButton("Try again")
        self.figure = HeatFigure(theme)
        self._connect()
        self._lay_out()

    @property
    def item(self) -> Item | None:
        """The image on display."""
        return self._items[self._index] if self._items else None

    def refresh(self, view: RunView) -> None:
        """Show a run that is done."""
        if self._view is None or self._view.run is not view.run:
            self._pages.clear()
            self._index = 0
        self._view = view
        source = Source[self.source_choice.currentData()]
        self._items = self._read(view.run, source)
        self._index = min(self._index, max(0, len(self._items) - 1))
        self._show()

    def _read(self, run: TrainingRun, source: Source) -> tuple[Item, ...]:
        """The images; those of a run are sorted once."""
        if source is Source.PREVIEW:
            return preview_items(self._session.preview)
        if run.test_probabilities is not self._sorted[0] or source is not self._sorted[1]:
            self._sorted = run.test_probabilities, source, tested_items(run, source)
        return self._sorted[2]

    def step(self, by: int) -> None:
        """Turn to another image; the ends stay where they are."""
        self._index = min(max(self._index + by, 0), max(0, len(self._items) - 1))
        self._show()

    def table_rows(self) -> list[list[str]]:
        """The images of the present page, with what is known of their maps, headings first."""
        if self._view is None or self.item is None:
            return []
        names, page = self._view.names, self._pages.get(self._key)
        return [
            headings(names),
            *(
                table_row(item, names) + map_cells(page, row, self.figure.pair(item)[0], names)
                for row, item in enumerate(self._page_items)
            ),
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
        pairs = [self.figure.pair(item) for item in self._page_items]
        return tuple(sorted({label for pair in pairs for label in pair}))

    @property
    def _key(self) -> Hashable:
        """Names a page of the run."""
        items = tuple((item.place, id(item.pixels)) for item in self._page_items)
        return items, self._classes

    def _show(self) -> None:
        item, view = self.item, self._view
        turning = (self.previous_button, self.count_label, self.next_button)
        for widget in (self.figure, *turning):
            widget.setVisible(item is not None)
        self.previous_button.setEnabled(self._index > 0)
        self.next_button.setEnabled(self._index < len(self._items) - 1)
        self.count_label.setText(f"{self._index + 1:,} of {len(self._items):,}")
        source = Source[self.source_choice.currentData()]
        self.nothing.say("" if item else say.NOTHING[source])
        if item is None or view is None:
            self._show_problem("")
            return
        self.figure.offer_classes(item, view.names)  # a class that is gone is not asked for
        page = self._pages.get(self._key)
        self.figure.show_item(item, page, self._index - self._first, view.names)
        self.figure.verdict_label.say(self._verdict(page) if page else "")
        self._show_state(page)

    def _verdict(self, page: Page) -> str:
        found = [
            [alike for _, alike in page.checks(row, self.figure.pair(item)[0])]
            for row, item in enumerate(self._page_items)
        ]
        return say.check_text(found)

    def _show_state(self, page: Page | None) -> None:
        sight = self._pages.sight
        is_going = sight is not None and sight.is_going
        steps = f" {sight.done} of {sight.total}" if sight is not None and sight.total else ""
        self.figure.progress_label.setText(f"Looking…{steps}" if is_going else "")
        if page is not None and page.is_whole:
            self._show_problem("")
            return
        ending = sight.ending if sight is not None else ""
        problem = self._session.observations.problem()
        self._show_problem(problem or ending, can_retry=bool(ending) and not problem)

    def _show_problem(self, text: str, *, can_retry: bool = False) -> None:
        self.state_chip.say(text)
        self.retry_button.setVisible(can_retry)

    # --- what happens ------------------------------------------------------------------------

    def _on_painted(self) -> None:
        """Somebody sees it, so the maps are wanted."""
        page = self._pages.get(self._key) if self.item else None
        if self.item is not None and (page is None or not page.is_whole):
            self._asking.start()

    def _ask(self) -> None:
        if self.item is not None and self._view is not None:
            self._pages.ask(self._key, self._page_items, self._classes)

    def _on_source(self) -> None:
        self._index = 0
        if self._view is not None:
            self.refresh(self._view)

    def _on_retry(self) -> None:
        self._pages.retry()
        self._ask()

    def _connect(self) -> None:
        self.source_choice.activated.connect(self._on_source)
        guard_wheel(self.source_choice)
        self.previous_button.clicked.connect(lambda: self.step(-1))
        self.next_button.clicked.connect(lambda: self.step(1))
        self.retry_button.clicked.connect(self._on_retry)
        self._asking.timeout.connect(self._ask)
        self.figure.step_requested.connect(self.step)
        self.figure.changed.connect(self._show)
        self.figure.painted.connect(self._on_painted)
        self.figure.opened.connect(self.opened)

    def _lay_out(self) -> None:
        chooser = QHBoxLayout()
        chooser.setSpacing(GRID_PX // 2)
        chooser.addWidget(self.source_choice, 1)
        for widget in (self.previous_button, self.count_label, self.next_button):
            chooser.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(chooser)
        for part in (self.nothing, self.state_chip, self.retry_button, self.figure):
            column.addWidget(part)
