"""The window of runs: the list, a note on each, and any two of them side by side."""

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from ichdesk.core.errors import UserError
from ichdesk.core.project import Project
from ichdesk.core.results import write_text
from ichdesk.core.run_book import RunBook
from ichdesk.session.jobs import Post
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.companion import Companion
from ichdesk.ui.panel_image import save_image
from ichdesk.ui.runs import runs_text as say
from ichdesk.ui.runs.comparison_pane import ComparisonPane
from ichdesk.ui.runs.run_editor import RunEditor
from ichdesk.ui.runs.run_model import RunModel, csv_rows, run_lines
from ichdesk.ui.runs.run_table import RunTable
from ichdesk.ui.runs.trial_bar import TrialBar
from ichdesk.ui.table_text import csv_text, tabbed_text
from ichdesk.ui.theme import CARD_GAP_PX, GRID_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.file_dialogs import ask_save_path
from ichdesk.ui.widgets.help_button import HelpButton
from ichdesk.ui.widgets.icon_button import IconButton
from ichdesk.ui.widgets.window_size import fit_screen

_SIZE_PX = (1296, 860)
_MIN_SIZE_PX = (880, 520)
_LIST_PX = 240
_KINDS = "PNG images (*.png);;CSV tables (*.csv)"


class RunsWindow(Companion):
    """Lists the runs of the project; the present one and the one before it are ticked at first.

    Args:
        post: Runs a function on the window's thread, from any thread.
    """

    def __init__(self, session: Session, theme: Theme, post: Post) -> None:
        super().__init__()
        self._session = session
        self._shown: tuple[RunBook, Project] | None = None
        self._ticked_by_user = False
        self._is_showing = False  # ticks that the window sets itself are not the user's
        self.model = RunModel()
        self.model.setParent(self)
        self.table = RunTable(theme, self.model)
        self.editor = RunEditor(theme)
        self.pane = ComparisonPane(theme, post)
        self.empty_label = _empty_label()
        self.hint_label = _empty_label()
        self.removed_label = CaptionLabel()
        self.back_button = QPushButton("Bring back")
        self.trial_bar = TrialBar(session, theme)
        self.copy_button = IconButton(theme, "content-copy", "Copy image of the comparison")
        self.table_button = IconButton(theme, "table", "Copy table of all runs")
        self.save_button = IconButton(theme, "download", "Save comparison or table…")
        self.help_button = HelpButton(say.HELP, say.TITLE, theme)
        self.setWindowTitle(f"{say.TITLE} - ICHDesk")
        self.setMinimumSize(*_MIN_SIZE_PX)
        self._lay_out()
        self._order_tabs()
        self._connect()
        fit_screen(self, _SIZE_PX)
        self.refresh(~Change(0))
        self.table.setFocus()

    @property
    def is_settled(self) -> bool:
        """Whether every picture that is wanted has been decoded."""
        return all(side_list.thumbnails.is_idle for side_list in self.pane.lists)

    def refresh(self, change: Change) -> None:
        """Follow the session: another run, another name, an edit of the project."""
        if not change & (Change.PROJECT | Change.RUN | Change.FILE):
            return
        runs, project = self._session.runs, self._session.project
        if self._shown is None or self._shown[0] is not runs or self._shown[1] is not project:
            before, self._shown = self._shown, (runs, project)
            if before is None or before[0] is not runs:
                self._show_runs(before[0] if before else None)
            self._show_pair()
        self._show_editor()
        self._show_removed()
        self.trial_bar.refresh()

    def done(self, result: int) -> None:
        """Close, with the last note kept and nothing left running."""
        self.editor.commit()
        self.pane.close_pictures()
        super().done(result)

    # --- showing -----------------------------------------------------------------------------

    def _show_runs(self, before: RunBook | None) -> None:
        runs = self._session.runs
        if before is not None and not {k.number for k in before} & {k.number for k in runs}:
            self._ticked_by_user = False  # the runs of another project
        current = self.table.number
        self._is_showing = True
        self.model.show(run_lines(runs))
        if any(kept.number == current for kept in runs):
            self.table.choose(current)
        if not self._ticked_by_user:
            self.model.tick(_first_ticks(runs))
        self._is_showing = False
        is_new = before is None or before.present != runs.present
        if runs.present is not None and (is_new or self.table.number is None):
            self.table.choose(runs.present)
        if before is not None and runs.last > before.last and runs.runs[-1].run.origin:
            self._show_answers(runs)
        self.empty_label.setText(say.NO_RUNS)
        self._whole.setCurrentIndex(1 if runs else 0)

    def _show_answers(self, runs: RunBook) -> None:
        """Put another model that has just answered beside the run whose images it was shown."""
        self.model.tick([number for number in (runs.present, runs.last) if number is not None])
        self.table.choose(runs.last)

    def _show_pair(self) -> None:
        runs, ticked = self._session.runs, self.model.ticked
        has_pair = len(ticked) == 2
        if has_pair:
            self.pane.show_pair(runs[ticked[0]], runs[ticked[1]], self._session.project)
        self.hint_label.setText(say.ONE_RUN if len(runs) < 2 else say.TICK_TWO)
        self._below.setCurrentIndex(1 if has_pair else 0)
        self.copy_button.setEnabled(has_pair)
        self.table_button.setEnabled(bool(runs))
        self.save_button.setEnabled(bool(runs))

    def _show_editor(self) -> None:
        session, number = self._session, self.table.number
        kept = None if number is None else session.runs[number]
        is_present = kept is not None and kept.number == session.runs.present
        is_set = kept is not None and kept.run.config == session.project.config
        in_use = is_present and is_set and not session.is_training
        hindrance = say.TRAINING if session.is_training else say.IN_USE if in_use else ""
        if kept is not None and kept.run.origin:
            hindrance = say.NOT_TRAINED
        self.editor.show_run(kept, hindrance if kept else "", is_present=is_present)

    def _show_removed(self) -> None:
        removed = self._session.removed_run
        text = f"{say.upper(removed.title)} was removed." if removed else ""
        self.removed_label.say(text)
        self.back_button.setVisible(removed is not None)

    # --- what the user does ------------------------------------------------------------------

    def _on_ticks(self) -> None:
        if not self._is_showing:
            self._ticked_by_user = self.model.ticked != tuple(_first_ticks(self._session.runs))
            self._show_pair()

    def _on_annotated(self, number: int, note: str) -> None:
        if any(kept.number == number for kept in self._session.runs):  # it may have just gone
            self._session.annotate_run(number, note)

    def _on_remove(self, number: int | None) -> None:
        if number is not None:
            self._session.remove_run(number)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setImage(self.pane.image())

    def _on_copy_table(self) -> None:
        QGuiApplication.clipboard().setText(tabbed_text(csv_rows(self._session.runs)))

    def _on_save(self) -> None:
        has_pair = len(self.model.ticked) == 2
        kinds, name = (_KINDS, "Runs.png") if has_pair else (_KINDS.split(";;")[1], "Runs.csv")
        path = ask_save_path(self, "Save runs", name, kinds)
        if path is None:
            return
        try:
            self._save(path)
        except UserError as error:
            self._session.report(str(error))

    def _save(self, path: Path) -> None:
        if path.suffix.lower() == ".csv":
            write_text(csv_text(csv_rows(self._session.runs)), path)
        else:
            save_image(self.pane.image(), path)

    # --- parts -------------------------------------------------------------------------------

    def _connect(self) -> None:
        session = self._session
        self.model.ticks_changed.connect(self._on_ticks)
        self.model.renamed.connect(session.rename_run)
        self.table.chosen.connect(self._show_editor)
        self.table.remove_requested.connect(lambda: self._on_remove(self.table.number))
        self.editor.annotated.connect(self._on_annotated)
        self.editor.name_requested.connect(self.table.edit_name)
        self.editor.restore_requested.connect(session.restore_run)
        self.editor.remove_requested.connect(self._on_remove)
        self.back_button.clicked.connect(session.bring_back_run)
        self.pane.view_requested.connect(self.view_requested)
        self.copy_button.clicked.connect(self._on_copy)
        self.table_button.clicked.connect(self._on_copy_table)
        self.save_button.clicked.connect(self._on_save)

    def _order_tabs(self) -> None:
        """From the list through the note and the buttons to what is compared."""
        editor, pane = self.editor, self.pane
        stops = (
            *(self.table, editor.note),
            *(editor.restore_button, editor.name_button, editor.remove_button, self.back_button),
            *(self.trial_bar.button, self.trial_bar.cancel_button),
            *(self.copy_button, self.table_button, self.save_button, self.help_button),
            *(side_list.grid for side_list in pane.lists),
            *pane.matrices,
        )
        for one, other in pairwise(stops):
            self.setTabOrder(one, other)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(CARD_GAP_PX, CARD_GAP_PX, CARD_GAP_PX, GRID_PX)
        column.setSpacing(GRID_PX)
        column.addLayout(self._made_header())
        whole = QWidget()
        self._whole = QStackedLayout(whole)
        self._whole.addWidget(self.empty_label)
        self._whole.addWidget(self._made_parts())
        column.addWidget(whole, 1)

    def _made_header(self) -> QHBoxLayout:
        title = QLabel(say.TITLE)
        title.setFont(ui_font(TITLE_PX))
        self.removed_label.setWordWrap(False)
        self.back_button.setProperty("role", "link")
        self.back_button.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(GRID_PX)
        row.addWidget(title)
        row.addStretch(1)
        for widget in (self.removed_label, self.back_button):
            row.addWidget(widget)
        row.addWidget(self.trial_bar)
        for button in (self.copy_button, self.table_button, self.save_button, self.help_button):
            row.addWidget(button)
        return row

    def _made_parts(self) -> QSplitter:
        above = QWidget()
        row = QHBoxLayout(above)
        row.setContentsMargins(0, 0, 0, GRID_PX)
        row.setSpacing(2 * GRID_PX)
        row.addWidget(self.table, 1)
        row.addWidget(self.editor)
        below = QWidget()
        self._below = QStackedLayout(below)
        self._below.addWidget(self.hint_label)
        self._below.addWidget(self._made_scroll())
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setHandleWidth(GRID_PX // 2)
        parts.setChildrenCollapsible(False)
        parts.addWidget(above)
        parts.addWidget(below)
        parts.setStretchFactor(1, 1)
        parts.setSizes([_LIST_PX, _SIZE_PX[1] - _LIST_PX])
        return parts

    def _made_scroll(self) -> QScrollArea:
        content = QFrame()
        content.setProperty("role", "panel")
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.pane)
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return scroll


def _first_ticks(runs: RunBook) -> list[int]:
    """The present run and the one before it; or, where it is the first, the one after it."""
    numbers = [kept.number for kept in runs]
    if runs.present not in numbers:
        return numbers[-2:]
    at = max(1, numbers.index(runs.present))
    return numbers[at - 1 : at + 1]


def _empty_label() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setProperty("role", "soft")
    label.setMargin(2 * CARD_GAP_PX)
    return label
