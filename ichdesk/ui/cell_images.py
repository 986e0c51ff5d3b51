"""The window with the test images of a cell of the confusion matrix, or with all errors."""

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from ichdesk.core.notes import counted
from ichdesk.core.predictions import Cell, Prediction, by_cell, places, predictions
from ichdesk.core.run import TrainingRun, is_current
from ichdesk.session.session import Session
from ichdesk.session.state import Change, Level
from ichdesk.ui import prediction_text as say
from ichdesk.ui.companion import Companion
from ichdesk.ui.prediction_grid import PICTURE_PX, PredictionGrid, Row
from ichdesk.ui.run_text import STALE_TEXT
from ichdesk.ui.theme import CARD_GAP_PX, GRID_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.thumbnails import Thumbnails
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.card import separator
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.empty_label import EmptyLabel
from ichdesk.ui.widgets.fields import ChoiceField
from ichdesk.ui.widgets.window_size import fit_screen

_SIZE_PX = (1000, 760)
_MIN_HEIGHT_PX = 480
_CHOICE_CHARACTERS = 34


class Order(Enum):
    """What comes first."""

    SUREST = "Most confident first"
    LEAST_SURE = "Least confident first"
    PROJECT = "In the order of the project"


class CellImages(Companion):
    """Lists test images by the model's answer; not modal, and the project can be edited in it.

    Images that were removed or moved since the training stay listed and say so, so that the
    figures above them stay those of the matrix.

    Args:
        post: Runs a function on the window's thread, from any thread.
    """

    def __init__(
        self, session: Session, theme: Theme, post: Callable[[Callable[[], None]], None]
    ) -> None:
        super().__init__()
        self._session = session
        self._run: TrainingRun | None = None
        self._found: tuple[Prediction, ...] = ()
        self._cells: list[Cell | None] = []
        self.cell: Cell | None = None
        self.setMinimumHeight(_MIN_HEIGHT_PX)  # the buttons say how wide
        # its own pictures: larger than those of the cards, and through the steps of the run
        self._thumbnails = Thumbnails(post, self.devicePixelRatioF(), side_px=PICTURE_PX)
        self.grid = PredictionGrid(theme, self._thumbnails)
        self.title_label = QLabel()
        self.since_label = CaptionLabel()
        self.chip = Chip(theme)
        self.cell_choice = ChoiceField(theme)
        self.order_choice = ChoiceField(theme)
        self.empty_label = EmptyLabel()
        self.move_menu = QMenu(self)
        self._create_buttons()
        self._lay_out()
        self._connect()
        fit_screen(self, _SIZE_PX)
        self.refresh(~Change(0))
        self.grid.setFocus()

    @property
    def is_settled(self) -> bool:
        """Whether every picture that is wanted has been decoded."""
        return self._thumbnails.is_idle

    def show_cell(self, cell: Cell | None) -> None:
        """List the images of a cell, or with None all errors."""
        self.cell = cell
        self._show()
        self.grid.setFocus()

    def refresh(self, change: Change) -> None:
        """Follow edits of the project, and change to the next run when it has ended."""
        if not change & (Change.PROJECT | Change.RUN):
            return
        run = self._session.finished_run
        if run is not self._run or Change.PROJECT in change:
            if run is not self._run:
                self._run, self._found = run, predictions(run) if run else ()
            self._show()
        elif not self._found:
            self._show_empty()
        self._show_chip()
        self._show_buttons()

    def done(self, result: int) -> None:
        """Close, with nothing left running."""
        self._thumbnails.close()
        super().done(result)

    # --- showing -----------------------------------------------------------------------------

    def _show(self) -> None:
        run = self._run
        if run is None:
            self.title_label.setText("Test images")
            self._show_rows((), {})
            return
        if self.cell is not None and not set(self.cell) <= set(run.class_ids):
            self.cell = None  # a class that this run does not know
        self._thumbnails.set_steps(run.config.steps)
        names = say.names_now(run, self._session.project)
        self._offer_cells(names)
        title = say.title_text(self.cell, self._found, names) if self._found else "Test images"
        self.title_label.setText(title)
        self._show_rows(self._rows(run), names)

    def _rows(self, run: TrainingRun) -> tuple[Row, ...]:
        now = places(self._found, run, self._session.project)
        rows = [Row(p, place) for p, place in zip(self._found, now, strict=True)]
        cell = self.cell
        rows = [
            r for r in rows if r.prediction.cell == cell or (not cell and r.prediction.is_error)
        ]
        order = self.order_choice.currentData()
        if order != Order.PROJECT.name:
            sign = -1 if order == Order.SUREST.name else 1
            rows.sort(key=lambda row: sign * row.prediction.confidence)
        return tuple(rows)

    def _offer_cells(self, names: say.Names) -> None:
        counts = by_cell(self._found)
        cells = set(counts) | ({self.cell} if self.cell else set())
        rank = {class_id: rank for rank, class_id in enumerate(names)}
        in_order = sorted(cells, key=lambda c: (c[0] == c[1], rank[c[0]], rank[c[1]]))
        self._cells = [None, *in_order]
        wrong = sum(prediction.is_error for prediction in self._found)
        numbers = [counts.get(cell, 0) if cell else wrong for cell in self._cells]
        texts = (say.choice_text(c, n, names) for c, n in zip(self._cells, numbers, strict=True))
        current = self._cells.index(self.cell)
        self.cell_choice.offer([(text, row) for row, text in enumerate(texts)], current)

    def _show_rows(self, rows: tuple[Row, ...], names: say.Names) -> None:
        self.grid.show_rows(rows, names)
        self.setWindowTitle(f"{self.title_label.text()} - ICHDesk")
        self.since_label.say(say.since_text([(row.prediction, row.place) for row in rows]))
        for field in (self.cell_choice, self.order_choice):
            field.setEnabled(bool(self._found))
        self._stack.setCurrentIndex(0 if rows else 1)
        self._show_empty()
        self._show_buttons()

    def _show_empty(self) -> None:
        """Why there is no image, and what to do."""
        if self._run is None:
            text = say.STILL_GOING if self._session.is_training else say.NO_RUN
        elif not self._found:
            text = say.NOT_KEPT if any(self._run.test) else say.NO_TEST
        else:
            text = say.NO_IMAGE if self.cell else say.NO_ERROR
        self.empty_label.setText(text)

    def _show_chip(self) -> None:
        run, present = self._run, self._session.run
        if run is None:
            self.chip.say("")
        elif text := say.other_run_text(run, present):
            self.chip.say(text, Level.INFO)
        else:
            is_stale = not is_current(run, self._session.project)
            self.chip.say(f"{STALE_TEXT}." if is_stale else "")

    def _show_buttons(self) -> None:
        chosen = self.grid.selected
        for button in (self.view_button, self.class_button, self.remove_button):
            button.setEnabled(bool(chosen))
        self.move_button.setEnabled(bool(chosen and self._targets))
        self.selected_label.setText(f"{counted(len(chosen), 'image')} selected" if chosen else "")
        label = self._session.undo_label
        edit = f"Undo {label[:1].lower()}{label[1:]}" if label else "Undo"
        self.undo_button.setToolTip(edit)
        self.undo_button.setAccessibleName(edit)
        self.undo_button.setEnabled(label is not None)

    # --- what the user does ------------------------------------------------------------------

    @property
    def _targets(self) -> list[tuple[int, str]]:
        """Id and name of the classes that the selected images can be moved to."""
        sources = {row.place.class_id for row in self.grid.selected if row.place}
        classes = self._session.project.classes
        return [(b.id, b.name) for b in classes if sources != {b.id}]

    @property
    def _chosen(self) -> dict[int, list[int]]:
        """Positions of the selected images by class."""
        chosen: dict[int, list[int]] = {}
        for row in self.grid.selected:
            if row.place:
                chosen.setdefault(row.place.class_id, []).append(row.place.index)
        return chosen

    def _on_view(self) -> None:
        if place := self.grid.place:
            self.view_requested.emit(place.class_id, place.index)

    def _on_show_in_class(self) -> None:
        if place := self.grid.place:
            self.class_requested.emit(place.class_id, place.index)

    def _on_remove(self) -> None:
        self._session.remove_from_classes(self._chosen)

    def _fill_move_menu(self) -> None:
        self.move_menu.clear()
        for class_id, name in self._targets:
            action = QAction(name.replace("&", "&&"), self.move_menu)
            action.triggered.connect(
                lambda _=False, target=class_id: self._session.move_from_classes(
                    self._chosen, target
                )
            )
            self.move_menu.addAction(action)

    def _on_cell_chosen(self) -> None:
        self.cell = self._cells[self.cell_choice.currentIndex()]
        self._show()

    def _on_context_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        has_some = bool(self.grid.selected)
        for text, do in (
            ("Open in &viewer", self._on_view),
            ("&Show in class", self._on_show_in_class),
            ("&Remove from the project", self._on_remove),
        ):
            menu.addAction(text, do).setEnabled(has_some)
        self._fill_move_menu()
        move = menu.addMenu("&Move to class")
        move.addActions(self.move_menu.actions())
        move.setEnabled(has_some and not move.isEmpty())
        menu.addSeparator()
        menu.addAction("Select &all", self.grid.selectAll)
        menu.popup(self.grid.viewport().mapToGlobal(place))

    # --- parts -------------------------------------------------------------------------------

    def _create_buttons(self) -> None:
        self.view_button = QPushButton("Open in viewer")
        self.class_button = QPushButton("Show in class")
        self.move_button = QPushButton("Move to class…")
        self.remove_button = QPushButton("Remove")
        self.remove_button.setToolTip("Remove from the project")
        self.undo_button = QPushButton("Undo")
        self.undo_button.setProperty("role", "link")
        self.move_button.setMenu(self.move_menu)
        self._buttons = (
            self.view_button,
            self.class_button,
            self.move_button,
            self.remove_button,
            self.undo_button,
        )
        for button in self._buttons:
            button.setAutoDefault(False)  # Enter opens the image, it must not press a button

    def _connect(self) -> None:
        self.grid.view_requested.connect(self._on_view)
        self.grid.delete_requested.connect(self._on_remove)
        self.grid.selection_changed.connect(self._show_buttons)
        self.grid.customContextMenuRequested.connect(self._on_context_menu)
        self.cell_choice.activated.connect(self._on_cell_chosen)
        self.order_choice.activated.connect(self._show)
        self.view_button.clicked.connect(self._on_view)
        self.class_button.clicked.connect(self._on_show_in_class)
        self.move_menu.aboutToShow.connect(self._fill_move_menu)
        self.remove_button.clicked.connect(self._on_remove)
        self.undo_button.clicked.connect(self._session.undo)
        keys = QKeySequence.StandardKey
        QShortcut(QKeySequence(keys.Undo), self, self._session.undo)
        QShortcut(QKeySequence(keys.Redo), self, self._session.redo)

    def _lay_out(self) -> None:
        self.title_label.setFont(ui_font(TITLE_PX))
        self.title_label.setWordWrap(True)
        self.title_label.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(CARD_GAP_PX,) * 4)
        column.setSpacing(GRID_PX)
        for widget in (self.title_label, self.since_label, self.chip):
            column.addWidget(widget)
        column.addSpacing(GRID_PX)
        column.addLayout(self._made_choices())
        column.addWidget(self._made_list(), 1)
        column.addWidget(separator())
        column.addLayout(self._made_footer())

    def _made_choices(self) -> QHBoxLayout:
        self.cell_choice.setAccessibleName("Which images are listed")
        self.cell_choice.setMinimumContentsLength(_CHOICE_CHARACTERS)
        self.order_choice.setAccessibleName("Order of the images")
        self.order_choice.setMinimumContentsLength(len(Order.PROJECT.value))
        self.order_choice.offer([(order.value, order.name) for order in Order], Order.SUREST.name)
        self.selected_label = CaptionLabel()
        self.selected_label.setWordWrap(False)
        self.selected_label.show()
        row = QHBoxLayout()
        row.setSpacing(GRID_PX)
        row.addWidget(self.cell_choice)
        row.addWidget(self.order_choice)
        row.addStretch(1)
        row.addWidget(self.selected_label)
        return row

    def _made_list(self) -> QWidget:
        middle = QWidget()
        self._stack = QStackedLayout(middle)
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.empty_label)
        return middle

    def _made_footer(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID_PX)
        for button in self._buttons[:-1]:
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.undo_button)
        return row
