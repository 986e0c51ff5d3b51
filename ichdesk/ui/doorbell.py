"""Both ends of the local socket by which a second start of the app reaches the first one."""

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_log = logging.getLogger(__name__)

_CONNECT_MS = 500
_MAX_MESSAGE_BYTES = 2**20
_TAKEN = b"taken\n"


@dataclass(frozen=True, slots=True)
class Call:
    """What a second start asks of the first.

    Attributes:
        files: Absolute; none to show the window only.
        activation_token: With which Wayland lets a window come to the front, or "".
    """

    files: tuple[Path, ...] = ()
    activation_token: str = ""


class Answer(Enum):
    """What became of a call."""

    TAKEN = auto()
    NOBODY = auto()
    SILENCE = auto()


def ring(name: str, call: Call, patience_s: float) -> Answer:
    """Make a call; no event loop is needed.

    Args:
        name: The server's.
        call: Every file must be absolute, for the other process has another current folder.
        patience_s: How long to wait for the answer once somebody listens.
    """
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_CONNECT_MS):
        return Answer.NOBODY
    _let_others_come_forward()
    socket.write(_encode(call))
    deadline_s = monotonic() + patience_s
    while not socket.canReadLine() and socket.state() is _CONNECTED:
        left_ms = round(1000 * (deadline_s - monotonic()))
        if left_ms <= 0 or not socket.waitForReadyRead(left_ms):
            break
    answer = bytes(socket.readLine().data())
    is_hung_up = socket.state() is not _CONNECTED
    socket.abort()
    if answer == _TAKEN:
        return Answer.TAKEN
    return Answer.NOBODY if is_hung_up else Answer.SILENCE


class Doorbell(QObject):
    """Takes calls of this user's processes and answers them at once.

    Without a socket, which is logged, nobody can call: every start then opens its own window.

    Args:
        name: A name that no living server has.
        called: Told of each call, after it was answered, for it may ask the user something.
    """

    def __init__(self, name: str, called: Callable[[Call], None]) -> None:
        super().__init__()
        self._called = called
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        QLocalServer.removeServer(name)  # what a crash has left
        self.is_listening = self._server.listen(name)
        if not self.is_listening:
            _log.warning("no second start can reach this one: %s", self._server.serverError())

    def close(self) -> None:
        """Take no more calls."""
        self._server.close()
        self.deleteLater()

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            self._read(socket)  # the call may have come with the connection

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _MAX_MESSAGE_BYTES:
                socket.abort()
            return
        call = _decode(bytes(socket.readLine().data()))
        if call is None:
            socket.abort()
            return
        socket.write(_TAKEN)
        socket.disconnectFromServer()  # once the answer is written
        QTimer.singleShot(0, self, lambda: self._called(call))


_CONNECTED = QLocalSocket.LocalSocketState.ConnectedState


def _encode(call: Call) -> bytes:
    # ASCII with escapes carries names that are no valid text, too
    message = {"files": [str(path) for path in call.files], "token": call.activation_token}
    return json.dumps(message).encode("ascii") + b"\n"


def _decode(line: bytes) -> Call | None:
    """The call in a line, or None if another program is talking nonsense."""
    try:
        message = json.loads(line)
        files = tuple(Path(name) for name in message["files"])
        token = str(message["token"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return Call(files, token) if all(path.is_absolute() for path in files) else None


def _let_others_come_forward() -> None:
    """Windows lets only the process that the user has just started bring a window to the front."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - needed on Windows only

        ctypes.windll.user32.AllowSetForegroundWindow(-1)
