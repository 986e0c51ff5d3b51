"""Brings work of other threads to the window's thread, and changes of state to its views."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from ichdesk.session.state import Change

REFRESH_MS = 33
Refresh = Callable[[Change], None]


class Bridge(QObject):
    """Runs functions on its own thread and tells views what has changed, 30 times a second at most.

    Edits of the project are told at once: a view that still shows a sample that is gone would
    let the user act on it.
    """

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._views: list[Refresh] = []
        self._pending = Change(0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._flush)
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, function: Callable[[], None]) -> None:
        """Run a function on the bridge's thread, soon; may be called on any thread."""
        self._posted.emit(function)

    def subscribe(self, refresh: Refresh) -> None:
        """Call `refresh` with what has changed."""
        self._views.append(refresh)

    def on_change(self, change: Change) -> None:
        """Note a change of the session; the first one is told at once, the next ones together."""
        self._pending |= change
        if Change.PROJECT in change or not self._timer.isActive():
            self._flush()

    def close(self) -> None:
        """Tell no view any more; they are about to go."""
        self._timer.stop()
        self._views.clear()

    def _flush(self) -> None:
        if not self._pending:
            return
        change, self._pending = self._pending, Change(0)
        self._timer.start()
        for refresh in tuple(self._views):
            refresh(change)

    @staticmethod
    def _run(function: Callable[[], None]) -> None:
        function()
