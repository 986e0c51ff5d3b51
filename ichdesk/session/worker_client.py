"""The window's end of the pipe: starts the worker, replaces it when it dies, ends it on close."""

import logging
import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue
from time import monotonic
from typing import Protocol

from ichdesk.protocol.codec import ProtocolError, decode
from ichdesk.protocol.messages import (
    PROTOCOL_VERSION,
    Cancel,
    Event,
    Request,
    SaveModel,
    Shutdown,
    TerminalEvent,
    WorkerReady,
    WorkRequest,
)
from ichdesk.session.worker_process import CannotStart, WorkerProcess

_log = logging.getLogger(__name__)

MAX_RESTARTS = 5
SECONDS_OF_SILENCE = 60.0
_SECONDS_TO_START = 180.0  # torch from a slow disk that something else uses, too
_SECONDS_TO_CANCEL = 5.0
_SECONDS_TO_EXPORT = 60.0  # one stage of a format on a slow computer; nothing stops it halfway
_SECONDS_TO_TERMINATE = 1.0

_RUBBISH = "The training process sent something that could not be understood."
_OTHER_VERSION = "The training process belongs to another version of ICHDesk; install it again."
_STALLED = "The training process did not answer any more."
_RESTARTS = "It is being started again, and your project is unchanged."
_GIVES_UP = "It failed too often; your project is unchanged: save it and start ICHDesk again."


@dataclass(frozen=True, slots=True)
class WorkerDied:
    """The worker is gone, and with it every request that had no terminal event yet.

    Attributes:
        will_restart: Whether another one is being started; requests sent from now on reach it.
        reason: What happened and what comes next, in sentences for the user.
    """

    will_restart: bool
    reason: str


@dataclass(frozen=True, slots=True)
class WorkerSilent:
    """There is work to do, and no event has come for `SECONDS_OF_SILENCE` or more: busy, or stuck.

    Told once, until the next event comes. Events are made by the thread that works, so they prove
    that it lives, as a heartbeat of another thread would not.
    """


class Worker(Protocol):
    """What the session needs of a worker; `WorkerClient` is the real one."""

    def send(self, request: Request) -> None:
        """Queue a request."""


class _Unusable(Exception):  # noqa: N818 - private, carries a reason
    """The worker must be replaced; the message says why."""


class WorkerClient:
    """Keeps one worker process alive and talks to it.

    Args:
        target: What the process runs: a function of a module, imported by name over there.
        on_event: Called with every event, on a thread of the client, and never after `close`.
        seconds_to_cancel: A request that has not ended so long after its `Cancel` costs the worker
            its life, once it is ready. While a model is being saved it may take longer.
        seconds_of_silence: How long a worker with something to do may say nothing.
    """

    def __init__(
        self,
        target: Callable[[Connection], None],
        on_event: Callable[[Event | WorkerDied | WorkerSilent], None],
        seconds_to_cancel: float = _SECONDS_TO_CANCEL,
        seconds_of_silence: float = SECONDS_OF_SILENCE,
    ) -> None:
        self._target = target
        self._on_event = on_event
        self._seconds_to_cancel = seconds_to_cancel
        self._seconds_of_silence = seconds_of_silence
        self._context = multiprocessing.get_context("spawn")
        self._lock = threading.Lock()  # guards what follows; held for moments only
        self._closing = False
        self._is_ready = False
        self._outbox: SimpleQueue[Request | None] = SimpleQueue()
        self._pending: dict[int, float] = {}  # seconds that each may take to follow a cancel
        self._heard_s = monotonic()  # or when there was something to do again
        self._timers: dict[int, threading.Timer] = {}
        self._worker: WorkerProcess | None = None
        self._stalled: WorkerProcess | None = None
        self._supervisor = threading.Thread(
            target=self._supervise, name="worker-reader", daemon=True
        )
        self.restarts = 0

    def start(self) -> None:
        """Start the process in the background; requests may be sent before it is ready."""
        self._supervisor.start()

    def send(self, request: Request) -> None:
        """Queue a request for the present worker; returns at once.

        It is lost if that worker dies: `WorkerDied` then comes after this call.
        """
        with self._lock:
            if isinstance(request, WorkRequest):
                self._heard_s = self._heard_s if self._pending else monotonic()
                is_slow = isinstance(request, SaveModel)
                seconds = _SECONDS_TO_EXPORT if is_slow else self._seconds_to_cancel
                self._pending[request.request_id] = seconds
            elif isinstance(request, Cancel):
                self._expect_end(request.request_id)
            self._outbox.put(request)

    def close(self, timeout_s: float = 3.0) -> None:
        """End the worker, by force if it does not follow in time, and all threads."""
        with self._lock:
            self._closing = True
            self._outbox.put(Shutdown())
            worker = self._worker
        if not self._supervisor.ident:
            return
        self._supervisor.join(timeout_s)
        for end in (WorkerProcess.terminate, WorkerProcess.kill):
            if worker is not None and self._supervisor.is_alive():
                end(worker)
                self._supervisor.join(_SECONDS_TO_TERMINATE)
        self._supervisor.join()

    # --- the reader's thread -----------------------------------------------------------------

    def _supervise(self) -> None:
        """One worker after another, until closed or too many have died."""
        while self._run_worker():
            pass
        self._forget_requests()

    def _run_worker(self) -> bool:
        """Start a worker and serve it to its end; whether there should be another one."""
        worker = None
        try:
            worker = WorkerProcess(self._context, self._target, self._outbox)
            with self._lock:
                self._worker = worker
            if self._closing:  # close() came before it could see this worker
                worker.kill()
            reason = self._listen(worker)
        except CannotStart as error:
            reason = str(error)
        if worker is not None:
            worker.bury()
            reason = reason or worker.how_it_ended()
        self._forget_requests()
        return not self._closing and self._report_death(reason)

    def _report_death(self, reason: str) -> bool:
        """Tell the window; whether there should be another worker."""
        _log.warning("worker ended: %s", reason)
        will_restart = self.restarts < MAX_RESTARTS
        self.restarts += will_restart
        outlook = _RESTARTS if will_restart else _GIVES_UP
        self._on_event(WorkerDied(will_restart, f"{reason} {outlook}"))
        return will_restart

    def _listen(self, worker: WorkerProcess) -> str:
        """Hand on events until the worker ends; why it must be replaced, "" if it ended itself."""
        try:
            ready = _receive_ready(worker)
            with self._lock:
                self._is_ready = True
            self._hand_on(ready)
            while True:
                self._wait_for_news(worker)
                self._hand_on(_receive(worker))
        except _Unusable as error:
            worker.kill()
            return str(error)
        except (EOFError, OSError):
            return _STALLED if self._stalled is worker else ""

    def _wait_for_news(self, worker: WorkerProcess) -> None:
        """Until there is something to receive, or the worker is gone."""
        is_told = False
        while not worker.has_news(self._seconds_of_silence):
            with self._lock:
                silence_s = monotonic() - self._heard_s if self._pending else 0.0
            if silence_s >= self._seconds_of_silence and not is_told and not self._closing:
                is_told = True
                self._on_event(WorkerSilent())
        with self._lock:
            self._heard_s = monotonic()

    def _hand_on(self, event: Event) -> None:
        if isinstance(event, TerminalEvent):
            with self._lock:
                self._pending.pop(event.request_id, None)
                if timer := self._timers.pop(event.request_id, None):
                    timer.cancel()
        if not self._closing:
            self._on_event(event)

    def _forget_requests(self) -> None:
        """Requests until now went to the worker that died; later ones go to the next."""
        with self._lock:
            self._worker = None
            self._is_ready = False
            self._outbox = SimpleQueue()
            self._pending.clear()
            timers, self._timers = list(self._timers.values()), {}
        for timer in timers:
            timer.cancel()
            timer.join()

    # --- cancels that nobody follows ---------------------------------------------------------

    def _expect_end(self, request_id: int, waited_s: float = 0.0) -> None:
        """Start the clock of a cancelled request; the lock is held."""
        if request_id not in self._pending or request_id in self._timers:
            return
        patience_s = max(self._pending.values())  # it may have to wait for another one's end
        more_s = max(patience_s - waited_s, 0.0)
        timer = threading.Timer(more_s, self._give_up_on, (request_id, waited_s + more_s))
        timer.daemon = True
        self._timers[request_id] = timer
        timer.start()

    def _give_up_on(self, request_id: int, waited_s: float) -> None:
        with self._lock:
            if request_id not in self._timers:
                return
            # it has not even heard of the cancel, or another one that takes longer came between
            if not self._is_ready or waited_s < max(self._pending.values()):
                del self._timers[request_id]
                self._expect_end(request_id, waited_s if self._is_ready else 0.0)
                return
            worker = self._stalled = self._worker
        if worker is not None:
            worker.kill()


def _receive_ready(worker: WorkerProcess) -> WorkerReady:
    if not worker.has_news(_SECONDS_TO_START):
        raise _Unusable(_STALLED)
    ready = _receive(worker)
    if not isinstance(ready, WorkerReady):
        raise _Unusable(_RUBBISH)
    if ready.version != PROTOCOL_VERSION:
        raise _Unusable(_OTHER_VERSION)
    return ready


def _receive(worker: WorkerProcess) -> Event:
    try:
        message = decode(worker.receive())
    except ProtocolError as error:
        raise _Unusable(_RUBBISH) from error
    if isinstance(message, Request):
        raise _Unusable(_RUBBISH)
    return message
