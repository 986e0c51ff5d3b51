"""Another model asked about the test images: followed, mapped, kept beside the runs."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ichdesk.archive import SampleStore
from ichdesk.core.steps import DEFAULT_STEPS, steps_text
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.session.worker_client import WorkerDied
from tests.fakes.runs import made_session, start, train

FILE = Path("folder/Export 1.zip")
LABELS = ("normal", "HEMORRHAGE")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with SampleStore(tmp_path / "samples") as store:
        session = made_session(store, "Hemorrhage", "Normal")
        yield session
        session.close()


def answer(session: Session, labels: tuple[str, ...] = LABELS) -> None:
    """Sure of the last label for each image."""
    request = session._worker.last(msg.TryModel)
    count = sum(len(entry.samples) for entry in request.classes)
    said = np.zeros((count, len(labels)), np.float32)
    said[:, -1] = 1.0
    steps = steps_text(DEFAULT_STEPS)
    done = msg.Outcome.DONE
    session.handle(msg.ModelTried(request.request_id, done, None, labels, "tm-import", steps, said))


def test_the_test_images_of_the_run_are_asked_about(session: Session) -> None:
    train(session)
    assert session.trials.start(FILE)
    request = session._worker.last(msg.TryModel)
    assert (request.path, request.device) == (str(FILE), session.project.config.device)
    assert [entry.name for entry in request.classes] == ["Hemorrhage", "Normal"]
    assert [s.sha256 for s in request.classes[1].samples] == [f"Normal{i}" for i in range(25, 30)]
    session.handle(msg.FeaturesProgressed(request.request_id, 4, 10, 0))
    assert (session.trials.trial.done, session.trials.trial.total) == (4, 10)


def test_answers_with_the_same_names_are_kept_at_once(session: Session) -> None:
    train(session)
    run, before = session.run, len(session.runs)
    session.trials.start(FILE)
    answer(session)
    assert session.trials.trial is None
    kept = session.runs.runs[-1]
    assert (kept.name, kept.run.origin, kept.run.test_correct) == (FILE.name, FILE.name, (5, 10))
    assert "normal = Normal; HEMORRHAGE = Hemorrhage" in kept.note
    assert len(session.runs) == before + 1
    assert session.run is run
    assert session.runs.present_run is run
    assert session.has_unsaved_work
    assert kept.run.request_id != run.request_id


def test_other_names_wait_for_their_classes(session: Session) -> None:
    train(session)
    session.trials.start(FILE)
    answer(session, ("Air", "Blood", "Normal"))
    assert session.trials.trial.proposed == (None, None, 1)
    assert not session.trials.trial.is_clear
    before = len(session.runs)
    session.trials.keep((None, 0, 1))
    kept = session.runs.runs[-1]
    assert len(session.runs) == before + 1
    assert "Blood = Hemorrhage; Normal = Normal. Left out: Air." in kept.note


def test_a_new_training_forgets_the_model(session: Session) -> None:
    train(session)
    session.trials.start(FILE)
    number = session._worker.last(msg.TryModel).request_id
    start(session)
    assert session.trials.trial is None
    assert msg.Cancel(number) in session._worker.sent
    before = session.runs
    answer(session)
    assert session.runs is before


@pytest.mark.parametrize("is_first", [True, False])
def test_without_a_finished_run_there_is_a_sentence(session: Session, is_first: bool) -> None:
    if not is_first:
        start(session)
    assert not session.trials.start(FILE)
    assert session.notices[-1].text == session.trials.problem
    assert session.notices[-1].text.endswith(".")


def test_a_model_that_cannot_be_used_is_told(session: Session) -> None:
    train(session)
    session.trials.start(FILE)
    number = session._worker.last(msg.TryModel).request_id
    session.handle(msg.ModelTried(number, msg.Outcome.FAILED, "It is damaged; export it again."))
    assert session.trials.trial is None
    assert session.notices[-1].text == "It is damaged; export it again."


def test_a_dead_worker_is_told(session: Session) -> None:
    train(session)
    session.trials.start(FILE)
    changes: list[Change] = []
    session.subscribe(changes.append)
    session.handle(WorkerDied(True, "It died."))
    assert session.trials.trial is None
    assert any("Export 1.zip had answered" in notice.text for notice in session.notices)
    assert any(Change.RUN in change for change in changes)


def test_stopping_keeps_nothing(session: Session) -> None:
    train(session)
    session.trials.start(FILE)
    session.trials.cancel()
    assert isinstance(session._worker.sent[-1], msg.Cancel)
    before = session.runs
    answer(session)
    assert session.runs is before
