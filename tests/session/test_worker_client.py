"""The client of the worker survives whatever the worker does, and leaves nothing behind."""

import importlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue

import numpy as np
import psutil
import pytest

from ichdesk.protocol.codec import decode, encode
from ichdesk.protocol.messages import (
    PROTOCOL_VERSION,
    Cancel,
    ClassRef,
    Event,
    ModelSaved,
    Outcome,
    Predict,
    PredictionEnded,
    Request,
    RunEnded,
    SampleRef,
    SaveModel,
    Settings,
    StartTraining,
    WorkerReady,
)
from ichdesk.session.worker_client import MAX_RESTARTS, WorkerClient, WorkerDied

workers = importlib.import_module("tests.fakes.workers")

WAIT_S = 60.0


class Talk:
    """A client and the events it handed on."""

    def __init__(self, target: Callable[..., None], seconds_to_cancel: float = 5.0) -> None:
        self.events: Queue[Event | WorkerDied] = Queue()
        self.client = WorkerClient(target, self.events.put, seconds_to_cancel)
        self.client.start()

    def next(self) -> Event | WorkerDied:
        return self.events.get(timeout=WAIT_S)

    def ready(self) -> None:
        assert isinstance(self.next(), WorkerReady)

    def died(self) -> WorkerDied:
        event = self.next()
        assert isinstance(event, WorkerDied)
        return event

    def predicts(self, request_id: int = 100) -> bool:
        self.client.send(predict(request_id))
        event = self.next()
        return isinstance(event, PredictionEnded) and event.request_id == request_id

    def pid(self) -> int:
        (child,) = multiprocessing.active_children()
        assert child.pid
        return child.pid


def predict(request_id: int, images: int = 1) -> Request:
    return Predict(request_id, np.zeros((images, 1, 1, 3), np.uint8))


def start_training(request_id: int, samples: int) -> Request:
    refs = tuple(SampleRef("a.tm", i, 1, "0" * 64) for i in range(samples))
    return StartTraining(
        request_id, (ClassRef("A", refs),), Settings(1, 1, 0.1, 0, "ct-phantom", "auto")
    )


def open_files() -> int:
    """Open files and pipes of this process; not counted on Windows."""
    return 0 if sys.platform == "win32" else psutil.Process().num_fds()


@pytest.fixture
def talk() -> Iterator[Callable[..., Talk]]:
    """Makes clients, closes them, and checks that no thread, process or file is left."""
    threads, files = set(threading.enumerate()), open_files()
    made: list[Talk] = []

    def make(target: Callable[..., None], seconds_to_cancel: float = 5.0) -> Talk:
        made.append(Talk(target, seconds_to_cancel))
        return made[-1]

    yield make
    for each in made:
        each.client.close()
    for thread in set(threading.enumerate()) - threads:
        thread.join(WAIT_S)
        assert not thread.is_alive()
    assert not multiprocessing.active_children()
    assert open_files() <= files + 2  # the resource tracker of multiprocessing stays


def test_requests_are_answered_in_order(talk: Callable[..., Talk]) -> None:
    t = talk(workers.good)
    for request_id in (1, 2, 3):
        t.client.send(predict(request_id, images=request_id))
    t.ready()
    answers = [t.next() for _ in range(3)]
    assert [a.request_id for a in answers] == [1, 2, 3]
    assert [a.probabilities[0, 0] for a in answers] == [1, 2, 3]


def test_starting_and_sending_do_not_wait(talk: Callable[..., Talk]) -> None:
    start = time.perf_counter()
    t = talk(workers.deaf)
    t.client.send(start_training(1, samples=32_000))
    assert time.perf_counter() - start < 1.0
    t.ready()


def test_close_ends_a_good_worker_without_force(talk: Callable[..., Talk]) -> None:
    t = talk(workers.good)
    t.ready()
    child = psutil.Process(t.pid())
    t.client.close()
    assert not child.is_running()
    assert t.events.empty()
    assert t.client.restarts == 0


@pytest.mark.parametrize("name", ["stall", "deaf", "stubborn"])
def test_close_ends_a_bad_worker(name: str, talk: Callable[..., Talk]) -> None:
    t = talk(getattr(workers, name))
    t.ready()
    t.client.send(start_training(1, samples=32_000))
    t.client.close(timeout_s=0.2)
    assert not multiprocessing.active_children()
    assert t.events.empty()


def test_close_before_the_worker_is_up_and_twice(talk: Callable[..., Talk]) -> None:
    t = talk(workers.good)
    t.client.close()
    t.client.close()
    assert not multiprocessing.active_children()


def test_close_without_start() -> None:
    WorkerClient(workers.good, lambda event: None).close()


def test_a_crash_is_told_and_the_worker_replaced(talk: Callable[..., Talk]) -> None:
    t = talk(workers.crash_on_request)
    t.ready()
    assert t.predicts()
    t.client.send(SaveModel(1, "x", ()))
    died = t.died()
    assert died.will_restart
    assert "stopped unexpectedly" in died.reason
    t.ready()
    assert t.predicts()
    assert t.client.restarts == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_worker_is_told_and_replaced(talk: Callable[..., Talk]) -> None:
    t = talk(workers.good)
    t.ready()
    os.kill(t.pid(), signal.SIGKILL)
    died = t.died()
    assert died.will_restart
    assert "memory" in died.reason
    t.ready()
    assert t.predicts()


def test_it_gives_up_after_five_restarts(talk: Callable[..., Talk]) -> None:
    t = talk(workers.crash_at_start)
    deaths = [t.died() for _ in range(MAX_RESTARTS + 1)]
    assert [death.will_restart for death in deaths] == [True] * MAX_RESTARTS + [False]
    assert t.client.restarts == MAX_RESTARTS
    t.client.send(predict(1))
    t.client.close()
    assert t.events.empty()


@pytest.mark.parametrize("name", ["rubbish", "torn", "echo"])
def test_rubbish_costs_the_worker_its_life(name: str, talk: Callable[..., Talk]) -> None:
    t = talk(getattr(workers, name))
    t.ready()
    assert t.died().will_restart
    t.ready()


@pytest.mark.parametrize("name", ["not_ready", "other_version"])
def test_a_wrong_first_message_costs_the_worker_its_life(
    name: str, talk: Callable[..., Talk]
) -> None:
    t = talk(getattr(workers, name))
    died = t.died()
    assert ("version" in died.reason) == (name == "other_version")


@pytest.mark.parametrize("name", ["stall", "deaf"])
def test_a_cancel_that_nobody_follows_ends_the_worker(name: str, talk: Callable[..., Talk]) -> None:
    t = talk(getattr(workers, name), seconds_to_cancel=0.1)
    t.ready()
    t.client.send(start_training(1, samples=32_000))
    t.client.send(Cancel(1))
    t.client.send(Cancel(1))
    died = t.died()
    assert died.will_restart
    assert "did not answer" in died.reason
    t.ready()


def test_a_cancel_that_is_followed_costs_nothing(talk: Callable[..., Talk]) -> None:
    t = talk(workers.obedient, seconds_to_cancel=WAIT_S)
    t.ready()
    t.client.send(SaveModel(1, "x", ()))
    t.client.send(Cancel(1))
    ended = t.next()
    assert isinstance(ended, ModelSaved)
    assert ended.outcome is Outcome.CANCELLED
    timers = [x for x in threading.enumerate() if isinstance(x, threading.Timer)]
    for timer in timers:
        timer.join(WAIT_S)
        assert not timer.is_alive()


def slow_to_start(connection: Connection) -> None:
    """Gets ready when it has been asked to cancel and some time has passed."""
    while not isinstance(request := decode(connection.recv_bytes()), Cancel):
        pass
    connection.poll(0.5)
    for event in (workers.READY, PredictionEnded(request.request_id, Outcome.CANCELLED)):
        connection.send_bytes(encode(event))
    decode(connection.recv_bytes())


def test_a_cancel_does_not_kill_a_worker_that_still_starts(talk: Callable[..., Talk]) -> None:
    t = talk(slow_to_start, seconds_to_cancel=0.05)
    t.client.send(predict(1))
    t.client.send(Cancel(1))
    t.ready()
    assert isinstance(t.next(), PredictionEnded)
    assert t.client.restarts == 0


def slow_to_save(connection: Connection) -> None:
    """Follows a cancel only when a model has been saved, which takes its time."""
    connection.send_bytes(encode(workers.READY))
    asked = [decode(connection.recv_bytes()) for _ in range(3)]
    connection.poll(0.5)
    (save,) = (request for request in asked if isinstance(request, SaveModel))
    (cancel,) = (request for request in asked if isinstance(request, Cancel))
    for event in (
        ModelSaved(save.request_id, Outcome.DONE),
        PredictionEnded(cancel.request_id, Outcome.CANCELLED),
    ):
        connection.send_bytes(encode(event))
    decode(connection.recv_bytes())


@pytest.mark.parametrize("first", [True, False])
def test_a_cancel_waits_for_a_model_that_is_being_saved(
    talk: Callable[..., Talk], first: bool
) -> None:
    t = talk(slow_to_save, seconds_to_cancel=0.05)
    t.ready()
    if first:
        t.client.send(SaveModel(1, "x", ()))
    t.client.send(predict(2))
    t.client.send(Cancel(2))
    if not first:
        t.client.send(SaveModel(1, "x", ()))
    assert isinstance(t.next(), ModelSaved)
    assert isinstance(t.next(), PredictionEnded)
    assert t.client.restarts == 0


def test_a_cancel_of_what_has_ended_starts_no_clock(talk: Callable[..., Talk]) -> None:
    t = talk(workers.good, seconds_to_cancel=0.0)
    t.ready()
    assert t.predicts(1)
    t.client.send(Cancel(1))
    assert t.predicts(2)
    assert t.client.restarts == 0


@pytest.fixture
def log_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a real worker writes its log."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_the_real_worker_answers_and_ends(talk: Callable[..., Talk], log_folder: Path) -> None:
    t = talk(workers.real)
    ready = t.next()
    assert isinstance(ready, WorkerReady)
    assert ready.version == PROTOCOL_VERSION
    assert ready.devices[-1] == "cpu"
    assert "fake" in ready.backbones
    t.client.send(start_training(1, samples=1))
    ended = t.next()
    assert isinstance(ended, RunEnded)
    assert ended.outcome is Outcome.FAILED
    assert "two enabled classes" in str(ended.error)
    child = psutil.Process(t.pid())
    t.client.close(timeout_s=WAIT_S)
    assert not child.is_running()
    assert t.client.restarts == 0


ORPHAN = """
import sys, threading
from ichdesk.session.worker_client import WorkerClient
from tests.fakes import workers
if __name__ == "__main__":
    import multiprocessing
    def tell(event):
        print(multiprocessing.active_children()[0].pid, flush=True)
    WorkerClient(workers.real, tell).start()
    threading.Event().wait()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_the_real_worker_ends_when_the_window_is_killed(log_folder: Path) -> None:
    script = log_folder / "orphan.py"
    script.write_text(ORPHAN)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    window = psutil.Popen([sys.executable, str(script)], stdout=-1, env=environment)
    assert window.stdout
    worker = psutil.Process(int(window.stdout.readline()))
    window.kill()
    window.wait()
    window.stdout.close()
    psutil.wait_procs([worker], timeout=WAIT_S)
    assert not worker.is_running()
