"""Figures asked of the worker: of the present run, replaced, stopped, and forgotten with it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ichdesk.archive import SampleStore
from ichdesk.protocol import messages as msg
from ichdesk.session.observations import Wish
from ichdesk.session.session import Session
from ichdesk.session.state import Change, WorkerStatus
from ichdesk.session.worker_client import WorkerDied
from tests.fakes.runs import RecordingWorker, made_session, start, train

PLACE = "map"
WISH = Wish("similarity", {"method": "pca"})


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with SampleStore(tmp_path / "samples") as store:
        session = made_session(store, "Hemorrhage", "Normal")
        yield session
        session.close()


@pytest.fixture
def trained(session: Session) -> Session:
    train(session)
    session.run.model = b"model"
    return session


def sent(session: Session, kind: type = msg.Observe) -> list[msg.Request]:
    worker = session._worker
    assert isinstance(worker, RecordingWorker)
    return [request for request in worker.sent if isinstance(request, kind)]


def see(session: Session, value: float) -> None:
    number = sent(session)[-1].request_id
    session.handle(msg.Observed(number, 1, 2, {"x": np.array([value], np.float32)}))


def end(session: Session, error: str | None = None) -> None:
    outcome = msg.Outcome.FAILED if error else msg.Outcome.DONE
    session.handle(msg.ObservationEnded(sent(session)[-1].request_id, outcome, error))


def test_it_asks_for_the_run_as_it_was(trained: Session) -> None:
    once, run = sent(trained, msg.StartTraining)[-1], trained.run
    trained.remove_samples(trained.project.classes[0].id, [0])
    assert trained.observations.ask(PLACE, WISH)
    (asked,) = sent(trained)
    assert (asked.classes, asked.settings) == (once.classes, once.settings)
    assert (asked.train, asked.test) == (run.train, run.test)
    assert asked.model.tobytes() == b"model"
    assert (asked.observer, asked.options) == ("similarity", {"method": "pca"})


def test_the_device_is_that_of_now(trained: Session) -> None:
    trained.set_config(replace(trained.project.config, device="cpu"))
    trained.observations.ask(PLACE, WISH)
    assert sent(trained)[0].settings.device == "cpu"


def test_of_the_project_it_needs_no_run(session: Session) -> None:
    assert session.observations.problem()
    assert not session.observations.ask(PLACE, WISH)
    assert not session.observations.problem(of_run=False)
    assert session.observations.ask(PLACE, replace(WISH, of_run=False))
    asked = sent(session)[0]
    assert [entry.name for entry in asked.classes] == ["Hemorrhage", "Normal"]
    assert (asked.train, asked.test, len(asked.model)) == ((), (), 0)


def test_what_comes_replaces_what_was_there(trained: Session) -> None:
    changes: list[Change] = []
    trained.subscribe(changes.append)
    trained.observations.ask(PLACE, WISH)
    assert trained.observations.sight(PLACE).is_going
    for value in (1.0, 2.0):
        see(trained, value)
    sight = trained.observations.sight(PLACE)
    assert (sight.arrays["x"].tolist(), sight.done, sight.total) == ([2.0], 1, 2)
    end(trained)
    sight = trained.observations.sight(PLACE)
    assert (sight.is_going, sight.ending, sight.arrays["x"].tolist()) == (False, "", [2.0])
    assert set(changes) == {Change.OBSERVATIONS}


def test_a_second_wish_stops_the_first(trained: Session) -> None:
    trained.observations.ask(PLACE, WISH)
    first = sent(trained)[0].request_id
    trained.observations.ask(PLACE, Wish("similarity", {"method": "tsne"}))
    assert [request.request_id for request in sent(trained, msg.Cancel)] == [first]
    trained.handle(msg.Observed(first, 1, 1, {"x": np.zeros(1, np.float32)}))
    trained.handle(msg.ObservationEnded(first, msg.Outcome.CANCELLED))
    sight = trained.observations.sight(PLACE)
    assert (sight.is_going, dict(sight.arrays)) == (True, {})


def test_places_do_not_disturb_each_other(trained: Session) -> None:
    trained.observations.ask(PLACE, WISH)
    trained.observations.ask("other", WISH)
    assert not sent(trained, msg.Cancel)
    see(trained, 3.0)
    assert not trained.observations.sight(PLACE).arrays
    assert trained.observations.sight("other").arrays


def test_an_error_is_kept_as_a_sentence(trained: Session) -> None:
    trained.observations.ask(PLACE, WISH)
    end(trained, "The images are gone; open the project again.")
    assert trained.observations.sight(PLACE).ending.startswith("The images are gone")
    assert not trained.notices, "the panel says it"


def test_cancel_keeps_what_was_seen(trained: Session) -> None:
    trained.observations.ask(PLACE, WISH)
    see(trained, 1.0)
    trained.observations.cancel(PLACE)
    trained.observations.cancel(PLACE)
    sight = trained.observations.sight(PLACE)
    assert (sight.is_going, sight.ending, len(sight.arrays)) == (False, "Stopped.", 1)
    assert len(sent(trained, msg.Cancel)) == 1


def test_training_comes_first(trained: Session) -> None:
    trained.observations.ask(PLACE, WISH)
    start(trained)
    assert len(sent(trained, msg.Cancel)) == 1
    assert trained.observations.sight(PLACE) is None
    assert "wait" in trained.observations.problem()
    assert not trained.observations.ask(PLACE, WISH)


def test_another_project_forgets(trained: Session) -> None:
    trained.observations.ask(PLACE, replace(WISH, of_run=False))
    see(trained, 1.0)
    trained.new()
    assert trained.observations.sight(PLACE) is None


def test_of_the_project_it_is_outdated_after_an_edit(session: Session) -> None:
    session.observations.ask(PLACE, replace(WISH, of_run=False))
    end(session)
    sight = session.observations.sight(PLACE)
    assert not session.observations.is_outdated(sight)
    session.remove_samples(session.project.classes[0].id, [0])
    assert session.observations.is_outdated(session.observations.sight(PLACE))
    session.undo()
    assert not session.observations.is_outdated(session.observations.sight(PLACE))


@pytest.mark.parametrize("will_restart", [True, False])
def test_a_worker_that_dies_ends_it(trained: Session, will_restart: bool) -> None:
    trained.observations.ask(PLACE, WISH)
    trained.handle(WorkerDied(will_restart, "The training process ended."))
    sight = trained.observations.sight(PLACE)
    assert not sight.is_going
    assert "try again" in sight.ending
    if not will_restart:
        assert trained.worker.status is WorkerStatus.FAILED
        assert "start ICHDesk again" in trained.observations.problem(of_run=False)
