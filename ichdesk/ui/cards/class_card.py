"""The card of one class: its name, its images and everything that can be done with them."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QWidget

from ichdesk.core.notes import counted
from ichdesk.core.samples import ClassBin
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.cards.class_title import ClassTitle
from ichdesk.ui.cards.drop_highlight import DropHighlight
from ichdesk.ui.cards.sample_row import Bucket, SampleRow
from ichdesk.ui.theme import CARD_PADDING_PX, GRID_PX, RADIUS_PX, Theme
from ichdesk.ui.thumbnails import Thumbnails
from ichdesk.ui.widgets.card import Card
from ichdesk.ui.widgets.file_dialogs import ask_folder
from ichdesk.ui.widgets.icon_button import IconButton

_EDGE_PX = 4


class ClassCard(Card):
    """Shows the class with this id for as long as the project has it.

    What it has in the fixed test set is on the card of that.
    """

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
        self.title = ClassTitle(theme, self._rename)
        self.tag = QLabel("disabled")
        self.tag.setProperty("role", "tag")
        self.menu_button = IconButton(theme, "dots-vertical", "Class menu")
        self.menu = QMenu(self.menu_button)
        self._fill_menu()
        self.count_label = QLabel()
        self.row = SampleRow(session, theme, thumbnails, Bucket(class_id))
        self.row.view_requested.connect(self.view_requested)
        self.upload, self.strip = self.row.upload, self.row.strip
        self.empty_label, self.context_menu = self.row.empty_label, self.row.context_menu
        self._arrange()
        self.drop_label = DropHighlight(self, self.row.offer, self.row.take)
        theme.changed.connect(self.update)
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
        self.row.refresh()
        self.count_label.setText(counted(self.row.count, "Image Sample"))
        self.count_label.setEnabled(bin_.enabled)
        self.title.label.setEnabled(bin_.enabled)
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
        self.body.setContentsMargins(0, 0, 0, 0)
        samples = self.add_section()
        samples.setContentsMargins(padding_px, 12, GRID_PX, 12)
        samples.addWidget(self.count_label)
        samples.addWidget(self.row)

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
        self.clear_action.setEnabled(bool(self.row.count))
        self.save_action.setEnabled(bool(bin_.samples))
        state = "" if bin_.enabled else ", disabled"
        self.setAccessibleName(f"Class {bin_.name}{state}")
        self.menu_button.setAccessibleName(f"Menu of class {bin_.name}")

    # --- what the user does ------------------------------------------------------------------

    def _rename(self, name: str) -> bool:
        if all(bin_.id != self.class_id for bin_ in self._session.project.classes):
            return True  # the class was taken away while its name was being edited
        return self._session.rename_class(self.class_id, name)

    def _on_toggle_enabled(self) -> None:
        self._session.set_class_enabled(self.class_id, not self._bin.enabled)

    def _on_remove_all(self) -> None:
        self._session.remove_all_samples(self.class_id)

    def _on_delete_class(self) -> None:
        self._session.delete_class(self.class_id)

    def _on_save_samples(self) -> None:
        if folder := ask_folder(self, f"Save the images of {self._bin.name}"):
            self._session.export_samples(folder, self.class_id)

    # --- drawing -----------------------------------------------------------------------------

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
