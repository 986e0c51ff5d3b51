"""One app for each user's desktop: a second start hands its files to the first one and ends.

A lock on a file decides who is first, so that of two that start at once exactly one wins, and the
system takes the lock of a crashed app back. The local socket only carries the call. An app that is
still starting has the lock but no socket yet; the second one waits for it, and takes its place if
it ends meanwhile.
"""

import getpass
import hashlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ichdesk.core.file_lock import try_lock

if TYPE_CHECKING:
    from ichdesk.ui.doorbell import Call, Doorbell

_START_S = 15.0  # the first start after the computer was switched on, from a slow disk
_ANSWER_S = 2.0
_RETRY_S = 0.05
_DESKTOP = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY", "SESSIONNAME")


class Place:
    """The place of the first app.

    Args:
        server_name: Where other starts call.
        lock: Held until `release`; None where there is no such thing, and the app is on its own.
    """

    def __init__(self, server_name: str = "", lock: BinaryIO | None = None) -> None:
        self._server_name = server_name
        self._lock = lock
        self._doorbell: Doorbell | None = None

    @property
    def is_first(self) -> bool:
        """Whether later starts call here."""
        return self._lock is not None

    def listen(self, called: Callable[["Call"], None]) -> None:
        """Take calls, as soon as the event loop runs; those who wait since the start come first.

        Where no socket can be made the place is given up, so that later starts need not wait.
        """
        if self._lock is None:
            return
        from ichdesk.ui.doorbell import Doorbell  # noqa: PLC0415 - the window comes first

        self._doorbell = Doorbell(self._server_name, called)
        if not self._doorbell.is_listening:
            self.release()

    def release(self) -> None:
        """Let the next start be the first."""
        if self._doorbell is not None:
            self._doorbell.close()
            self._doorbell = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def take_place(files: Sequence[Path]) -> Place | None:
    """Become the first app, or hand the files to it; None if it has taken them.

    An app that does not answer is left alone, and this one opens its own window.
    """
    folder = _private_folder()
    if folder is None:
        return Place()
    name = _desktop_name()
    server_name = f"ichdesk-{name}" if sys.platform == "win32" else str(folder / f"{name}.sock")
    given_up_s = time.monotonic() + _START_S
    while True:
        lock, is_possible = _lock(folder / f"{name}.lock")
        if lock or not is_possible or time.monotonic() > given_up_s:
            return Place(server_name, lock)
        if (taken := _call(server_name, files)) is not None:
            return None if taken else Place()
        time.sleep(_RETRY_S)


def _call(server_name: str, files: Sequence[Path]) -> bool | None:
    """Whether the first app has taken the files; None if it does not listen yet, or any more."""
    from ichdesk.ui.doorbell import Answer, Call, ring  # noqa: PLC0415 - the first needs no call

    token = os.environ.get("XDG_ACTIVATION_TOKEN", "")
    call = Call(tuple(path.absolute() for path in files), token)
    answer = ring(server_name, call, _ANSWER_S)
    return None if answer is Answer.NOBODY else answer is Answer.TAKEN


def _lock(path: Path) -> tuple[BinaryIO | None, bool]:
    """The file, locked, if nobody else holds it; and whether such a file can be made at all."""
    try:
        file = path.open("ab")
    except OSError:
        return None, False
    if try_lock(file):
        return file, True
    file.close()
    return None, True


def _desktop_name() -> str:
    """The same for all processes of a user on one desktop; short, as paths of sockets must be."""
    parts = [getpass.getuser() if sys.platform == "win32" else ""]
    parts += [os.environ.get(variable, "") for variable in _DESKTOP]
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:12]


def _private_folder() -> Path | None:
    """A folder that only this user can enter; None if the system has no place for it."""
    with suppress(OSError):  # not even a temporary folder
        for folder in _folders():
            with suppress(OSError):
                folder.mkdir(mode=0o700, exist_ok=True)
                if _is_private(folder):
                    return folder
    return None


def _folders() -> Iterator[Path]:
    if sys.platform != "win32" and "XDG_RUNTIME_DIR" in os.environ:
        runtime = Path(os.environ["XDG_RUNTIME_DIR"])
        # "sudo ichdesk" must not make a folder in another user's
        if runtime.is_dir() and runtime.stat().st_uid == os.getuid():
            yield runtime / "ichdesk"
    # each user's own on macOS and Windows, but not on Linux
    user = "" if sys.platform == "win32" else f"-{os.getuid()}"
    yield Path(tempfile.gettempdir()) / f"ichdesk{user}"


def _is_private(folder: Path) -> bool:
    if sys.platform == "win32":
        return True  # the user's temporary folder, as the system set it up
    found = folder.lstat()  # another user may have put a link there
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return is_ours and not found.st_mode & 0o077
