"""The list of all backbones: how large and fast each is, and what it takes to use it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ichdesk.protocol.messages import BackboneInfo
from ichdesk.session.session import Session
from ichdesk.session.state import Change, WorkerStatus
from ichdesk.ui.backbone_text import (
    IMPORT,
    details_text,
    megabytes_text,
    short_size_text,
    size_text,
    speed_text,
    status_text,
    takes_weights,
)
from ichdesk.ui.theme import CARD_GAP_PX, GRID_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.file_dialogs import ask_open_path

EXPORT_KINDS = "Teachable Machine export (*.zip)"
_WEIGHTS_KINDS = "Weights (*.pth *.pt *.bin);;All files (*)"
_INTRO = (
    "A network turns each image into features, and your model learns from those. Try one without "
    "pre-training to see what pre-training is worth."
)
_COLUMNS = ("Network", "Size", "Speed", "Weights")
_WIDE_PX = 640  # below, the details alone say whether the weights are here
_NARROW_PX = 480  # below, and how large a network is
_SIZE_PX = (760, 680)
_LEAST_PX = (360, 420)
_SPEC = Qt.ItemDataRole.UserRole


class BackbonesDialog(QDialog):
    """Shows `session.backbones`; what is chosen changes the project at once."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._theme = theme
        self._notices_before = {notice.id for notice in session.notices}
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Image features")
        self.setMinimumSize(*_LEAST_PX)
        self.resize(*_SIZE_PX)
        self.tree = _tree()
        self.details_label = QLabel()
        self.details_label.setWordWrap(True)
        self.details_label.setTextFormat(Qt.TextFormat.PlainText)
        self.status_label = CaptionLabel()
        self.progress_bar = QProgressBar(textVisible=False)
        self.progress_bar.setFixedHeight(GRID_PX // 2)
        self.progress_bar.setAccessibleName("Download")
        self.use_button = QPushButton("Use")
        self.measure_button = QPushButton("Measure speed")
        self.download_button = QPushButton("Download")
        self.cancel_button = QPushButton("Cancel download")
        self.file_button = QPushButton("Weights file…")
        self.import_button = QPushButton("Import export…")
        self.close_button = QPushButton("Close")
        self.file_button.setToolTip("Use weights of this network from a file (state dict)")
        self.import_button.setToolTip("Use the network of a Teachable Machine export (zip)")
        self._lay_out()
        self._connect()
        session.backbones.refresh()
        self.refresh(~Change(0))

    @property
    def selected(self) -> BackboneInfo | None:
        """What the list has selected."""
        item = self.tree.currentItem()
        return self._session.backbones.info(item.data(0, _SPEC)) if item else None

    def refresh(self, change: Change) -> None:
        """Show the session as it is now."""
        if change & (Change.BACKBONES | Change.PROJECT):
            self._show_list()
        self._show_selected()
        self._show_status()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what does not fit."""
        super().resizeEvent(event)
        self.tree.setColumnHidden(len(_COLUMNS) - 1, self.width() < _WIDE_PX)
        self.tree.setColumnHidden(1, self.width() < _NARROW_PX)

    def _show_list(self) -> None:
        """Fill the list anew, unless it says already what it should; the selection stays."""
        chosen = self._session.project.config.backbone
        item = self.tree.currentItem()
        kept = item.data(0, _SPEC) if item else chosen
        self.tree.clear()
        for info in self._session.backbones.infos:
            row = _row(info, is_chosen=info.spec == chosen)
            if info.problem:
                for column in range(len(_COLUMNS)):
                    row.setForeground(column, QColor(self._theme.palette.text_soft))
            self.tree.addTopLevelItem(row)
            if info.spec == kept:
                self.tree.setCurrentItem(row)

    def _show_selected(self) -> None:
        info, backbones = self.selected, self._session.backbones
        idle = not backbones.busy_with and self._session.worker.status is WorkerStatus.READY
        usable = info is not None and not info.problem
        chosen = info is not None and info.spec == self._session.project.config.backbone
        self.details_label.setText(details_text(info) if info else "")
        self.use_button.setText("In use" if chosen else "Use")
        self.use_button.setEnabled(usable and not chosen)
        self.measure_button.setEnabled(usable and idle and not self._session.is_training)
        what = info.download if info else None
        downloading = backbones.download_job is not None
        self.download_button.setText(f"Download {megabytes_text(what)}" if what else "Download")
        self.download_button.setVisible(what is not None and not downloading)
        self.file_button.setEnabled(idle and info is not None and takes_weights(info))
        self.import_button.setEnabled(idle)

    def _show_status(self) -> None:
        backbones = self._session.backbones
        job = backbones.download_job
        self.progress_bar.setVisible(job is not None)
        self.cancel_button.setVisible(job is not None)
        if job is not None:
            self.progress_bar.setRange(0, job.total)
            self.progress_bar.setValue(job.done)
        busy = f"{backbones.busy_with}…" if backbones.busy_with else ""
        if not backbones.infos and not busy:
            busy = "Looking for networks…"
        if busy and self._session.is_training:
            busy += " The training comes first."
        latest = [n.text for n in self._session.notices if n.id not in self._notices_before]
        self.status_label.say((f"{job.title}…" if job else "") or busy or "".join(latest[-1:]))

    def _connect(self) -> None:
        backbones = self._session.backbones
        self.tree.currentItemChanged.connect(lambda *_: self._show_selected())
        self.tree.itemActivated.connect(lambda *_: self._on_use())
        self.use_button.clicked.connect(self._on_use)
        self.measure_button.clicked.connect(lambda: self._with_selected(backbones.measure))
        self.download_button.clicked.connect(lambda: self._with_selected(backbones.download))
        self.cancel_button.clicked.connect(backbones.cancel_download)
        self.file_button.clicked.connect(self._on_choose_file)
        self.import_button.clicked.connect(self._on_import)
        self.close_button.clicked.connect(self.reject)
        self._theme.changed.connect(self._show_list)

    def _with_selected(self, act: Callable[[BackboneInfo], None]) -> None:
        if (info := self.selected) is not None:
            act(info)

    def _on_use(self) -> None:
        if self.use_button.isEnabled():
            self._with_selected(lambda info: self._session.backbones.choose(info.spec))

    def _on_choose_file(self) -> None:
        info = self.selected
        path = ask_open_path(self, "Choose a file of weights", _WEIGHTS_KINDS) if info else None
        if info and path:
            self._session.backbones.add_file(info.spec.partition(":")[0], path)

    def _on_import(self) -> None:
        if path := ask_open_path(self, "Choose a Teachable Machine export", EXPORT_KINDS):
            self._session.backbones.add_file(IMPORT, path)

    def _lay_out(self) -> None:
        heading = QLabel("Image features")
        heading.setFont(ui_font(TITLE_PX))
        intro = QLabel(_INTRO)
        intro.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(CARD_GAP_PX,) * 4)
        column.setSpacing(GRID_PX)
        column.addWidget(heading)
        column.addWidget(intro)
        column.addWidget(self.tree, 1)
        column.addWidget(self.details_label)
        column.addWidget(self.status_label)
        column.addWidget(self.progress_bar)
        buttons = QGridLayout()
        buttons.setSpacing(GRID_PX)
        for index, button in enumerate(
            (self.use_button, self.measure_button, self.file_button, self.import_button)
        ):
            buttons.addWidget(button, index // 2, index % 2)
        column.addLayout(buttons)
        last = QHBoxLayout()
        last.addWidget(self.download_button)
        last.addWidget(self.cancel_button)
        last.addStretch(1)
        last.addWidget(self.close_button)
        column.addLayout(last)


class NetworkTree(QTreeWidget):
    """Keeps the selected row in sight when the text below takes more room."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scroll to the selection."""
        super().resizeEvent(event)
        if item := self.currentItem():
            self.scrollToItem(item)


def _tree() -> NetworkTree:
    tree = NetworkTree()
    tree.setHeaderLabels(_COLUMNS)
    tree.setRootIsDecorated(False)
    tree.setAllColumnsShowFocus(True)
    tree.setUniformRowHeights(True)
    tree.setAccessibleName("Networks")
    tree.setTabKeyNavigation(False)
    header = tree.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return tree


def _row(info: BackboneInfo, *, is_chosen: bool) -> QTreeWidgetItem:
    title = f"{info.title} (in use)" if is_chosen else info.title
    row = QTreeWidgetItem([title, short_size_text(info), speed_text(info), status_text(info)])
    row.setData(0, _SPEC, info.spec)
    row.setData(0, Qt.ItemDataRole.ToolTipRole, title)
    said = f"{title}, {size_text(info)}, {speed_text(info)}, {status_text(info)}"
    row.setData(0, Qt.ItemDataRole.AccessibleTextRole, said)
    return row
