"""Open, save and export as the menus offer them, with the questions that they ask."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from ichdesk.core.resources import project_path
from ichdesk.session.session import Session
from ichdesk.ui.dropped import PROJECT_SUFFIXES
from ichdesk.ui.settings import Settings
from ichdesk.ui.widgets.file_dialogs import (
    PROJECT_KINDS,
    SAVE_PROJECT_KINDS,
    ask_folder,
    ask_open_path,
    ask_save_path,
)

Buttons = QMessageBox.StandardButton
_SHIPPED = "The class projects of ICHDesk stay as they are; save in another folder."


class FileCommands:
    """Asks the user, then the session."""

    def __init__(self, window: QWidget, session: Session, settings: Settings) -> None:
        self._window = window
        self._session = session
        self._settings = settings
        self._remembered: Path | None = None

    def choose_project(self) -> None:
        """Ask for a project file and open it."""
        path = ask_open_path(
            self._window, "Open project", PROJECT_KINDS, self._settings.last_folder
        )
        if path is not None:
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Open a project file, asking first if there is something to save; add anything else."""
        if path.suffix.lower() not in PROJECT_SUFFIXES and path.exists():
            self._session.import_files([path])
        else:
            self.if_saved(lambda: self._session.open(path))

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save to the project's file, or ask for one; then go on, unless that fails."""
        path = self._session.path
        if path is None or _is_shipped(path):
            self.save_as(then)
        else:
            self._session.save(then=then)

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a file and save to it; then go on, unless that fails."""
        path, suffix = self._session.path, self._session.proposed_suffix
        name = path.stem if path else "project"
        proposed = str(self._settings.last_folder / f"{name}{suffix}")
        target = ask_save_path(self._window, "Save project", proposed, SAVE_PROJECT_KINDS)
        if target is None:
            return
        if target.suffix.lower() not in PROJECT_SUFFIXES:  # a name such as "class 2.5"
            target = target.with_name(f"{target.name}{suffix}")
            if target.exists():
                self._session.report(f"{target.name} exists already; save under another name.")
                return
        if _is_shipped(target):
            self._session.report(_SHIPPED)
        else:
            self._session.save(target, then)

    def export_samples(self) -> None:
        """Ask for a folder and in what form, and write all images there."""
        from ichdesk.ui.export_samples_dialog import ask_form, own_folder  # noqa: PLC0415 - if asked

        chosen = ask_folder(self._window, "Export samples: choose where to put the folders")
        if chosen is None:
            return
        name = self._session.path.stem if self._session.path else "Project"
        folder = own_folder(chosen, name)
        if form := ask_form(self._session, folder, self._window):
            self._session.export_samples(folder, form=form)

    def if_saved(self, go_on: Callable[[], None]) -> None:
        """Go on if nothing would be lost; else ask whether to save first."""
        if not self._session.is_modified:
            go_on()
            return
        answer = ask_unsaved(self._window, self._session.name)
        if answer == Buttons.Save:
            self.save(then=go_on)
        elif answer == Buttons.Discard:
            go_on()

    def remember(self, path: Path | None) -> None:
        """Put a project that was opened or saved on the list of recent files."""
        if path is not None and path != self._remembered and not _is_shipped(path):
            self._settings.add_recent(path)
        self._remembered = path


def ask_unsaved(window: QWidget, name: str) -> QMessageBox.StandardButton:
    """Ask whether to save; Cancel if the user thinks better of it."""
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("ICHDesk")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(f"Save the changes to {name}?")
    box.setInformativeText("If you discard them, they are lost.")
    box.setStandardButtons(Buttons.Save | Buttons.Discard | Buttons.Cancel)
    box.setDefaultButton(Buttons.Save)
    answer = Buttons(box.exec())
    box.deleteLater()
    return answer


def _is_shipped(path: Path) -> bool:
    """Whether a file came with the app; such a file is never written over."""
    return path.parent.resolve() == project_path("any.tm").parent.resolve()
