"""What the user sees of an error that nobody foresaw: one dialog, in plain words."""

import logging
import platform
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import PurePath
from traceback import extract_tb
from types import TracebackType

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QMessageBox, QPushButton

from ichdesk.ui.about import TextDialog, app_version
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.theme import Theme

_log = logging.getLogger(__name__)

_MAX_KINDS = 5
_SOURCE_ROOTS = ("site-packages", "ichdesk")
_Roles = QDialogButtonBox.ButtonRole

_HEADING = "Something unexpected went wrong"
_TEXT = (
    "What you did last may not have worked. Your project is still open, and you can go on. "
    "To be safe, save it under a new name first."
)
_HELP = (
    "If it happens again, copy the details and send them to whoever looks after ICHDesk. They "
    "name parts of the program, but no files, images or patients."
)
AGAIN = (
    "The unexpected error has happened again; save the project under a new name and start "
    "ICHDesk anew."
)
_STOPS = (
    "ICHDesk has to stop because of an unexpected error. Start it again; if that does not help, "
    "install it again, or copy the details and send them to whoever looks after it."
)


class UnexpectedDialog(TextDialog):
    """Offers to copy the details, to save the project, and to go on.

    Args:
        details: Of the first error.
        window: Saves the project, and is what the dialog belongs to.
    """

    def __init__(self, details: str, theme: Theme, window: MainWindow) -> None:
        super().__init__("ICHDesk", _HEADING, theme, window)
        self._details = [details]
        self._count = 1
        self.add_text(_TEXT)
        self.add_text(_HELP)
        self.count_label = QLabel()
        self.count_label.hide()
        self.column.addWidget(self.count_label)
        self.copy_button = self._button("Copy details", self._on_copy)
        self.save_button = self._button("Save project as…", window.save_as)
        self.close_button = self._button("Go on", self.reject)
        buttons = QDialogButtonBox()
        for button in (self.copy_button, self.save_button):
            buttons.addButton(button, _Roles.ActionRole)
        buttons.addButton(self.close_button, _Roles.RejectRole)
        self.column.addWidget(buttons)
        self.close_button.setDefault(True)
        self.close_button.setFocus()

    @property
    def details(self) -> str:
        """All that is known, for the clipboard."""
        return "\n\n".join([f"{_surroundings()}\nErrors: {self._count}", *self._details])

    def add(self, details: str) -> None:
        """Count another error."""
        self._count += 1
        if details not in self._details and len(self._details) < _MAX_KINDS:
            self._details.append(details)
        self.count_label.setText(f"It has happened {self._count:,} times.")
        self.count_label.show()
        self.copy_button.setText("Copy details")

    @staticmethod
    def _button(text: str, do: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)  # Return is for going on
        button.clicked.connect(lambda: do())  # noqa: PLW0108 - without the "checked" of Qt
        return button

    def _on_copy(self) -> None:
        QApplication.clipboard().setText(self.details)
        self.copy_button.setText("Copied")


class UnexpectedErrors:
    """Shows one dialog at a time; an error that the user has seen comes back as a message only.

    Otherwise an error of the window's painting would put up a dialog for ever.

    Args:
        notify: Shows a sentence in the window.
    """

    def __init__(self, window: MainWindow, theme: Theme, notify: Callable[[str], None]) -> None:
        self._window = window
        self._theme = theme
        self._notify = notify
        self._seen: set[str] = set()
        self.dialog: UnexpectedDialog | None = None

    def tell(self, error: BaseException, trace: TracebackType | None) -> None:
        """Tell the user; call it on the window's thread."""
        with suppress(Exception):  # the window itself may be what is broken; the log has it
            details = error_details(error, trace)
            if self.dialog is not None:
                self.dialog.add(details)
            elif details in self._seen:
                self._notify(AGAIN)
            else:
                self._show(details)
            self._seen.add(details)

    def _show(self, details: str) -> None:
        self.dialog = UnexpectedDialog(details, self._theme, self._window)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    def _on_finished(self) -> None:
        self.dialog = None


def report_unexpected(
    tell: Callable[[BaseException, TracebackType | None], None],
    post: Callable[[Callable[[], None]], None],
    interrupt: Callable[[], None],
) -> None:
    """Log errors that nobody caught, of any thread, and tell the user of them.

    Args:
        tell: Called on the window's thread.
        post: Runs a function on the window's thread, from any thread.
        interrupt: Called for Ctrl+C.
    """

    def report(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            interrupt()
            return
        _log.error("unexpected error", exc_info=(kind, error, trace))
        tell(error, trace)

    def report_thread(args: threading.ExceptHookArgs) -> None:
        error, trace = args.exc_value, args.exc_traceback
        if error is not None and not isinstance(error, SystemExit):
            _log.error("unexpected error in a thread", exc_info=(args.exc_type, error, trace))
            post(lambda: tell(error, trace))

    sys.excepthook = report
    threading.excepthook = report_thread


def error_details(error: BaseException, trace: TracebackType | None) -> str:
    """Where an error was raised, and its kind and causes, without its message.

    Messages of the system quote file names, which may be patients' names.
    """
    places = [f"  {_source(f.filename)}:{f.lineno} {f.name}" for f in extract_tb(trace)]
    lines = [type(error).__name__, *places]
    cause = error.__cause__ or error.__context__
    while cause is not None and len(lines) < 200:
        lines += [f"caused by {type(cause).__name__}"]
        lines += [f"  {_source(f.filename)}:{f.lineno}" for f in extract_tb(cause.__traceback__)]
        cause = cause.__cause__ or cause.__context__
    return "\n".join(lines)


def stop_message(error: Exception) -> QMessageBox:
    """The dialog for an error that leaves no window to go on with; run it with `exec`."""
    box = QMessageBox(QMessageBox.Icon.Critical, "ICHDesk", _STOPS)
    copy = box.addButton("Copy details", QMessageBox.ButtonRole.ActionRole)
    copy.clicked.disconnect()  # it would close the box, and with it the clipboard
    details = f"{_surroundings()}\n\n{error_details(error, error.__traceback__)}"
    copy.clicked.connect(lambda: QApplication.clipboard().setText(details))
    box.addButton(QMessageBox.StandardButton.Close)
    return box


def _surroundings() -> str:
    return (
        f"ICHDesk {app_version()}, Python {platform.python_version()}, Qt {qVersion()}, "
        f"{platform.system()} {platform.release()} {platform.machine()}"
    )


def _source(name: str) -> str:
    """A file of the program, without the folders above it, which may carry the user's name."""
    parts = PurePath(name).parts
    for root in _SOURCE_ROOTS:
        if root in parts:
            last = len(parts) - 1 - parts[::-1].index(root)
            return "/".join(parts[last:])
    return parts[-1] if parts else "?"
