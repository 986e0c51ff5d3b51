"""The window with the similarity map: large, with a lasso, and with the images that it selects."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from ichdesk.core.notes import counted
from ichdesk.core.run import is_current
from ichdesk.session.jobs import Post
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.companion import Companion
from ichdesk.ui.run_text import STALE_TEXT
from ichdesk.ui.similarity import map_text as say
from ichdesk.ui.similarity.image_list import ImageList, Listed
from ichdesk.ui.similarity.map_actions import MapActions
from ichdesk.ui.similarity.map_export import MapExport
from ichdesk.ui.similarity.map_view import MapView
from ichdesk.ui.theme import BODY_PX, CARD_GAP_PX, GRID_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.thumbnails import Thumbnails
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.card import separator
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.empty_label import EmptyLabel
from ichdesk.ui.widgets.help_button import HelpButton
from ichdesk.ui.widgets.point_layout import NOTHING
from ichdesk.ui.widgets.window_size import fit_screen

_SIZE_PX = (1180, 860)
_MIN_HEIGHT_PX = 560
_PICTURE_PX = 96
_IN_A_ROW = 3
_NEIGHBOR_ROWS = 3
_SCROLL_BAR_PX = 3 * GRID_PX


class SimilarityWindow(Companion):
    """Shows the run that the panel shows; the project can be edited in it.

    Args:
        post: Runs a function on the window's thread, from any thread.
    """

    def __init__(self, session: Session, theme: Theme, post: Post) -> None:
        super().__init__()
        self._session = session
        self._thumbnails = Thumbnails(post, self.devicePixelRatioF(), side_px=_PICTURE_PX)
        self.view = MapView(session, theme, self._thumbnails, is_large=True)
        self.export = MapExport(session, theme, post, self.view)
        self.actions_row = MapActions(session, self.view_requested.emit, self.class_requested.emit)
        self.selected = ImageList(theme, self._thumbnails, _PICTURE_PX, "Selected images")
        self.neighbors = ImageList(theme, self._thumbnails, _PICTURE_PX, "Nearest neighbors")
        self.selected_label, self.neighbors_label = QLabel(), CaptionLabel()
        self.hint_label = CaptionLabel(say.LASSO)
        self.chip = Chip(theme)
        self.help_button = HelpButton(say.HELP, say.TITLE, theme)
        self.empty_label = EmptyLabel()
        self.setWindowTitle(f"{say.TITLE} - ICHDesk")
        self._lay_out()
        self._connect()
        self.setMinimumHeight(_MIN_HEIGHT_PX)
        fit_screen(self, _SIZE_PX)
        self.refresh(~Change(0))
        self.view.map.setFocus()

    @property
    def is_settled(self) -> bool:
        """Whether every picture that is wanted has been decoded."""
        return self._thumbnails.is_idle

    def refresh(self, change: Change) -> None:
        """Follow edits of the project, the next run, and the map as it settles."""
        if not change & (Change.PROJECT | Change.RUN | Change.OBSERVATIONS | Change.WORKER):
            return
        self.view.refresh()
        run = self.view.reading.run
        self.export.setEnabled(self.view.shown is not None)
        self.empty_label.setText(say.WAITING if self._session.is_training else say.NO_RUN)
        self._stack.setCurrentIndex(1 if run is None else 0)
        is_stale = run is not None and not is_current(run, self._session.project)
        self.chip.say(f"{STALE_TEXT}." if is_stale else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes the selected images out of the project."""
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.actions_row.remove()
        else:
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        """Close, with nothing left running."""
        self.export.close_files()
        self._thumbnails.close()
        super().done(result)

    # --- showing -----------------------------------------------------------------------------

    def _show_selected(self) -> None:
        """List what is selected on the map, all of it selected in the list, too."""
        view, rows = self.view, self.view.map.selected
        before = [image.row for image in self.selected.images]
        self.selected.show_images(view.reading.listed(rows) if view.shown else ())
        if rows != before:
            self.selected.selectAll()
        title = f"{counted(len(rows), 'image')} selected" if rows else "No image selected"
        self.selected_label.setText(title)
        self.hint_label.setVisible(not rows)
        self.selected.setVisible(bool(rows))
        self._show_neighbors()
        self._show_actions()

    def _show_neighbors(self) -> None:
        shown, row = self.view.shown, self.view.single
        near = shown.near(row) if shown and row != NOTHING else []
        self.neighbors.setVisible(bool(near))
        if shown and near:
            self.neighbors.show_images(self.view.reading.listed(near, row))
            self.neighbors_label.say(say.whose_neighbors_text(shown, row, self.view.reading.names))
        else:
            self.neighbors_label.say("")

    def _show_actions(self) -> None:
        self.actions_row.refresh([i.place for i in self.selected.chosen if i.place is not None])

    # --- what the user does ------------------------------------------------------------------

    def _on_opened(self, row: int) -> None:
        place = self.view.reading.place(row)
        if place is not None:
            self.view_requested.emit(place.class_id, place.index)

    def _on_listed_opened(self, images: tuple[Listed, ...], row: int) -> None:
        self._on_opened(images[row].row)

    def _on_menu(self, widget: QWidget, point: QPoint) -> None:
        self.actions_row.open_menu(widget.mapToGlobal(point))

    # --- parts -------------------------------------------------------------------------------

    def _connect(self) -> None:
        view = self.view
        view.changed.connect(self._show_selected)
        view.map.opened.connect(self._on_opened)
        view.map.menu_requested.connect(lambda point: self._on_menu(view.map, point))
        for images in (self.selected, self.neighbors):
            images.view_requested.connect(
                lambda row, listed=images: self._on_listed_opened(listed.images, row)
            )
            images.clicked.connect(
                lambda index, listed=images: view.map.go_to(listed.images[index.row()].row)
            )
        self.selected.delete_requested.connect(self.actions_row.remove)
        self.selected.selection_changed.connect(self._show_actions)
        self.selected.customContextMenuRequested.connect(
            lambda point: self._on_menu(self.selected.viewport(), point)
        )

    def _lay_out(self) -> None:
        title = QLabel(say.TITLE)
        title.setFont(ui_font(TITLE_PX))
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(title, 1)
        top.addWidget(self.export)
        top.addWidget(self.help_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(CARD_GAP_PX,) * 4)
        column.setSpacing(GRID_PX)
        column.addLayout(top)
        column.addWidget(self.chip)
        column.addWidget(self._made_middle(), 1)

    def _made_middle(self) -> QWidget:
        content, middle = QWidget(), QWidget()
        row = QHBoxLayout()
        row.setSpacing(CARD_GAP_PX)
        row.addWidget(self.view, 1)
        row.addWidget(self._made_side())
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(row, 1)
        column.addWidget(separator())
        column.addWidget(self.actions_row)
        self._stack = QStackedLayout(middle)
        self._stack.addWidget(content)
        self._stack.addWidget(self.empty_label)
        return middle

    def _made_side(self) -> QWidget:
        """The selected images, and below them the nearest neighbors of a single one."""
        side, cell = QWidget(), self.selected.cell_px
        side.setFixedWidth(_IN_A_ROW * cell.width() + _SCROLL_BAR_PX)
        self.selected_label.setFont(ui_font(BODY_PX, bold=True))
        self.selected.setMinimumHeight(cell.height())
        self.neighbors.setMinimumHeight(cell.height())
        self.neighbors.setMaximumHeight(_NEIGHBOR_ROWS * cell.height())
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addWidget(self.selected_label)
        column.addWidget(self.hint_label)
        column.addWidget(self.selected, 1)
        column.addWidget(self.neighbors_label)
        column.addWidget(self.neighbors, 2)
        column.addStretch(0)
        return side
