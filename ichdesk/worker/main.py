"""The second process: requests from a pipe, events back, until the pipe ends."""

import gc
import logging
import os
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

from platformdirs import user_log_path

from ichdesk.core.logs import start_log
from ichdesk.protocol.codec import ProtocolError, decode, encode
from ichdesk.protocol.messages import Cancel, Event, PrepareImages, Shutdown
from ichdesk.worker.cancellations import Cancellations
from ichdesk.worker.inbox import Inbox

_log = logging.getLogger(__name__)

_SECONDS_TO_FINISH = 2.0


def run(connection: Connection) -> None:
    """Answer requests until `Shutdown` or until the other end of the pipe is closed.

    The first message is `WorkerReady`. Torch is imported here and not with this module, because
    the window imports the module to name this function.
    """
    _settle_process()
    requests = Inbox()
    cancellations = Cancellations()
    finished = threading.Event()
    reader = (connection, requests, cancellations, finished)
    threading.Thread(target=_read, args=reader, name="inbox", daemon=True).start()
    try:
        _work(connection, requests, cancellations)
    except (BrokenPipeError, ConnectionResetError):
        pass  # the window is gone, nobody is left to tell
    except Exception:
        _log.exception("the worker stops")
        raise
    finally:
        finished.set()


def _work(connection: Connection, requests: Inbox, cancellations: Cancellations) -> None:
    gc.disable()  # to look for garbage among torch's 300,000 objects takes a fifth of the start
    from ichdesk.worker.handlers import Handlers  # noqa: PLC0415 - imports torch

    gc.freeze()
    gc.enable()

    def send(event: Event) -> None:
        connection.send_bytes(encode(event))

    handlers = Handlers(cancellations)
    send(handlers.ready())
    if requests.empty():
        handlers.warm()
    while (request := requests.get()) is not None:
        for event in handlers.handle(request):
            send(event)
            while (short := requests.get_during(request)) is not None:
                for answer in handlers.handle(short):
                    send(answer)
            if isinstance(request, PrepareImages) and not requests.empty():
                handlers.cancel(request.request_id)


def _read(
    connection: Connection,
    requests: Inbox,
    cancellations: Cancellations,
    finished: threading.Event,
) -> None:
    """Queue requests; `Cancel` and `Shutdown` take effect at once."""
    try:
        while not isinstance(message := decode(connection.recv_bytes()), Shutdown):
            if isinstance(message, Cancel):
                cancellations.add(message.request_id)
            else:
                requests.put(message)  # type: ignore[arg-type]
    except (EOFError, OSError):
        pass  # the window is gone
    except ProtocolError:
        _log.exception("the window sent something that is no message")
    cancellations.add_all()
    requests.put(None)
    if not finished.wait(_SECONDS_TO_FINISH):
        os._exit(1)  # busy in a long computation, and nobody waits for it any more


def _settle_process() -> None:
    """Make a process without console or terminal work: streams, Ctrl+C, log."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the window, which then closes
    start_log(user_log_path("ichdesk", appauthor=False), "worker.log")
