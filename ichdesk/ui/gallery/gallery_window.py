"""The window with all test images in a column for each class."""

from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedLayout, QVBoxLayout, QWidget

from ichdesk.core.gallery import Column, Gallery, gallery, gallery_table
from ichdesk.core.predictions import Place, places
from ichdesk.core.results import NOTE
from ichdesk.core.run import TrainingRun, classes_now, is_current
from ichdesk.session.jobs import Post
from ichdesk.session.session import Session
from ichdesk.session.state import Change, Level
from ichdesk.ui import prediction_text
from ichdesk.ui.companion import Companion
from ichdesk.ui.gallery import gallery_text as say
from ichdesk.ui.gallery.answer_list import AnswerList
from ichdesk.ui.gallery.gallery_columns import GalleryColumns, Shelf
from ichdesk.ui.gallery.gallery_controls import FIRST_SIZE, SIZES_PX, GalleryControls
from ichdesk.ui.gallery.gallery_export import GalleryExport
from ichdesk.ui.gallery.gallery_picture import GalleryPicture
from ichdesk.ui.gallery.rate_bar import RateScale
from ichdesk.ui.prediction_grid import Row
from ichdesk.ui.prediction_text import Names
from ichdesk.ui.run_text import STALE_TEXT
from ichdesk.ui.theme import CARD_GAP_PX, GRID_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.thumbnails import Thumbnails
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.empty_label import EmptyLabel
from ichdesk.ui.widgets.help_button import HelpButton
from ichdesk.ui.widgets.window_size import fit_screen

_SIZE_PX = (1100, 800)
_MIN_HEIGHT_PX = 480


class GalleryWindow(Companion):
    """Shows the run that finished last; while another one is going it waits for that.

    Args:
        post: Runs a function on the window's thread, from any thread.
    """

    def __init__(self, session: Session, theme: Theme, post: Post) -> None:
        super().__init__()
        self._session = session
        self._run: TrainingRun | None = None
        self._shown: Gallery | None = None
        self._counted: tuple[TrainingRun | None, int | None] = (None, None)
        self._places: dict[tuple[int, int], Place | None] = {}
        side_px = max(SIZES_PX.values())
        self._thumbnails = Thumbnails(post, self.devicePixelRatioF(), side_px=side_px)
        self.title_label = QLabel()
        self.remark_label = CaptionLabel()
        self.chip = Chip(theme)
        self.controls = GalleryControls(theme)
        self.columns = GalleryColumns(theme, self._thumbnails, SIZES_PX[FIRST_SIZE])
        self.picture = GalleryPicture(theme, self.columns, self._thumbnails)
        self.export = GalleryExport(session, theme, post, self.picture)
        self.help_button = HelpButton(say.HELP, say.TITLE, theme)
        self.scale = RateScale(theme)
        self.empty_label = EmptyLabel()
        self.setWindowTitle(f"{say.TITLE} - ICHDesk")
        self._lay_out()
        self._connect()
        self.setMinimumHeight(_MIN_HEIGHT_PX)
        fit_screen(self, _SIZE_PX)
        self.refresh(~Change(0))
        if self.columns.lists:
            self.columns.lists[0].setFocus()

    @property
    def is_settled(self) -> bool:
        """Whether every picture that is wanted has been decoded."""
        return self._thumbnails.is_idle

    def refresh(self, change: Change) -> None:
        """Follow edits of the project and the next run."""
        if not change & (Change.PROJECT | Change.RUN):
            return
        run = None if self._session.is_training else self._session.finished_run
        if run is not self._run or Change.PROJECT in change:
            self._run = run
            self._show()
        elif self._shown is None:
            self._show_empty()
        self._show_chip()

    def done(self, result: int) -> None:
        """Close, with nothing left running."""
        self.export.close_files()
        self._thumbnails.close()
        super().done(result)

    # --- showing -----------------------------------------------------------------------------

    def _show(self) -> None:
        """Show the run with the project as it is now."""
        run = self._run
        names = prediction_text.names_now(run, self._session.project) if run else {}
        if run:
            self.controls.offer(run.class_ids, names)
            self._thumbnails.set_steps(run.config.steps)
        self._make(run)
        if run and self._shown:
            found = self._shown.images
            now = places(found, run, self._session.project)
            keys = ((image.cell[0], image.position) for image in found)
            self._places = dict(zip(keys, now, strict=True))
            self._show_gallery(run, self._shown, names)
        else:
            self.export.withdraw()
            self.title_label.setText(say.TITLE)
            self.remark_label.say("")
        is_shown = self._shown is not None
        self.controls.setEnabled(is_shown)
        self._legend.setVisible(is_shown)
        self._stack.setCurrentIndex(0 if is_shown else 1)
        self._show_empty()

    def _make(self, run: TrainingRun | None) -> None:
        """Count anew where the run or what counts as one has changed."""
        negative = self.controls.negative
        if run is not self._counted[0] or negative != self._counted[1]:
            self._shown = gallery(run, negative) if run else None
            self._counted = run, negative

    def _show_gallery(self, run: TrainingRun, shown: Gallery, names: Names) -> None:
        shelves = [self._shelf(column, run, names) for column in shown.columns]
        self.columns.show_shelves(shelves, shown.accuracy, names)
        listed = [(row.prediction, row.place) for shelf in shelves for row in shelf.rows]
        since = prediction_text.since_text(listed)
        title, remark = say.overall_text(shown.accuracy), say.remark_text(run, shown, names, since)
        self.title_label.setText(title)
        self.remark_label.say(remark)
        choice = self.controls.choice
        listed_text = say.choice_text(choice, [names[class_id] for class_id in choice.said])

        def note() -> str:
            return " ".join(filter(None, (self.chip.text(), remark, listed_text, NOTE)))

        self.export.offer(f"{say.TITLE}: {title}", note, lambda: gallery_table(shown, names))

    def _shelf(self, column: Column, run: TrainingRun, names: Names) -> Shelf:
        images = column.listed(self.controls.choice)
        rows = tuple(Row(i, self._places[i.cell[0], i.position]) for i in images)
        if len(column.group) > 1:
            return Shelf(column, say.OTHERS, None, rows)
        class_id = column.group[0]
        position, _ = classes_now(run, self._session.project)[run.class_ids.index(class_id)]
        return Shelf(column, say.one_line(names[class_id]), position, rows)

    def _show_empty(self) -> None:
        """Why there is no image, and what to do."""
        if self._session.is_training:
            text = prediction_text.STILL_GOING
        elif self._run is None:
            text = prediction_text.NO_RUN
        else:
            text = prediction_text.NOT_KEPT if any(self._run.test) else prediction_text.NO_TEST
        self.empty_label.setText(text)

    def _show_chip(self) -> None:
        run = self._run
        if run is None:
            self.chip.say("")
        elif text := prediction_text.other_run_text(run, self._session.run):
            self.chip.say(text, Level.INFO)
        else:
            is_stale = not is_current(run, self._session.project)
            self.chip.say(f"{STALE_TEXT}." if is_stale else "")

    # --- what the user does ------------------------------------------------------------------

    def _on_menu(self, view: AnswerList, point: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        row = view.currentIndex().row()
        for text, ask in (
            ("Open in &viewer\tEnter", view.view_requested.emit),
            ("&Show in class\tCtrl+Enter", view.class_requested.emit),
        ):
            action = menu.addAction(text, partial(ask, row))
            action.setEnabled(row >= 0 and view.rows[row].place is not None)
        menu.popup(view.viewport().mapToGlobal(point))

    # --- parts -------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.controls.changed.connect(self._show)
        self.controls.size_changed.connect(self.columns.set_picture_px)
        self.columns.view_requested.connect(self.view_requested)
        self.columns.class_requested.connect(self.class_requested)
        self.columns.menu_requested.connect(self._on_menu)

    def _lay_out(self) -> None:
        self.title_label.setFont(ui_font(TITLE_PX))
        self.title_label.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(CARD_GAP_PX,) * 4)
        column.setSpacing(GRID_PX)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.title_label, 1)
        for button in (self.export, self.help_button):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        for widget in (self.remark_label, self.chip, self.controls, self._made_legend()):
            column.addWidget(widget)
        column.addSpacing(GRID_PX)
        column.addWidget(self._made_middle(), 1)

    def _made_legend(self) -> QWidget:
        self._legend = QWidget()
        row = QHBoxLayout(self._legend)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        row.addWidget(self.scale)
        row.addWidget(CaptionLabel(say.LEGEND), 1)
        return self._legend

    def _made_middle(self) -> QWidget:
        middle = QWidget()
        self._stack = QStackedLayout(middle)
        self._stack.addWidget(self.columns)
        self._stack.addWidget(self.empty_label)
        return middle
