"""Files that reach the open window from outside: the desktop, the command line, a second start."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from ichdesk.session.session import Session
from ichdesk.ui.dropped import PROJECT_SUFFIXES
from ichdesk.ui.main_window import MainWindow

if TYPE_CHECKING:
    from ichdesk.ui.doorbell import Call

_RETRY_MS = 100


class Arrivals(QObject):
    """Brings the window forward and opens files, when no question waits for an answer.

    Args:
        window: Asks about unsaved changes, as always.
        session: Takes images.
    """

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._waiting: list[tuple[Path, ...]] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_RETRY_MS)
        self._timer.timeout.connect(self._open_waiting)

    def receive(self, call: "Call") -> None:
        """Do what a second start asks for."""
        if call.activation_token:
            os.environ["XDG_ACTIVATION_TOKEN"] = call.activation_token  # where Qt looks for it
        self._take(call.files)

    def open_name(self, name: str) -> None:
        """Open what the desktop asks for."""
        self._take((Path(name),))

    def open(self, paths: Sequence[Path]) -> None:
        """Open the first project among the files; images only are added together."""
        projects = [path for path in paths if path.suffix.lower() in PROJECT_SUFFIXES]
        if projects or len(paths) == 1:
            self._window.open_path([*projects, *paths][0])
        elif paths:
            self._session.import_files(paths)

    def _take(self, files: tuple[Path, ...]) -> None:
        self._come_forward()
        if files:
            self._waiting.append(files)
            self._open_waiting()

    def _come_forward(self) -> None:
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        QApplication.alert(window)

    def _open_waiting(self) -> None:
        while self._waiting:
            if QApplication.activeModalWidget() is not None:
                self._timer.start()
                return
            self.open(self._waiting.pop(0))
