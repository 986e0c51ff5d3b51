"""Notices when the user pauses, and has the images prepared meanwhile."""

from PySide6.QtCore import QObject, QTimer

from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.bridge import Bridge

_PAUSE_MS = 1000


class Idle(QObject):
    """Lets the preparation of images go on when nothing else has changed for a second.

    Args:
        session: Whose images are prepared.
        bridge: Tells of changes.
        parent: Takes this along when it ends.
    """

    def __init__(self, session: Session, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(session.preparation.go_on)
        bridge.subscribe(self._on_change)

    def _on_change(self, change: Change) -> None:
        if change & ~Change.PREPARATION:
            self._pause.start()
