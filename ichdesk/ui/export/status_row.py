"""How far an export is and how it ended, with Cancel and the way to the file."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QAccessible, QAccessibleEvent, QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ichdesk.protocol.messages import Outcome
from ichdesk.session.exports import Export
from ichdesk.session.state import Level
from ichdesk.ui.export.places import size_text
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.caption_label import CaptionLabel
from ichdesk.ui.widgets.chip import Chip

_GOES_ON = "You may close this window; the export goes on."
_NO_FILE_MANAGER = "No program to show folders was found; open the folder yourself."
_LEVELS = {
    None: Level.INFO,
    Outcome.DONE: Level.INFO,
    Outcome.FAILED: Level.ERROR,
    Outcome.CANCELLED: Level.WARNING,
}


class StatusRow(QWidget):
    """Shows the last export; takes no room when there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._export: Export | None = None
        self._told: Export | None = None
        self.bar = QProgressBar(textVisible=False)
        self.bar.setRange(0, 0)  # nobody knows how long a stage takes
        self.bar.setFixedHeight(GRID_PX // 2)
        self.bar.setAccessibleName("Export")
        self.stage_label = CaptionLabel()
        self.chip = Chip(theme)
        self.place_label = CaptionLabel()
        self.cancel_button = QPushButton("Cancel export")
        self.folder_button = QPushButton("Show in folder")
        self.folder_button.clicked.connect(self._on_folder)
        self._lay_out()
        self.show_export(None)

    def show_export(self, export: Export | None) -> None:
        """Show what is being done, or what came of it."""
        is_new = export is not self._export
        self._export = export
        going = export is not None and export.is_going
        outcome = export.outcome if export else None
        self.setVisible(export is not None)
        self.bar.setVisible(going)
        self.stage_label.say(_stage_text(export) if export and going else "")
        self.cancel_button.setVisible(going)
        self.cancel_button.setEnabled(export is not None and not export.is_canceling)
        self.folder_button.setVisible(outcome is Outcome.DONE)
        self.chip.say(export.ending if export else "", _LEVELS[outcome])
        if is_new:
            self.place_label.say("")
        if export is not None and outcome is not None and export is not self._told:
            self._told = export
            self.place_label.say(_place_text(export.path) if outcome is Outcome.DONE else "")
            self._announce()

    def say_problem(self, text: str) -> None:
        """Show why nothing was exported, in place of the last export."""
        self.show_export(None)
        self.setVisible(bool(text))
        self.chip.say(text, Level.ERROR)
        self._announce()

    def _announce(self) -> None:
        """Tell screen readers."""
        self.chip.setAccessibleName(self.chip.text())
        QAccessible.updateAccessibility(QAccessibleEvent(self.chip, QAccessible.Event.Alert))

    def _on_folder(self) -> None:
        if self._export is None:
            return
        path = self._export.path
        folder = path if path.is_dir() else path.parent
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.place_label.say(f"{_NO_FILE_MANAGER} {_place_text(path)}")

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(GRID_PX // 2)
        texts.addWidget(self.bar)
        texts.addWidget(self.stage_label)
        texts.addWidget(self.chip)
        texts.addWidget(self.place_label)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID_PX)
        row.addLayout(texts, 1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.folder_button)


def _stage_text(export: Export) -> str:
    if export.is_canceling:
        step = f"it stops after “{export.stage}”" if export.stage else "it has not begun"
        return f"Canceling the export of {export.path.name}: {step}."
    return f"{export.stage or 'Waiting for its turn'}… {_GOES_ON}"


def _place_text(path: Path) -> str:
    size = size_text(path)
    return f"{size}{', in ' if size else 'In '}{path.parent}"
