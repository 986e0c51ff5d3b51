"""Worker processes that misbehave, each in its own way, and a real one on a fake backbone."""

import os
import threading
import time
from multiprocessing.connection import Connection

import numpy as np

from ichdesk.protocol.codec import decode, encode
from ichdesk.protocol.messages import (
    PROTOCOL_VERSION,
    Cancel,
    Event,
    ModelSaved,
    Outcome,
    Predict,
    PredictionEnded,
    Request,
    Shutdown,
    WorkerReady,
)

READY = WorkerReady(PROTOCOL_VERSION, ("cpu",), ("CPU",), ("fake",))


def _receive(connection: Connection) -> Request:
    return decode(connection.recv_bytes())


def _send(connection: Connection, event: Event) -> None:
    connection.send_bytes(encode(event))


def good(connection: Connection) -> None:
    """Predicts the number of images it got; ends on Shutdown."""
    _send(connection, READY)
    while not isinstance(request := _receive(connection), Shutdown):
        if isinstance(request, Predict):
            answer = np.full((1, 1), len(request.images), np.float32)
            _send(connection, PredictionEnded(request.request_id, Outcome.DONE, None, answer))


def crash_at_start(connection: Connection) -> None:
    """Dies before it says anything."""
    os._exit(3)


def crash_on_request(connection: Connection) -> None:
    """Dies when asked to save; predicts otherwise."""
    _send(connection, READY)
    while not isinstance(request := _receive(connection), Shutdown):
        if not isinstance(request, Predict):
            os._exit(3)
        _send(connection, PredictionEnded(request.request_id, Outcome.DONE))


def stall(connection: Connection) -> None:
    """Reads everything and answers nothing."""
    _send(connection, READY)
    while not isinstance(_receive(connection), Shutdown):
        pass


def mute(connection: Connection) -> None:
    """Never says that it is ready."""
    time.sleep(3600)


def deaf(connection: Connection) -> None:
    """Never reads, so that the pipe fills up, and does not end by itself."""
    _send(connection, READY)
    time.sleep(3600)


def stubborn(connection: Connection) -> None:
    """Ignores Shutdown and SIGTERM."""
    import signal

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    deaf(connection)


def obedient(connection: Connection) -> None:
    """Ends a request only when it is cancelled."""
    _send(connection, READY)
    while not isinstance(request := _receive(connection), Shutdown):
        if isinstance(request, Cancel):
            _send(connection, ModelSaved(request.request_id, Outcome.CANCELLED))


def rubbish(connection: Connection) -> None:
    """Sends bytes that are no message, and lives on."""
    _send(connection, READY)
    connection.send_bytes(b"\xff" * 100)
    deaf(connection)


def torn(connection: Connection) -> None:
    """Writes past the framing of the pipe, and lives on."""
    _send(connection, READY)
    os.write(connection.fileno(), b"\x7f\xff\xff\xff rubbish")
    threading.Event().wait()


def echo(connection: Connection) -> None:
    """Sends requests instead of events."""
    _send(connection, READY)
    connection.send_bytes(encode(Cancel(1)))
    deaf(connection)


def not_ready(connection: Connection) -> None:
    """Does not begin with WorkerReady."""
    _send(connection, ModelSaved(1, Outcome.DONE))
    deaf(connection)


def other_version(connection: Connection) -> None:
    """Speaks another version of the protocol."""
    _send(connection, WorkerReady(PROTOCOL_VERSION + 1, ("cpu",), ("CPU",), ()))
    deaf(connection)


def real(connection: Connection) -> None:
    """The real worker, with the fake backbone to choose."""
    import tests.fakes.backbone  # noqa: F401 - registers itself
    from ichdesk.worker.main import run

    run(connection)


def endless_export(connection: Connection) -> None:
    """The real worker, with the fake backbone and a format that never gets anywhere."""
    import tests.fakes.exporter  # noqa: F401 - registers itself

    real(connection)
