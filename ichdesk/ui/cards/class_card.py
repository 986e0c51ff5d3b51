"""The card of one class: its name, its images and everything that can be done with them."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from ichdesk.core.notes import counted
from ichdesk.core.samples import ClassBin
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.cards.class_title import ClassTitle
from ichdesk.ui.cards.sample_model import MIME_TYPE, unpack_samples
from ichdesk.ui.cards.sample_strip import STRIP_PX, SampleStrip
from ichdesk.ui.dropped import dropped_paths, dropped_project
from ichdesk.ui.icons import icon
from ichdesk.ui.theme import CARD_PADDING_PX, GRID_PX, RADIUS_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.thumbnails import THUMBNAIL_PX, Thumbnails
from ichdesk.ui.widgets.card import Card
from ichdesk.ui.widgets.file_dialogs import IMAGE_KINDS, ask_folder, ask_open_paths
from ichdesk.ui.widgets.icon_button import IconButton

_EDGE_PX = 4
_UPLOAD_PX = THUMBNAIL_PX + GRID_PX
_EMPTY_TEXT = "Drop CT images or a folder here, or click Upload."


class ClassCard(Card):
    """Shows the class with this id for as long as the project has it."""

    view_requested = Signal(int, int)  # id of the class, position of the sample

    def __init__(
        self,
        session: Session,
        theme: Theme,
        thumbnails: Thumbnails,
        class_id: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "", parent)
        self._session = session
        self.class_id = class_id
        self._index = 0
        self.setAcceptDrops(True)
        self.title = ClassTitle(theme, self._rename)
        self.tag = QLabel("disabled")
        self.tag.setProperty("role", "tag")
        self.menu_button = IconButton(theme, "dots-vertical", "Class menu")
        self.menu = QMenu(self.menu_button)
        self._fill_menu()
        self.count_label = QLabel()
        self.upload = self._upload_button()
        self.strip = SampleStrip(theme, thumbnails, self._bin)
        self.strip.delete_requested.connect(self._on_delete)
        self.strip.preview_requested.connect(self._on_preview)
        self.strip.view_requested.connect(self._on_view)
        self.strip.customContextMenuRequested.connect(self._on_context_menu)
        self.empty_label = QLabel(_EMPTY_TEXT)
        self.empty_label.setProperty("role", "soft")
        self.empty_label.setWordWrap(True)
        self.empty_label.setFixedHeight(STRIP_PX)  # a card is as high without images as with them
        self.empty_label.setContentsMargins(GRID_PX, 0, GRID_PX, STRIP_PX - THUMBNAIL_PX)
        self.drop_label = QLabel(self)
        self.drop_label.setProperty("role", "drop")
        self.drop_label.setFont(ui_font(TITLE_PX))
        self.drop_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.drop_label.hide()
        self._arrange()
        theme.changed.connect(self._on_theme)
        self.refresh(Change.PROJECT)

    @property
    def _bin(self) -> ClassBin:
        return self._session.project.class_by_id(self.class_id)

    @property
    def is_enabled_class(self) -> bool:
        """Whether training uses the class."""
        return self._bin.enabled

    def refresh(self, change: Change) -> None:
        """Re-read the class."""
        if Change.PROJECT not in change:
            return
        bin_ = self._bin
        self._index = self._session.project.classes.index(bin_)
        self.title.set_name(bin_.name)
        self.tag.setVisible(not bin_.enabled)
        self.count_label.setText(counted(len(bin_.samples), "Image Sample"))
        self.count_label.setEnabled(bin_.enabled)
        self.title.label.setEnabled(bin_.enabled)
        self.strip.set_bin(bin_)
        self.strip.setVisible(bool(bin_.samples))
        self.empty_label.setVisible(not bin_.samples)
        self._name_controls(bin_)
        self.update()

    # --- parts -------------------------------------------------------------------------------

    def _arrange(self) -> None:
        padding_px = CARD_PADDING_PX - _EDGE_PX
        self.setContentsMargins(_EDGE_PX, 0, 0, 0)  # keeps the line off the colored edge
        self.header.setContentsMargins(padding_px, GRID_PX, GRID_PX, GRID_PX)
        self.header.addWidget(self.title, 1)
        self.header.addWidget(self.tag, 0, Qt.AlignmentFlag.AlignVCenter)
        self.header.addWidget(self.menu_button)
        row = QHBoxLayout()
        row.setSpacing(GRID_PX)
        row.addWidget(self.upload, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.strip, 1)
        row.addWidget(self.empty_label, 1)
        self.body.setContentsMargins(0, 0, 0, 0)
        samples = self.add_section()
        samples.setContentsMargins(padding_px, 12, GRID_PX, 12)
        samples.addWidget(self.count_label)
        samples.addLayout(row)

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
        button.setIcon(icon("tray-arrow-up", self.theme.palette.accent, size_px=24))
        return button

    def _fill_menu(self) -> None:
        menu = self.menu
        self.rename_action = menu.addAction("&Rename class", self.title.edit)
        self.enabled_action = menu.addAction("&Disable class", self._on_toggle_enabled)
        self.save_action = menu.addAction("&Save samples to a folder…", self._on_save_samples)
        menu.addSeparator()
        self.clear_action = menu.addAction("Remove &all samples", self._on_remove_all)
        self.delete_action = menu.addAction("De&lete class", self._on_delete_class)
        self.menu_button.setMenu(menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _name_controls(self, bin_: ClassBin) -> None:
        self.enabled_action.setText("&Disable class" if bin_.enabled else "&Enable class")
        self.clear_action.setEnabled(bool(bin_.samples))
        self.save_action.setEnabled(bool(bin_.samples))
        state = "" if bin_.enabled else ", disabled"
        self.setAccessibleName(f"Class {bin_.name}{state}")
        self.menu_button.setAccessibleName(f"Menu of class {bin_.name}")
        self.upload.setAccessibleName(f"Upload images to class {bin_.name}")
        self.strip.setAccessibleName(f"Images of class {bin_.name}")
        self.strip.setAccessibleDescription(
            f"{counted(len(bin_.samples), 'image')}. Enter shows one large, "
            "Delete removes the selected ones."
        )

    # --- what the user does ------------------------------------------------------------------

    def _rename(self, name: str) -> bool:
        if all(bin_.id != self.class_id for bin_ in self._session.project.classes):
            return True  # the class was taken away while its name was being edited
        return self._session.rename_class(self.class_id, name)

    def _on_upload_images(self) -> None:
        if paths := ask_open_paths(self, f"Add images to {self._bin.name}", IMAGE_KINDS):
            self._session.import_files(paths, self.class_id)

    def _on_upload_folder(self) -> None:
        if folder := ask_folder(self, f"Add a folder of images to {self._bin.name}"):
            self._session.import_files([folder], self.class_id)

    def _on_toggle_enabled(self) -> None:
        self._session.set_class_enabled(self.class_id, not self._bin.enabled)

    def _on_remove_all(self) -> None:
        self._session.remove_all_samples(self.class_id)

    def _on_delete_class(self) -> None:
        self._session.delete_class(self.class_id)

    def _on_save_samples(self) -> None:
        if folder := ask_folder(self, f"Save the images of {self._bin.name}"):
            self._session.export_samples(folder, self.class_id)

    def _on_delete(self) -> None:
        self._session.remove_samples(self.class_id, self.strip.selected_rows)

    def _on_preview(self) -> None:
        self._session.preview_samples(self.class_id, self.strip.selected_rows)

    def _on_view(self, row: int) -> None:
        self.view_requested.emit(self.class_id, row)

    def _on_context_menu(self, place: QPoint) -> None:
        menu = self.context_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.strip.viewport().mapToGlobal(place))

    def context_menu(self) -> QMenu:
        """What can be done with the selected samples."""
        rows = self.strip.selected_rows
        menu = QMenu(self)
        view = menu.addAction("Open in &viewer", lambda: self._on_view(self.strip.view_row))
        view.setEnabled(bool(rows))
        preview = menu.addAction("Try in &preview", self._on_preview)
        preview.setEnabled(bool(rows))
        menu.addSeparator()
        delete = menu.addAction(f"&Delete {counted(len(rows), 'image')}", self._on_delete)
        delete.setEnabled(bool(rows))
        move = menu.addMenu("&Move to")
        others = [b for b in self._session.project.classes if b.id != self.class_id]
        for other in others:
            move.addAction(self._move_action(move, other, rows))
        move.setEnabled(bool(rows and others))
        menu.addSeparator()
        menu.addAction("Select &all", self.strip.selectAll)
        return menu

    def _move_action(self, menu: QMenu, target: ClassBin, rows: Sequence[int]) -> QAction:
        action = QAction(target.name.replace("&", "&&"), menu)
        action.triggered.connect(lambda: self._session.move_samples(self.class_id, rows, target.id))
        return action

    # --- drag and drop -----------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files, folders, zips, and samples of other classes."""
        if not self._accepts(event):
            event.ignore()
            return
        event.acceptProposedAction()
        self.drop_label.setText(f"Drop to add to {self._bin.name}")
        self.drop_label.setGeometry(self.rect())
        self.drop_label.raise_()
        self.drop_label.show()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Take the highlight away."""
        self.drop_label.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped."""
        self.drop_label.hide()
        if moved := unpack_samples(event.mimeData(), self._session.project):
            event.acceptProposedAction()
            self._session.move_samples(*moved, self.class_id)
        elif paths := dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self._session.import_files(paths, self.class_id)

    def _accepts(self, event: QDropEvent) -> bool:
        mime = event.mimeData()
        if mime.hasFormat(MIME_TYPE):
            moved = unpack_samples(mime, self._session.project)
            return moved is not None and moved[0] != self.class_id
        paths: list[Path] = dropped_paths(mime)
        return bool(paths) and dropped_project(mime) is None

    # --- drawing -----------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the highlight as large as the card."""
        super().resizeEvent(event)
        self.drop_label.setGeometry(self.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the class's color along the left edge."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), RADIUS_PX, RADIUS_PX)
        painter.setClipPath(outline)
        color = QColor(self.theme.palette.class_color(self._index))
        color.setAlphaF(1.0 if self.is_enabled_class else 0.35)
        painter.fillRect(QRectF(0, 0, _EDGE_PX, self.height()), color)
        painter.end()

    def _on_theme(self) -> None:
        self.upload.setIcon(icon("tray-arrow-up", self.theme.palette.accent, size_px=24))
        self.update()
