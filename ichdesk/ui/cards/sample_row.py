"""Samples of a class in a row, with everything that can be done with them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from ichdesk.core.notes import counted
from ichdesk.core.samples import ClassBin
from ichdesk.session.session import Session
from ichdesk.ui.cards.sample_model import unpack_samples
from ichdesk.ui.cards.sample_strip import STRIP_PX, SampleStrip
from ichdesk.ui.dropped import dropped_paths, dropped_project
from ichdesk.ui.icons import icon
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.thumbnails import THUMBNAIL_PX, Thumbnails
from ichdesk.ui.widgets.file_dialogs import IMAGE_KINDS, ask_folder, ask_open_paths

_UPLOAD_PX = THUMBNAIL_PX + GRID_PX
_EMPTY_TEXTS = {
    False: "Drop CT images or a folder here, or click Upload.",
    True: "No test image yet. Drop some here, or click Upload.",
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """Samples of a class: those in the fixed test set, or all others."""

    class_id: int
    is_test: bool = False


class SampleRow(QWidget):
    """Upload, thumbnails with a menu and keys, and what a card does with drops."""

    view_requested = Signal(int, int)  # id of the class, position of the sample

    def __init__(
        self, session: Session, theme: Theme, thumbnails: Thumbnails, bucket: Bucket
    ) -> None:
        super().__init__()
        self._session = session
        self._theme = theme
        self.bucket = bucket
        self.upload = self._upload_button()
        self.strip = SampleStrip(theme, thumbnails, self._bin, is_test=bucket.is_test)
        self.strip.delete_requested.connect(self._on_delete)
        self.strip.preview_requested.connect(self._on_preview)
        self.strip.view_requested.connect(self._on_view)
        self.strip.customContextMenuRequested.connect(self._on_context_menu)
        self.empty_label = QLabel(_EMPTY_TEXTS[bucket.is_test])
        self.empty_label.setProperty("role", "soft")
        self.empty_label.setWordWrap(True)
        self.empty_label.setFixedHeight(STRIP_PX)  # a card is as high without images as with them
        self.empty_label.setContentsMargins(GRID_PX, 0, GRID_PX, STRIP_PX - THUMBNAIL_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        row.addWidget(self.upload, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.strip, 1)
        row.addWidget(self.empty_label, 1)
        theme.changed.connect(self._show_icon)
        self._show_icon()

    @property
    def _bin(self) -> ClassBin:
        return self._session.project.class_by_id(self.bucket.class_id)

    @property
    def count(self) -> int:
        """How many samples there are."""
        return len(self.strip.samples)

    def refresh(self) -> None:
        """Re-read the class."""
        bin_ = self._bin
        self.strip.set_bin(bin_)
        self.strip.setVisible(bool(self.count))
        self.empty_label.setVisible(not self.count)
        kind = "test image" if self.bucket.is_test else "image"
        self.upload.setAccessibleName(f"Upload {kind}s to class {bin_.name}")
        self.strip.setAccessibleName(f"{kind[0].upper()}{kind[1:]}s of class {bin_.name}")
        self.strip.setAccessibleDescription(
            f"{counted(self.count, kind)}. Enter shows one large, Delete removes the selected ones."
        )

    # --- drag and drop -----------------------------------------------------------------------

    def offer(self, mime: QMimeData) -> str:
        """What a drop would do, "" if it is not taken: files, or samples that are elsewhere."""
        if moved := unpack_samples(mime, self._session.project):
            return self._offer_text if self._is_elsewhere(*moved) else ""
        return self._offer_text if dropped_paths(mime) and dropped_project(mime) is None else ""

    def take(self, mime: QMimeData) -> None:
        """Add what was dropped."""
        class_id, is_test = self.bucket.class_id, self.bucket.is_test
        if moved := unpack_samples(mime, self._session.project):
            self._session.move_samples(*moved, class_id, is_test=is_test)
        elif paths := dropped_paths(mime):
            self._session.import_files(paths, class_id, is_test=is_test)

    @property
    def _offer_text(self) -> str:
        if self.bucket.is_test:
            return f"Drop to add to the test set of {self._bin.name}"
        return f"Drop to add to {self._bin.name}"

    def _is_elsewhere(self, class_id: int, positions: Sequence[int]) -> bool:
        samples = self._session.project.class_by_id(class_id).samples
        other_side = any(samples[i].is_test is not self.bucket.is_test for i in positions)
        return other_side or class_id != self.bucket.class_id

    # --- what the user does ------------------------------------------------------------------

    def _upload_button(self) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "tile")
        button.setText("Upload")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(24, 24))
        button.setFixedSize(_UPLOAD_PX, THUMBNAIL_PX)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.addAction("&Images or zip files…", self._on_upload_images)
        menu.addAction("&Folder…", self._on_upload_folder)
        button.setMenu(menu)
        return button

    @property
    def _added_to(self) -> str:
        test = "the test set of " if self.bucket.is_test else ""
        return f"{test}{self._bin.name}"

    def _on_upload_images(self) -> None:
        if paths := ask_open_paths(self, f"Add images to {self._added_to}", IMAGE_KINDS):
            self._session.import_files(paths, self.bucket.class_id, is_test=self.bucket.is_test)

    def _on_upload_folder(self) -> None:
        if folder := ask_folder(self, f"Add a folder of images to {self._added_to}"):
            self._session.import_files([folder], self.bucket.class_id, is_test=self.bucket.is_test)

    def _on_delete(self) -> None:
        self._session.remove_samples(self.bucket.class_id, self.strip.selected_positions)

    def _on_preview(self) -> None:
        self._session.preview_samples(self.bucket.class_id, self.strip.selected_positions)

    def _on_view(self, row: int) -> None:
        self.view_requested.emit(self.bucket.class_id, self.strip.positions[row])

    def _on_context_menu(self, place: QPoint) -> None:
        menu = self.context_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.strip.viewport().mapToGlobal(place))

    def context_menu(self) -> QMenu:
        """What can be done with the selected samples."""
        chosen, has_some = self.strip.selected_positions, self.strip.has_selection
        own, is_test = self.bucket.class_id, self.bucket.is_test
        menu = QMenu(self)
        menu.addAction("Open in &viewer", lambda: self._on_view(self.strip.view_row))
        menu.addAction("Try in &preview", self._on_preview)
        menu.addSeparator()
        menu.addAction(f"&Delete {counted(len(chosen), 'image')}", self._on_delete)
        move = menu.addMenu("&Move to")
        others = [b for b in self._session.project.classes if b.id != own]
        for other in others:
            move.addAction(self._move_action(move, other, chosen))
        menu.addAction(
            "Take out of the &test set" if is_test else "Put into the &test set",
            lambda: self._session.move_samples(own, chosen, own, is_test=not is_test),
        )
        for action in menu.actions():
            action.setEnabled(has_some)
        move.setEnabled(bool(has_some and others))
        menu.addSeparator()
        menu.addAction("Select &all", self.strip.selectAll)
        return menu

    def _move_action(self, menu: QMenu, target: ClassBin, chosen: Sequence[int]) -> QAction:
        action = QAction(target.name.replace("&", "&&"), menu)
        action.triggered.connect(
            lambda: self._session.move_samples(self.bucket.class_id, chosen, target.id)
        )
        return action

    def _show_icon(self) -> None:
        self.upload.setIcon(icon("tray-arrow-up", self._theme.palette.accent, size_px=24))
