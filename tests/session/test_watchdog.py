"""A worker that hangs is noticed, and what comes late or twice changes nothing."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

from ichdesk.archive import SampleStore
from ichdesk.protocol import messages as msg
from ichdesk.session import worker_client, worker_process
from ichdesk.session.session import Session
from ichdesk.session.state import Level
from ichdesk.session.worker_client import WorkerClient, WorkerDied, WorkerSilent
from ichdesk.session.worker_process import WorkerProcess
from tests.fakes import workers
from tests.fakes.runs import end, epoch, made_session, start, train

WAIT_S = 60.0


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with SampleStore(tmp_path / "samples") as store:
        session = made_session(store, "A", "B")
        yield session
        session.close()


def predict(request_id: int) -> msg.Predict:
    return msg.Predict(request_id, np.zeros((1, 1, 1, 3), np.uint8))


def test_a_worker_that_hangs_is_told_and_a_cancel_replaces_it() -> None:
    events: Queue[object] = Queue()
    client = WorkerClient(workers.stall, events.put, 0.01, seconds_of_silence=0.01)
    try:
        client.start()
        assert isinstance(events.get(timeout=WAIT_S), msg.WorkerReady)
        client.send(predict(1))
        assert events.get(timeout=WAIT_S) == WorkerSilent()
        client.send(msg.Cancel(1))
        died = events.get(timeout=WAIT_S)
        assert isinstance(died, WorkerDied)
        assert died.will_restart
        assert isinstance(events.get(timeout=WAIT_S), msg.WorkerReady)
    finally:
        client.close()


def test_a_worker_that_never_gets_ready_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_client, "_SECONDS_TO_START", 0.01)
    events: Queue[object] = Queue()
    client = WorkerClient(workers.mute, events.put)
    try:
        client.start()
        died = events.get(timeout=WAIT_S)
        assert isinstance(died, WorkerDied)
        assert died.will_restart
    finally:
        client.close()


def test_a_process_whose_end_somebody_else_collects_is_buried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes = [None, None, 3]

    class Process:
        def join(self) -> None:
            pass

        @property
        def exitcode(self) -> int | None:
            return codes.pop(0)

    monkeypatch.setattr(worker_process.time, "sleep", lambda _: None)
    worker = WorkerProcess.__new__(WorkerProcess)
    worker._process = Process()  # type: ignore[assignment]
    worker._collect()
    assert codes == []


class Clocked:
    """A worker that is silent for so many looks, a second each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, looks: int) -> None:
        self.now_s, self.looks = 1000.0, looks
        monkeypatch.setattr(worker_client, "monotonic", lambda: self.now_s)

    def has_news(self, timeout_s: float) -> bool:
        self.now_s += timeout_s
        self.looks -= 1
        return self.looks < 0


@pytest.mark.parametrize(("is_asked", "looks", "told"), [(1, 0, 0), (1, 5, 1), (0, 5, 0)])
def test_silence_is_told_once_and_only_if_there_is_something_to_do(
    monkeypatch: pytest.MonkeyPatch, is_asked: int, looks: int, told: int
) -> None:
    events: list[object] = []
    clocked = Clocked(monkeypatch, looks)
    client = WorkerClient(workers.good, events.append, seconds_of_silence=1.0)
    for number in range(is_asked):
        client.send(predict(number))
    client._wait_for_news(clocked)  # type: ignore[arg-type]
    assert events == [WorkerSilent()] * told


def test_a_request_after_a_quiet_hour_starts_the_clock_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events: list[object] = []
    clocked = Clocked(monkeypatch, 0)
    client = WorkerClient(workers.good, events.append, seconds_of_silence=60.0)
    clocked.now_s += 3600.0
    client.send(predict(1))
    clocked.looks, clocked.has_news = 0, lambda timeout_s: next(answers)  # type: ignore
    answers = iter([False, True])  # the look began before the request and ends now
    client._wait_for_news(clocked)  # type: ignore[arg-type]
    assert events == []


def test_a_silent_training_says_what_to_do_until_it_goes_on(session: Session) -> None:
    request_id = start(session)
    session.handle(WorkerSilent())
    session.handle(WorkerSilent())
    (notice,) = session.notices
    assert notice.level is Level.WARNING
    assert "click Cancel" in notice.text
    session.handle(msg.BatchEnded(request_id, 0, 1, 9))
    assert session.notices == ()


def test_silence_without_a_training_is_nobodys_concern(session: Session) -> None:
    session.handle(WorkerSilent())
    assert session.notices == ()


def answers_to(request_id: int) -> list[msg.Event]:
    """Every event that a worker could send about a request, but `WorkerReady`."""
    counts, rows = np.eye(2, dtype=np.int64), ((0,), (0,))
    done, wrong = msg.Outcome.DONE, msg.Outcome.FAILED
    return [
        msg.FeaturesProgressed(request_id, 1, 2, 0),
        msg.SplitMade(request_id, rows, rows, "cuda"),
        msg.BatchEnded(request_id, 0, 1, 2),
        msg.EpochEnded(request_id, 0, 1.0, 1.0, 0.0, 0.0, counts),
        msg.RunEnded(request_id, wrong, "Late."),
        msg.RunEnded(request_id, done),
        msg.RepeatEnded(request_id, 0, 1, 2),
        msg.RepeatsEnded(request_id, wrong, "Late."),
        msg.Observed(request_id),
        msg.ObservationEnded(request_id, wrong, "Late."),
        msg.PredictionEnded(request_id, wrong, "Late."),
        msg.ModelProgressed(request_id, "Late"),
        msg.ModelSaved(request_id, wrong, "Late."),
        msg.ModelSaved(request_id, done),
        msg.ModelLoaded(request_id, wrong, "Late."),
        msg.ModelTried(request_id, wrong, "Late."),
        msg.ModelTried(request_id, done),
        msg.FormatsListed(request_id, wrong, "Late."),
        msg.ImagesPrepared(request_id, wrong, "Late."),
        msg.BackbonesListed(request_id, wrong, "Late."),
    ]


def test_the_list_of_answers_is_complete() -> None:
    kinds = {type(event) for event in answers_to(1)}
    assert kinds == set(msg.Event.__args__) - {msg.WorkerReady}


@pytest.mark.parametrize("event", answers_to(0), ids=lambda event: type(event).__name__)
def test_answers_that_come_late_or_to_nobody_change_nothing(
    session: Session, event: msg.Event
) -> None:
    train(session)
    first = session.run
    start(session)
    epoch(session, 0)
    going, before = session.run, replace(session.run, history=list(session.run.history))
    for number in (first.request_id, going.request_id + 1000):
        session.handle(replace(event, request_id=number))
        session.handle(replace(event, request_id=number))
    assert session.run is going
    assert going == before
    assert session.finished_run is first
    assert session.notices == ()
    assert session.worker.devices == ("cpu",)


def test_a_run_that_ends_twice_ends_once(session: Session) -> None:
    request_id = start(session)
    epoch(session, 0)
    end(session)
    kept, counts = session.runs, session.run.confusion.copy()
    for event in itertools.chain(answers_to(request_id), answers_to(request_id)):
        session.handle(event)
    assert session.runs is kept
    assert len(kept) == 1
    assert session.notices == ()
    np.testing.assert_array_equal(session.run.confusion, counts)


def test_a_model_that_is_saved_twice_is_told_once(session: Session, tmp_path: Path) -> None:
    train(session)
    session.export_model(tmp_path / "m.ichmodel")
    request_id = session._worker.last(msg.SaveModel).request_id
    session.handle(msg.ModelSaved(request_id, msg.Outcome.DONE))
    (notice,) = session.notices
    session.handle(msg.ModelSaved(request_id, msg.Outcome.FAILED, "The disk is full."))
    assert session.notices == (notice,)
