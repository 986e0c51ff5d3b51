"""The window "Data health": what a model could learn from the data by mistake, and what to do."""

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QPainter, QShortcut, QTextDocument
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from ichdesk.core.data_health import Check
from ichdesk.core.errors import UserError
from ichdesk.core.results import write_text
from ichdesk.session.jobs import Post
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.companion import Companion
from ichdesk.ui.health import health_text as say
from ichdesk.ui.health.check_list import CheckList
from ichdesk.ui.health.findings import Findings
from ichdesk.ui.health.image_grid import PICTURE_PX, ImageGrid
from ichdesk.ui.health.spot_map import SpotMap
from ichdesk.ui.panel_image import save_image, titled_image
from ichdesk.ui.table_text import csv_text, tabbed_text
from ichdesk.ui.theme import BODY_PX, CARD_GAP_PX, GRID_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.thumbnails import Thumbnails
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.card import separator
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.empty_label import EmptyLabel
from ichdesk.ui.widgets.file_dialogs import ask_save_path
from ichdesk.ui.widgets.help_button import HelpButton
from ichdesk.ui.widgets.icon_button import IconButton
from ichdesk.ui.widgets.window_size import fit_screen

TITLE = "Data health"
_SIZE_PX = (1040, 780)
_MIN_HEIGHT_PX = 520
_BAR_PX = 4
_PICTURE_WIDTH_PX = 80 * GRID_PX
_KINDS = "PNG images (*.png);;CSV tables (*.csv)"


class HealthWindow(Companion):
    """Checks at the left; at the right the chosen one, with its images, which can be removed.

    What needs no pixels is there at once. The images are looked at after a click, or at once where
    there are few; after an edit the window says that this is old.

    Args:
        post: Runs a function on the window's thread, from any thread.
    """

    def __init__(self, session: Session, theme: Theme, post: Post) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self._shown: Check | None = None
        self.findings = Findings(session)
        self._thumbnails = Thumbnails(post, self.devicePixelRatioF(), side_px=PICTURE_PX)
        self.setWindowTitle(f"{TITLE} - ICHDesk")
        self.setMinimumHeight(_MIN_HEIGHT_PX)
        self._create_parts(theme)
        self._create_buttons(theme)
        self._lay_out()
        self._connect()
        fit_screen(self, _SIZE_PX)
        self.refresh(~Change(0))
        self.checks.setFocus()

    @property
    def is_settled(self) -> bool:
        """Whether every picture that is wanted has been decoded."""
        return self._thumbnails.is_idle

    def refresh(self, change: Change) -> None:
        """Follow edits, trainings, and what the worker finds."""
        wanted = Change.PROJECT | Change.RUN | Change.OBSERVATIONS | Change.WORKER
        if not change & wanted:
            return
        if self.findings.wants_look:
            self.findings.look()  # tells us again
        self._thumbnails.set_steps(self._session.project.config.steps)
        checks = self.findings.checks
        self.checks.show_checks(checks)
        self._stack.setCurrentIndex(0 if checks else 1)
        self.sum_label.say(say.sum_text(checks) if checks else "")
        self._show_work(bool(checks))
        self._show_check()

    def done(self, result: int) -> None:
        """Close, with nothing left running."""
        self.findings.stop()
        self._thumbnails.close()
        super().done(result)

    def image(self) -> QImage:
        """All checks on one picture, for a slide."""
        palette, checks = self._theme.palette, self.findings.checks
        page = QTextDocument()
        page.setDefaultFont(ui_font(BODY_PX))
        page.setHtml(say.page_html(checks, palette))
        page.setTextWidth(_PICTURE_WIDTH_PX)
        height_px = round(page.size().height())

        def draw(image: QImage, place: QPoint) -> None:
            painter = QPainter(image)
            painter.translate(place)
            page.drawContents(painter)
            painter.end()

        size = QSize(_PICTURE_WIDTH_PX, height_px)
        return titled_image(TITLE, say.sum_text(checks), size, palette, draw)

    def table_rows(self) -> list[list[str]]:
        """The checks as a table with headings."""
        return say.table_rows(self.findings.checks, self._names)

    # --- showing -----------------------------------------------------------------------------

    @property
    def _names(self) -> dict[int, str]:
        return {bin_.id: bin_.name for bin_ in self._session.project.classes}

    def _show_work(self, has_checks: bool) -> None:
        """How far the look at the images is, and what can be done about it."""
        findings, sight = self.findings, self.findings.sight
        is_going = sight is not None and sight.is_going
        self.bar.setVisible(is_going)
        self.cancel_button.setVisible(is_going)
        if sight is not None and is_going:
            self.bar.setRange(0, sight.total)
            self.bar.setValue(sight.done)
        is_old = findings.is_outdated
        is_stopped = sight is not None and bool(sight.ending)
        needed = sight is None or is_old or is_stopped
        self.look_button.setText("Check the images" if sight is None else "Check again")
        self.look_button.setVisible(has_checks and not is_going and needed)
        self.look_button.setEnabled(not findings.problem)
        self.look_button.setToolTip(findings.problem)
        ending = sight.ending if sight is not None and sight.arrays else ""
        self.chip.say(" ".join(filter(None, (say.OUTDATED if is_old else "", ending))))
        for button in (self.copy_button, self.table_button, self.save_button):
            button.setEnabled(has_checks)

    def _show_check(self) -> None:
        check = self.checks.check
        self._shown = check
        if check is None:
            return
        palette = self._theme.palette
        self.check_title.setText(check.title)
        self.state_label.setText(check.state.value)
        self.state_label.setStyleSheet(f"color: {say.state_color(check.state, palette)};")
        self.text_label.setText(check.text)
        self.advice_label.setText(f"What to do: {check.advice}" if check.advice else "")
        self.advice_label.setVisible(bool(check.advice))
        is_spots = check.key == "spots"
        self.spot_map.show_spots(self.findings.spots if is_spots else None, self.findings.average)
        self.spot_caption.setVisible(is_spots)
        rows = self.findings.rows(check)
        self.grid.setVisible(bool(rows))
        self._filler.setVisible(not rows)
        self.grid.show_rows(rows, self._names, is_paired=check.is_paired)
        self.images_label.say(say.images_text(rows, is_paired=check.is_paired))
        self._show_buttons()

    def _show_buttons(self) -> None:
        has_rows = bool(self.grid.rows)
        for button in self._buttons:
            button.setVisible(has_rows)
            button.setEnabled(self.grid.place is not None)
        self.remove_button.setEnabled(bool(self.grid.selected))
        self.second_button.setVisible(has_rows and self.grid.is_paired)
        self.second_button.setEnabled(bool(self.grid.second_rows))
        label = self._session.undo_label
        edit = f"Undo {label[:1].lower()}{label[1:]}" if label else "Undo"
        self.undo_button.setToolTip(edit)
        self.undo_button.setAccessibleName(edit)
        self.undo_button.setEnabled(label is not None)

    # --- what the user does ------------------------------------------------------------------

    def _on_view(self) -> None:
        if place := self.grid.place:
            self.view_requested.emit(place.class_id, place.index)

    def _on_show_in_class(self) -> None:
        if place := self.grid.place:
            self.class_requested.emit(place.class_id, place.index)

    def _on_remove(self) -> None:
        chosen: dict[int, list[int]] = {}
        for place in dict.fromkeys(self.grid.selected):  # an image may be in several pairs
            chosen.setdefault(place.class_id, []).append(place.index)
        self._session.remove_from_classes(chosen)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setImage(self.image())

    def _on_copy_table(self) -> None:
        QGuiApplication.clipboard().setText(tabbed_text(self.table_rows()))

    def _on_save(self) -> None:
        path = ask_save_path(self, "Save checks", f"{TITLE}.png", _KINDS)
        if path is None:
            return
        try:
            if path.suffix.lower() == ".csv":
                write_text(csv_text(self.table_rows()), path)
            else:
                save_image(self.image(), path)
        except UserError as error:
            self._session.report(str(error))

    # --- parts -------------------------------------------------------------------------------

    def _create_parts(self, theme: Theme) -> None:
        self.checks = CheckList(theme)
        self.grid = ImageGrid(theme, self._thumbnails)
        self.spot_map = SpotMap(theme)
        self.spot_caption = CaptionLabel(
            "The mean picture of all images. Colored: spots whose brightness alone tells a class "
            "apart beyond chance, by area under the ROC curve. Framed: those that give a class "
            "away."
        )
        self.title_label, self.check_title = QLabel(TITLE), QLabel()
        self.title_label.setFont(ui_font(TITLE_PX))
        self.check_title.setFont(ui_font(TITLE_PX))
        self.state_label, self.text_label, self.advice_label = QLabel(), QLabel(), QLabel()
        self.state_label.setFont(ui_font(bold=True))
        self.empty_label = EmptyLabel(say.EMPTY)
        for label in (self.text_label, self.advice_label, self.empty_label):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.advice_label.setProperty("role", "soft")
        self.sum_label, self.images_label, self.chip = CaptionLabel(), CaptionLabel(), Chip(theme)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(_BAR_PX)
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing below moves when the work ends
        self.bar.setSizePolicy(policy)
        self.bar.setAccessibleName("How much of the images was looked at")
        self._filler = QWidget()

    def _create_buttons(self, theme: Theme) -> None:
        self.look_button = QPushButton("Check the images")
        self.cancel_button = QPushButton("Cancel")
        self.view_button = QPushButton("Open in viewer")
        self.class_button = QPushButton("Show in class")
        self.second_button = QPushButton("Select one of each pair")
        self.remove_button = QPushButton("Remove")
        self.remove_button.setToolTip("Remove the selected images from the project")
        self.undo_button = QPushButton("Undo")
        self.undo_button.setProperty("role", "link")
        self._buttons = (
            self.view_button,
            self.class_button,
            self.second_button,
            self.remove_button,
        )
        for button in (*self._buttons, self.undo_button, self.look_button, self.cancel_button):
            button.setAutoDefault(False)  # Enter opens the image, it must not press a button
        self.copy_button = IconButton(theme, "content-copy", f"Copy image: {TITLE}")
        self.table_button = IconButton(theme, "table", f"Copy table: {TITLE}")
        self.save_button = IconButton(theme, "download", f"Save image or table: {TITLE}…")
        self.help_button = HelpButton(say.HELP, TITLE, theme)

    def _connect(self) -> None:
        self.checks.chosen.connect(self._show_check)
        self.grid.view_requested.connect(self._on_view)
        self.grid.delete_requested.connect(self._on_remove)
        self.grid.selection_changed.connect(self._show_buttons)
        self.look_button.clicked.connect(self.findings.look)
        self.cancel_button.clicked.connect(self.findings.stop)
        self.view_button.clicked.connect(self._on_view)
        self.class_button.clicked.connect(self._on_show_in_class)
        self.second_button.clicked.connect(self.grid.select_second)
        self.remove_button.clicked.connect(self._on_remove)
        self.undo_button.clicked.connect(self._session.undo)
        self.copy_button.clicked.connect(self._on_copy)
        self.table_button.clicked.connect(self._on_copy_table)
        self.save_button.clicked.connect(self._on_save)
        self._theme.changed.connect(self._show_check)
        keys = QKeySequence.StandardKey
        QShortcut(QKeySequence(keys.Undo), self, self._session.undo)
        QShortcut(QKeySequence(keys.Redo), self, self._session.redo)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*(CARD_GAP_PX,) * 4)
        column.setSpacing(GRID_PX)
        column.addLayout(self._made_header())
        column.addWidget(self.sum_label)
        column.addWidget(self.chip)
        column.addWidget(self.bar)
        column.addSpacing(GRID_PX)
        middle = QWidget()
        self._stack = QStackedLayout(middle)
        self._stack.addWidget(self._made_body())
        self._stack.addWidget(self.empty_label)
        column.addWidget(middle, 1)

    def _made_header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID_PX)
        row.addWidget(self.title_label, 1)
        row.addWidget(self.look_button)
        row.addWidget(self.cancel_button)
        icons = (self.copy_button, self.table_button, self.save_button, self.help_button)
        for button in icons:
            row.addWidget(button)
        return row

    def _made_body(self) -> QWidget:
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(CARD_GAP_PX)
        row.addWidget(self.checks)
        row.addLayout(self._made_details(), 1)
        return body

    def _made_details(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(GRID_PX)
        heading = QHBoxLayout()
        heading.addWidget(self.check_title)
        heading.addStretch(1)
        heading.addWidget(self.state_label)
        column.addLayout(heading)
        column.addWidget(self.text_label)
        column.addWidget(self.advice_label)
        spots = QHBoxLayout()
        spots.setSpacing(CARD_GAP_PX)
        spots.addWidget(self.spot_map)
        spots.addWidget(self.spot_caption, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(spots)
        column.addWidget(self.images_label)
        column.addWidget(self.grid, 1)
        column.addWidget(self._filler, 1)
        column.addWidget(separator())
        column.addLayout(self._made_footer())
        return column

    def _made_footer(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID_PX)
        for button in self._buttons:
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.undo_button)
        return row
