"""One worker process with its pipe and the thread that writes to it."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from queue import SimpleQueue

from ichdesk.protocol.codec import encode
from ichdesk.protocol.messages import Request

_MAX_MESSAGE_BYTES = 2**30
_SECONDS_TO_EXIT = 1.0
_TRIES = 20


class CannotStart(Exception):  # noqa: N818 - carries a sentence
    """The system did not start a process; the message is for the user."""


class WorkerProcess:
    """A process that has been started.

    Args:
        context: Always spawn: a forked copy of a process with threads and Qt cannot be trusted.
        target: What it runs.
        outbox: Requests for it; None ends the thread that writes them.

    Raises:
        CannotStart: The system refused.
    """

    def __init__(
        self,
        context: SpawnContext,
        target: Callable[[Connection], None],
        outbox: "SimpleQueue[Request | None]",
    ) -> None:
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=target, args=(theirs,), name="ichdesk-worker", daemon=True
        )
        try:
            self._process.start()
        except OSError as error:
            self._connection.close()
            raise CannotStart("The training process could not be started.") from error
        finally:
            theirs.close()  # or its end would go unnoticed, because we held the pipe open
        self._lock = threading.Lock()
        self._gone = False
        self._exit_code: int | None = None
        self._outbox = outbox
        self._writer = threading.Thread(target=self._write, name="worker-writer", daemon=True)
        self._writer.start()

    def has_news(self, timeout_s: float) -> bool:
        """Wait for something to receive, the end of the process included."""
        return self._connection.poll(timeout_s)

    def receive(self) -> bytes:
        """Wait for the next message; EOFError or OSError when the process is gone."""
        return self._connection.recv_bytes(_MAX_MESSAGE_BYTES)

    def terminate(self) -> None:
        """Ask the system to end the process, from any thread."""
        with self._lock:
            if not self._gone:
                self._process.terminate()

    def kill(self) -> None:
        """End the process at once, from any thread."""
        with self._lock:
            if not self._gone:
                self._process.kill()

    def bury(self) -> None:
        """Make sure that the process, its thread and its pipe are gone."""
        self._process.join(_SECONDS_TO_EXIT)
        self.kill()
        self._collect()
        self._exit_code = self._process.exitcode
        self._outbox.put(None)
        self._writer.join()
        self._connection.close()
        with self._lock:
            self._gone = True
            with suppress(ValueError):  # the system has forgotten it before we could ask
                self._process.close()

    def _collect(self) -> None:
        """Wait for the end; whoever starts another process meanwhile may be told of it first."""
        self._process.join()
        for _ in range(_TRIES):
            if self._process.exitcode is not None:
                return
            time.sleep(_SECONDS_TO_EXIT / _TRIES)

    def how_it_ended(self) -> str:
        """One sentence for the user, once it is buried."""
        if self._exit_code == -9:  # SIGKILL, on Linux and macOS
            return "The training process was ended by the system, perhaps for want of memory."
        return "The training process stopped unexpectedly."

    def _write(self) -> None:
        while (request := self._outbox.get()) is not None:
            try:
                self._connection.send_bytes(encode(request))
            except OSError:
                return  # the reader notices, too, and buries the process
