"""Images are prepared while nothing else goes, some at a time, each once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.steps import Step
from ichdesk.protocol import messages as msg
from ichdesk.session.preparation import IMAGES_AT_ONCE, Preparation
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.session.worker_client import WorkerDied
from tests.fakes.runs import made_session, start, train


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with SampleStore(tmp_path / "samples") as store:
        session = made_session(store, "Hemorrhage", "Normal")
        yield session
        session.close()


def fill(session: Session, count: int, slices: int = 0) -> None:
    """One class of pictures, and slices in Hounsfield units behind them."""
    kinds = (False,) * count + (True,) * slices
    samples = (Sample(Path("x"), i, 1, f"{i}", is_hu=kind) for i, kind in enumerate(kinds))
    session.project = Project((ClassBin("Normal", tuple(samples)),), session.project.config)


def asked(session: Session) -> list[msg.PrepareImages]:
    return [r for r in session._worker.sent if isinstance(r, msg.PrepareImages)]


def end(session: Session, outcome: msg.Outcome = msg.Outcome.DONE) -> None:
    session.handle(msg.ImagesPrepared(asked(session)[-1].request_id, outcome))


def test_all_images_are_asked_for_in_parts(session: Session) -> None:
    fill(session, 2 * IMAGES_AT_ONCE + 5)
    told: list[tuple[int, int]] = []
    preparation = session.preparation

    def on_change(change: Change) -> None:
        if Change.PREPARATION in change:
            told.append((preparation.done, preparation.total))

    session.subscribe(on_change)
    preparation.go_on()
    session.handle(msg.FeaturesProgressed(asked(session)[0].request_id, 16, IMAGES_AT_ONCE, 0))
    assert told == [(0, 517), (16, 517)]
    end(session)
    end(session)
    assert preparation.is_going
    end(session)
    assert not preparation.is_going
    assert [len(request.samples) for request in asked(session)] == [256, 256, 5]
    digests = [sample.sha256 for request in asked(session) for sample in request.samples]
    assert digests == [str(i) for i in range(517)]
    assert told[-1] == (517, 517)
    preparation.go_on()
    assert len(asked(session)) == 3


def test_an_image_that_is_there_twice_is_asked_for_once(session: Session) -> None:
    fill(session, 3)
    (bin_,) = session.project.classes
    again = ClassBin("Again", bin_.samples)
    session.project = Project((bin_, again), session.project.config)
    session.preparation.go_on()
    assert len(asked(session)[0].samples) == 3


def test_what_was_given_up_is_taken_up_again(session: Session) -> None:
    fill(session, 300)
    session.preparation.go_on()
    end(session, msg.Outcome.CANCELLED)
    assert len(asked(session)) == 1  # whatever it was given up for comes first
    session.preparation.go_on()
    assert asked(session)[1].samples == asked(session)[0].samples


def test_what_failed_is_left_to_the_training(session: Session) -> None:
    fill(session, 20)
    session.preparation.go_on()
    request_id = asked(session)[-1].request_id
    session.handle(msg.ImagesPrepared(request_id, msg.Outcome.FAILED, "No such backbone."))
    session.preparation.go_on()
    assert len(asked(session)) == 1
    assert session.notices == ()


def test_after_an_edit_only_what_is_new_is_asked_for(session: Session) -> None:
    fill(session, 20)
    session.preparation.go_on()
    end(session)
    fill(session, 23)
    session.preparation.go_on()
    assert [sample.sha256 for sample in asked(session)[1].samples] == ["20", "21", "22"]


def test_other_image_steps_ask_for_slices_only(session: Session) -> None:
    fill(session, 4, slices=2)
    session.preparation.go_on()
    end(session)
    assert session.set_steps([Step("window", (("level_hu", 80.0), ("width_hu", 200.0)))])
    session.preparation.go_on()
    assert [sample.sha256 for sample in asked(session)[1].samples] == ["4", "5"]


def test_another_backbone_asks_for_all_and_stops_what_goes(session: Session) -> None:
    fill(session, 4)
    session.preparation.go_on()
    session.set_config(replace(session.project.config, backbone="tm-import"))
    session.preparation.go_on()
    assert session._worker.last(msg.Cancel).request_id == asked(session)[0].request_id
    assert len(asked(session)) == 1
    end(session, msg.Outcome.CANCELLED)
    session.preparation.go_on()
    assert asked(session)[1].settings.backbone == "tm-import"
    assert len(asked(session)[1].samples) == 4


def test_nothing_is_asked_while_other_work_goes(session: Session) -> None:
    start(session)
    session.preparation.go_on()
    assert asked(session) == []


def test_nothing_is_asked_where_training_would_change_nothing(session: Session) -> None:
    train(session)
    session.preparation.go_on()
    assert asked(session) == []
    session.set_config(replace(session.project.config, seed=7))
    session.preparation.go_on()
    assert len(asked(session)) == 1


def test_nothing_is_asked_of_a_worker_that_is_not_there(session: Session) -> None:
    fill(session, 4)
    session.preparation.go_on()
    end(session)
    session.handle(WorkerDied(will_restart=True, reason="It ended."))
    session.preparation.go_on()
    assert len(asked(session)) == 1
    session.handle(msg.WorkerReady(1, ("cpu",), ("CPU",), ("ct-phantom",)))
    session.preparation.go_on()
    assert asked(session)[1].samples == asked(session)[0].samples


def test_what_a_worker_may_have_died_of_is_not_asked_for_again(session: Session) -> None:
    fill(session, 4)
    session.preparation.go_on()
    session.handle(WorkerDied(will_restart=True, reason="It ended."))
    session.handle(msg.WorkerReady(1, ("cpu",), ("CPU",), ("ct-phantom",)))
    session.preparation.go_on()
    assert len(asked(session)) == 1
    assert not session.preparation.is_going


def test_late_answers_are_nobodys(session: Session) -> None:
    fill(session, 4)
    preparation: Preparation = session.preparation
    assert preparation.handle(msg.ImagesPrepared(99, msg.Outcome.DONE))
    assert not preparation.handle(msg.FeaturesProgressed(99, 1, 2, 0))
    assert preparation.total == 0
