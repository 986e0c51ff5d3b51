"""Repetitions of a run: asked for, followed, stopped, and forgotten with their run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore
from ichdesk.core.luck import Repeat
from ichdesk.core.project import Project
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.session.worker_client import WorkerDied
from tests.fakes.runs import RecordingWorker, end, epoch, made_session, start, train


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with SampleStore(tmp_path / "samples") as store:
        session = made_session(store, "Hemorrhage", "Normal")
        yield session
        session.close()


def last(session: Session, kind: type) -> msg.Request:
    worker = session._worker
    assert isinstance(worker, RecordingWorker)
    return worker.last(kind)


def repeat(session: Session, seed: int, correct: int = 7) -> None:
    number = last(session, msg.RepeatTraining).request_id
    session.handle(msg.RepeatEnded(number, seed, correct, 10))


def ended(
    session: Session, outcome: msg.Outcome = msg.Outcome.DONE, error: str | None = None
) -> None:
    number = last(session, msg.RepeatTraining).request_id
    session.handle(msg.RepeatsEnded(number, outcome, error))


def test_the_training_is_asked_for_as_it_was(session: Session) -> None:
    train(session)
    assert session.luck.start(10, same_split=True)
    once, again = last(session, msg.StartTraining), last(session, msg.RepeatTraining)
    assert (again.classes, again.settings) == (once.classes, once.settings)
    assert (again.repeats, again.same_split) == (10, True)
    assert again.request_id != once.request_id


def test_it_is_followed_to_its_end_and_the_run_stays(session: Session) -> None:
    train(session)
    run, before = session.run, session.run.test_correct
    session.luck.start(2, same_split=False)
    assert (session.luck.going.images, session.luck.going.images_total) == (0, 0)
    changes: list[Change] = []
    session.subscribe(changes.append)
    number = last(session, msg.RepeatTraining).request_id
    session.handle(msg.FeaturesProgressed(number, 30, 60, 0))
    assert (session.luck.going.images, session.luck.going.images_total) == (30, 60)
    session.handle(msg.SplitMade(number, ((), ()), ((0,), (0,)), "cuda"))
    repeat(session, 0)
    repeat(session, 1, 9)
    assert session.luck.results(False) == (Repeat(0, 7, 10), Repeat(1, 9, 10))
    assert session.luck.results(True) == ()
    ended(session)
    assert session.luck.going is None
    assert session.luck.ending == ""
    assert Change.RUN in changes
    assert (session.run, session.run.test_correct, session.run.device) == (run, before, "cpu")
    assert session.has_model


def test_both_kinds_are_kept_and_one_repeated_begins_anew(session: Session) -> None:
    train(session)
    for same_split in (False, True, False):
        session.luck.start(5, same_split)
        assert session.luck.results(same_split) == ()
        repeat(session, 0)
        ended(session)
    assert len(session.luck.results(False)) == len(session.luck.results(True)) == 1


def test_one_goes_at_a_time(session: Session) -> None:
    train(session)
    assert session.luck.start(5, same_split=False)
    assert not session.luck.start(5, same_split=True)


def test_canceling_keeps_what_has_ended(session: Session) -> None:
    train(session)
    session.luck.start(5, same_split=False)
    repeat(session, 0)
    session.luck.cancel()
    session.luck.cancel()
    number = session.luck.going.request_id
    assert session._worker.sent.count(msg.Cancel(number)) == 1
    ended(session, msg.Outcome.CANCELLED)
    assert session.luck.ending == "Canceled after 1 of 5 trainings."
    assert len(session.luck.results(False)) == 1
    assert session.luck.start(5, same_split=False)
    assert session.luck.ending == ""


def test_a_failure_is_said(session: Session) -> None:
    train(session)
    session.luck.start(5, same_split=False)
    ended(session, msg.Outcome.FAILED, "The loss grew.")
    assert session.luck.ending == session.notices[-1].text == "The loss grew."


def test_the_worker_dies_in_the_middle(session: Session) -> None:
    train(session)
    session.luck.start(5, same_split=False)
    repeat(session, 0)
    session.handle(WorkerDied(True, "It ended."))
    assert session.luck.going is None
    assert session.luck.ending.startswith("The training process ended after 1 of 5 trainings")
    assert len(session.luck.results(False)) == 1
    repeat(session, 1)  # late, of the dead one
    assert len(session.luck.results(False)) == 1
    assert session.luck.problem == ""


def test_another_run_ends_it_and_starts_without_results(session: Session) -> None:
    train(session)
    session.luck.start(5, same_split=False)
    repeat(session, 0)
    number = session.luck.going.request_id
    train(session)
    assert msg.Cancel(number) in session._worker.sent
    assert session.luck.results(False) == ()
    session.handle(msg.RepeatsEnded(number, msg.Outcome.CANCELLED))
    assert session.luck.ending == ""


def test_another_project_ends_it(session: Session) -> None:
    train(session)
    session.luck.start(5, same_split=False)
    number = session.luck.going.request_id
    session._replace_project(Project(), None)
    assert msg.Cancel(number) in session._worker.sent
    assert session.luck.going is None


def test_results_of_another_run_are_not_shown(session: Session) -> None:
    train(session)
    session.luck.start(5, same_split=False)
    repeat(session, 0)
    ended(session)
    own, session.run = session.run, None
    assert session.luck.results(False) == ()
    session.run = own
    assert len(session.luck.results(False)) == 1


def test_it_says_why_nothing_can_be_repeated(session: Session) -> None:
    assert "train a model first" in session.luck.problem
    start(session)
    assert "A training is running" in session.luck.problem
    end(session, msg.Outcome.CANCELLED)
    assert "train a model first" in session.luck.problem
    train(session)
    assert session.luck.problem == ""
    session.remove_samples(session.project.classes[0].id, [0])
    assert "train again first" in session.luck.problem
    assert not session.luck.start(5, same_split=False)
    session.undo()
    assert session.luck.problem == ""
    session.handle(WorkerDied(False, "It failed too often."))
    assert "stopped working" in session.luck.problem


def test_without_test_images_there_is_nothing_to_compare(session: Session) -> None:
    start(session, 1)
    epoch(session, 0, measured=False)
    end(session)
    assert "No image was held out" in session.luck.problem
