"""The composition root of the desktop app: makes every part, hands them to each other, runs."""

import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QTimer,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from ichdesk.archive import SampleStore
from ichdesk.protocol.messages import Event
from ichdesk.session.autosave import Autosave
from ichdesk.session.recovery import Recovery
from ichdesk.session.session import Session
from ichdesk.session.worker_client import WorkerClient, WorkerDied, WorkerSilent
from ichdesk.ui.arrivals import Arrivals
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.garbage import GarbageCollection
from ichdesk.ui.idle import Idle
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.own_folders import tell_unwritable
from ichdesk.ui.recovery_bar import RecoveryBar
from ichdesk.ui.settings import Settings
from ichdesk.ui.single_instance import Place
from ichdesk.ui.style import apply_sheet, apply_style
from ichdesk.ui.theme import Theme
from ichdesk.ui.unexpected import AGAIN, UnexpectedErrors, report_unexpected, stop_message
from ichdesk.worker.main import run as run_worker

_log = logging.getLogger(__name__)

_SIGNAL_CHECK_MS = 200


class DeskApplication(QApplication):
    """Reports files that the desktop asks it to open (macOS sends them as events)."""

    file_opened = Signal(str)

    def event(self, event: QEvent) -> bool:
        """Hand on files."""
        if isinstance(event, QFileOpenEvent):
            self.file_opened.emit(event.file())
            return True
        return super().event(event)


@dataclass(slots=True)
class Desk:
    """Everything that makes up the running app."""

    app: QApplication
    theme: Theme
    bridge: Bridge
    store: SampleStore
    client: WorkerClient
    session: Session
    window: MainWindow
    arrivals: Arrivals
    autosave: Autosave
    recovery: Recovery

    def open(self, path: Path) -> None:
        """Open a project, or images as new classes."""
        self.window.open_path(path)

    def close(self, *, keep_unsaved: bool = False) -> None:
        """End windows, threads and the worker, and remove the session's files.

        Args:
            keep_unsaved: Nobody was asked about unsaved changes; keep them for the next start.
        """
        if isinstance(self.app, DeskApplication):
            self.app.file_opened.disconnect(self.arrivals.open_name)
        self.window.close_now()
        self.bridge.close()
        self.client.close()
        self.session.close()
        self.recovery.close()
        if self.autosave.close(keep=keep_unsaved):
            self.store.leave()
        else:
            self.store.close()
        self.bridge.close()
        self.window.deleteLater()


def build(
    settings: Settings | None = None,
    worker: Callable[[Connection], None] = run_worker,
    store_folder: Path | None = None,
) -> Desk:
    """Make all parts; the window is not shown and the worker not started yet.

    Args:
        settings: What the window remembers; None for the user's own.
        worker: What the worker process runs.
        store_folder: Where samples are kept; None for the user's cache.
    """
    app = _application()
    settings = settings or Settings()
    theme = Theme(settings.mode)
    apply_style(app, theme)
    bridge = Bridge()
    store = SampleStore(store_folder)

    def on_event(event: Event | WorkerDied | WorkerSilent) -> None:
        bridge.post(lambda: session.handle(event))

    client = WorkerClient(worker, on_event)
    session = Session(client, store, bridge.post)
    session.subscribe(bridge.on_change)
    window = MainWindow(session, theme, settings, bridge)
    # the window is on screen before the worker takes its share of the processor
    window.canvas.surface.first_painted.connect(client.start)
    Idle(session, bridge, window)
    arrivals = Arrivals(window, session)
    if isinstance(app, DeskApplication):
        app.file_opened.connect(arrivals.open_name)
    autosave = Autosave(session, store, bridge.post)
    recovery = Recovery(session, store, autosave, bridge.post)
    window.add_message_bar(RecoveryBar(recovery, window.files, theme))
    apply_sheet(app, theme)
    return Desk(app, theme, bridge, store, client, session, window, arrivals, autosave, recovery)


def run(argv_files: list[Path], place: Place | None = None) -> int:
    """Show the window until it is closed, and return the exit code.

    Args:
        argv_files: Files of the command line.
        place: Where later starts hand their files to; None to leave them alone.
    """
    place = place or Place()

    def start(desk: Desk) -> None:
        desk.window.show()
        desk.arrivals.open([path.absolute() for path in argv_files])
        place.listen(desk.arrivals.receive)
        desk.app.aboutToQuit.connect(place.release)
        desk.window.canvas.surface.first_painted.connect(lambda: tell_unwritable(desk.session))
        desk.window.canvas.surface.first_painted.connect(desk.recovery.look)

    try:
        return execute(start)
    finally:
        place.release()


def execute(start: Callable[[Desk], None], *, unattended: bool = False) -> int:
    """Build the app, start it, run until the window is closed; return the exit code.

    Errors that nobody caught are told in a dialog and logged, as is what Qt complains of, and
    Ctrl+C closes the window.

    Args:
        start: Shows the window.
        unattended: Tell errors as messages of the session, for nobody is there to close a dialog.
    """
    qInstallMessageHandler(_log_qt_message)
    desk = build()
    gc.freeze()  # what is here now stays; to look at it for garbage again takes 30 ms each time
    garbage = GarbageCollection()
    _report_unexpected(desk, unattended=unattended)
    keep_alive = _close_on_interrupt(desk.app)
    code = 1
    try:
        start(desk)
        code = desk.app.exec()
        return code
    finally:
        keep_alive.stop()
        desk.close(keep_unsaved=code != 0)
        garbage.stop()


def tell_stop(error: Exception) -> None:
    """Say that the app cannot go on; in a dialog, if there is a screen for it."""
    _log.error("the app stops", exc_info=error)
    if has_display():
        _application()
        stop_message(error).exec()
    elif sys.stderr is not None:
        sys.stderr.write(f"ICHDesk has to stop: {error}\n")


def has_display() -> bool:
    """Whether there is a screen to show the window on."""
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        return False
    named = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.platform != "linux" or bool(named)


def _application() -> QApplication:
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    if not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = DeskApplication(sys.argv[:1])
    app.setApplicationName("ICHDesk")
    app.setApplicationDisplayName("ICHDesk")
    app.setDesktopFileName("ichdesk")
    return app


def _report_unexpected(desk: Desk, *, unattended: bool = False) -> None:
    def tell_session(error: BaseException, _: TracebackType | None) -> None:
        desk.session.report(AGAIN, details=(type(error).__name__,))

    errors = UnexpectedErrors(desk.window, desk.theme, desk.session.report)
    report_unexpected(
        tell_session if unattended else errors.tell,
        desk.bridge.post,
        lambda: desk.app.exit(128 + signal.SIGINT),
    )


def _log_qt_message(kind: QtMsgType, _: QMessageLogContext, text: str) -> None:
    if kind not in {QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg}:
        _log.warning("Qt: %s", text)


def _close_on_interrupt(app: QApplication) -> QTimer:
    """End on Ctrl+C; Python looks at signals only while it runs, so a timer lets it."""
    signal.signal(signal.SIGINT, lambda *_: app.exit(128 + signal.SIGINT))
    timer = QTimer()
    timer.timeout.connect(lambda: None)
    timer.start(_SIGNAL_CHECK_MS)
    return timer
