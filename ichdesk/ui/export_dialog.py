"""The dialog that exports the model: which format, what goes in, where to, how far it is."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ichdesk.core.errors import UserError
from ichdesk.protocol.messages import FormatInfo, Outcome
from ichdesk.session.exports import OWN_FORMAT
from ichdesk.session.session import Session
from ichdesk.session.state import Change, WorkerStatus
from ichdesk.ui.backbones_dialog import NetworkTree
from ichdesk.ui.export.contents import contents_of
from ichdesk.ui.export.format_pane import FormatPane
from ichdesk.ui.export.places import ZIP_SUFFIX, Wanted, ask_place, bytes_text
from ichdesk.ui.export.status_row import StatusRow
from ichdesk.ui.run_text import STALE_TEXT
from ichdesk.ui.settings import Settings
from ichdesk.ui.theme import CARD_GAP_PX, GRID_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.widgets.chip import Chip
from ichdesk.ui.widgets.empty_label import EmptyLabel
from ichdesk.ui.widgets.window_size import fit_screen

_TITLE = "Export model"
_INTRO = "Make a file of the trained model, for ICHDesk or for other programs."
_STALE = f"{STALE_TEXT}. The model is exported as it was trained."
_STARTING = "The training process is starting; the formats appear in a moment."
_LISTING = "Looking for formats…"
_COLUMNS = ("Format", "File")
_SIZE_PX = (800, 600)
_LEAST_PX = (600, 400)
_TREE_PX = 240
_NAME = Qt.ItemDataRole.UserRole
_CHANGES = Change.EXPORTS | Change.RUN | Change.PROJECT | Change.WORKER | Change.BACKBONES


class ExportDialog(QDialog):
    """Shows `session.exports`; the project may change while it is open."""

    def __init__(self, session: Session, theme: Theme, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._listed: tuple[FormatInfo, ...] = ()
        last = session.exports.last
        self._before = last if last and not last.is_going else None  # is old news
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_TITLE)
        self.setMinimumSize(*_LEAST_PX)
        self.stale_chip = Chip(theme)
        self.tree = _tree()
        self.pane = FormatPane()
        self.empty_label = EmptyLabel()
        self.status = StatusRow(theme)
        self.close_button = QPushButton("Close")
        self.export_button = QPushButton("Export…")
        self._lay_out()
        self._connect()
        fit_screen(self, _SIZE_PX)
        session.exports.ensure()
        self.refresh(~Change(0))
        self.tree.setFocus()

    @property
    def selected(self) -> FormatInfo | None:
        """The format that the list has selected."""
        item = self.tree.currentItem()
        return self._session.exports.info(item.data(0, _NAME)) if item else None

    def refresh(self, change: Change) -> None:
        """Show the session as it is now."""
        if not change & _CHANGES:
            return
        if Change.WORKER in change:
            self._session.exports.ensure()
        self._show_formats()
        self._show_selected()
        self._show_state()

    def _show_formats(self) -> None:
        """Fill the list, unless it says already what it should; the selection stays."""
        formats = self._session.exports.formats
        if formats == self._listed:
            return
        kept = self.selected.name if self.selected else self._settings.export_format
        self._listed = formats
        self.tree.clear()
        rows = {info.name: _row(info) for info in formats}
        self.tree.addTopLevelItems(list(rows.values()))
        row = rows.get(kept, next(iter(rows.values()), None))
        if row is not None:
            self.tree.setCurrentItem(row)

    def _show_selected(self) -> None:
        info, run = self.selected, self._session.run
        self.pane.show_format(info)
        contents = contents_of(self._session) if self._session.has_model else []
        if info and info.name == OWN_FORMAT and contents and run and run.model:
            contents.append(("Size", f"About {bytes_text(len(run.model))}."))
        self.pane.show_contents(contents)

    def _show_state(self) -> None:
        exports, last = self._session.exports, self._session.exports.last
        empty = self._empty_text()
        self.empty_label.setText(empty)
        if self._whole.currentIndex() != (page := 0 if empty else 1):
            self._whole.setCurrentIndex(page)
            (self.close_button if empty else self.tree).setFocus()
        self.stale_chip.say(_STALE if not empty and self._session.is_stale else "")
        self.export_button.setEnabled(not empty and not exports.problem)
        if last is not None and last is not self._before:
            had_focus = self.focusWidget() is self.status.cancel_button
            self.status.show_export(last)
            if had_focus and not last.is_going:
                done = last.outcome is Outcome.DONE
                (self.status.folder_button if done else self.export_button).setFocus()

    def _empty_text(self) -> str:
        """What to say in place of the formats; "" if they can be shown."""
        exports = self._session.exports
        if exports.problem and not exports.going:
            return exports.problem
        if exports.formats:
            return ""
        if self._session.worker.status is not WorkerStatus.READY:
            return _STARTING
        return exports.list_error or _LISTING

    def _on_export(self) -> None:
        info = self.selected
        if info is None or not self.export_button.isEnabled():
            return
        stem = self._session.path.stem if self._session.path else "model"
        wanted = Wanted(info, stem, self.pane.is_folder)
        try:
            path = ask_place(self, wanted, self._settings.last_folder)
        except UserError as error:
            self._before = self._session.exports.last
            self.status.say_problem(str(error))
            return
        if path is not None and self._session.export_model(path, info.name):
            self._settings.remember_export(info.name, path.parent)
            self.status.cancel_button.setFocus()

    def _connect(self) -> None:
        self.tree.currentItemChanged.connect(lambda *_: self._show_selected())
        self.tree.itemDoubleClicked.connect(lambda *_: self._on_export())
        self.export_button.clicked.connect(self._on_export)
        self.export_button.setDefault(True)
        self.close_button.setAutoDefault(False)
        self.status.cancel_button.setAutoDefault(False)
        self.status.folder_button.setAutoDefault(False)
        self.status.cancel_button.clicked.connect(self._session.exports.cancel)
        self.close_button.clicked.connect(self.reject)

    def _lay_out(self) -> None:
        heading, intro = QLabel(_TITLE), QLabel(_INTRO)
        heading.setFont(ui_font(TITLE_PX))
        intro.setWordWrap(True)
        formats = QWidget()
        sides = QHBoxLayout(formats)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(2 * GRID_PX)
        sides.addWidget(self.tree, 5)
        sides.addWidget(self.pane, 6)
        self._whole = QStackedWidget()
        self._whole.addWidget(self.empty_label)
        self._whole.addWidget(formats)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.close_button)
        last.addWidget(self.export_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(CARD_GAP_PX,) * 4)
        column.setSpacing(GRID_PX)
        for widget in (heading, intro, self.stale_chip):
            column.addWidget(widget)
        column.addWidget(self._whole, 1)
        column.addWidget(self.status)
        column.addLayout(last)


def _tree() -> QTreeWidget:
    tree = NetworkTree()
    tree.setHeaderLabels(_COLUMNS)
    tree.setRootIsDecorated(False)
    tree.setAllColumnsShowFocus(True)
    tree.setUniformRowHeights(True)
    tree.setAccessibleName("Formats")
    tree.setTabKeyNavigation(False)
    tree.setMinimumWidth(_TREE_PX)
    header = tree.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return tree


def _row(info: FormatInfo) -> QTreeWidgetItem:
    file = info.suffix or ZIP_SUFFIX
    row = QTreeWidgetItem([info.title, file])
    row.setData(0, _NAME, info.name)
    row.setData(0, Qt.ItemDataRole.ToolTipRole, info.title)
    row.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{info.title}, {file}. {info.purpose}")
    return row
