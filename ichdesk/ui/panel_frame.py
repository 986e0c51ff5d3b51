"""The frame around an Under the hood panel: title, help, copy, save, and an empty state."""

from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ichdesk.core.errors import UserError
from ichdesk.core.results import write_text
from ichdesk.session.session import Session
from ichdesk.ui.panel import Panel
from ichdesk.ui.panel_image import panel_image, save_image
from ichdesk.ui.run_view import RunView
from ichdesk.ui.table_text import csv_text, tabbed_text
from ichdesk.ui.theme import BODY_PX, CARD_PADDING_PX, GRID_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.file_dialogs import ask_save_path
from ichdesk.ui.widgets.help_button import HelpButton
from ichdesk.ui.widgets.icon_button import IconButton


class PanelFrame(QWidget):
    """One panel with everything that all panels share."""

    def __init__(
        self, panel: Panel, session: Session, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.panel = panel
        self._session = session
        panel.take_session(session)
        self._note = ""
        self.title = QLabel(panel.title)
        self.title.setFont(ui_font(BODY_PX, bold=True))
        self.copy_button = IconButton(theme, "content-copy", f"Copy image: {panel.title}")
        self.save_button = IconButton(theme, "download", f"Save image: {panel.title}…")
        self.table_button = IconButton(theme, "table", f"Copy table: {panel.title}")
        if not self._has_table:
            self.table_button.hide()
        self.help_button = HelpButton(panel.help_text, panel.title, theme)
        self.empty = CaptionLabel(panel.empty_text)
        self.copy_button.clicked.connect(self._on_copy)
        self.table_button.clicked.connect(self._on_copy_table)
        self.save_button.clicked.connect(self._on_save)
        theme.changed.connect(self._apply_theme)
        self._apply_theme()
        self._lay_out()
        self.refresh(None, "")

    def refresh(self, view: RunView | None, note: str) -> None:
        """Show the run; `note` says what to bear in mind and goes onto images too."""
        filled = self.panel.refresh(view)
        self._note = note if filled else ""
        self.panel.setVisible(filled)
        self.empty.setVisible(not filled)
        running = view is not None and view.run.is_active
        self.empty.setText(self.panel.waiting_text if running else self.panel.empty_text)
        for button in (self.copy_button, self.table_button, self.save_button):
            button.setEnabled(filled)

    def image(self) -> QImage:
        """The panel with its title and the note."""
        return panel_image(self.panel, self._note)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setImage(self.image())

    def _on_copy_table(self) -> None:
        QGuiApplication.clipboard().setText(tabbed_text(self.panel.table_rows()))

    def _on_save(self) -> None:
        kinds = "PNG images (*.png)" + (";;CSV tables (*.csv)" if self._has_table else "")
        path = ask_save_path(self, "Save image", f"{self.panel.title}.png", kinds)
        if path is None:
            return
        try:
            if self._has_table and path.suffix.lower() == ".csv":
                write_text(csv_text(self.panel.table_rows()), path)
            else:
                save_image(self.image(), path)
        except UserError as error:
            self._session.report(str(error))

    @property
    def _has_table(self) -> bool:
        return type(self.panel).table_rows is not Panel.table_rows

    def _apply_theme(self) -> None:
        self.title.setStyleSheet(f"color: {self.panel.theme.palette.accent};")

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(0)
        header.addWidget(self.title, 1)
        buttons = (self.copy_button, self.table_button, self.save_button, self.help_button)
        for button in buttons:
            header.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(CARD_PADDING_PX, GRID_PX, CARD_PADDING_PX, CARD_PADDING_PX)
        layout.setSpacing(GRID_PX)
        layout.addLayout(header)
        layout.addWidget(self.panel)
        layout.addWidget(self.empty)
