"""Workers for the fault test; named by spawned processes, so they are functions of a module."""

from multiprocessing.connection import Connection
from typing import cast

from ichdesk.worker.main import run
from tests.fakes import workers


def idle(connection: Connection) -> None:
    """Is ready and has nothing to do."""
    workers.good(connection)


def twice(connection: Connection) -> None:
    """The real worker, each of whose events after the first comes twice, the second time late."""
    run(cast(Connection, _Echo(connection)))


class _Echo:
    """The worker's end of a pipe that repeats, with each message, the one before."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last: bytes | None = None

    def recv_bytes(self) -> bytes:
        return self._connection.recv_bytes()

    def send_bytes(self, data: bytes) -> None:
        for again in (data, self._last, data):
            if again is not None:
                self._connection.send_bytes(again)
        self._last = data
