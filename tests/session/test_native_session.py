"""A project file that keeps everything: saving, opening, and what the window then knows."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ichdesk.core.run import RunPhase
from ichdesk.protocol import messages as msg
from ichdesk.session.state import Level
from ichdesk.session.worker_client import WorkerDied
from tests.fakes.projects import full_project
from tests.session.test_session import Desk, trained

MODEL = b"the model of the run"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.session.close()
    desk.store.close()


def train(desk: Desk, folder: Path) -> None:
    """A run that ends well and leaves a model."""
    trained(desk, folder)
    desk.session.run.model = MODEL


def save(desk: Desk, path: Path) -> None:
    desk.session.save(path)
    desk.finish_jobs()


def reopen(desk: Desk, path: Path) -> None:
    desk.session.open(path)
    desk.finish_jobs()


def loads(desk: Desk) -> list[msg.LoadModel]:
    return [r for r in desk.worker.requests if isinstance(r, msg.LoadModel)]


def texts(desk: Desk) -> list[str]:
    return [notice.text for notice in desk.session.notices]


def test_a_result_is_there_after_opening(desk: Desk, tmp_path: Path) -> None:
    train(desk, tmp_path)
    session, path = desk.session, tmp_path / "a.ichdesk"
    run = session.run
    save(desk, path)
    assert not session.is_modified
    assert session.name == "a.ichdesk"
    assert texts(desk) == []
    session.new()
    assert session.run is None
    reopen(desk, path)
    assert session.has_model
    assert not session.is_stale
    assert not session.is_modified
    assert session.run.history == run.history
    assert session.run_classes == ((0, "Class 1"), (1, "Class 2"))
    (load,) = loads(desk)
    assert load.model.tobytes() == MODEL
    assert load.labels == ("Class 1", "Class 2")
    assert load.settings.backbone == session.project.config.backbone
    session.set_config(replace(session.project.config, epochs=3))
    assert session.is_stale
    assert session.is_modified
    session.undo()
    assert not session.is_stale
    assert not session.is_modified


def test_a_restored_model_answers_the_preview(desk: Desk, tmp_path: Path) -> None:
    train(desk, tmp_path)
    save(desk, tmp_path / "a.ichdesk")
    reopen(desk, tmp_path / "a.ichdesk")
    desk.session.preview_files([desk.image(tmp_path, "new.png")])
    desk.run_until(lambda: bool(desk.session.preview))
    kinds = [type(request) for request in desk.worker.requests]
    assert kinds[-2:] == [msg.LoadModel, msg.Predict]  # in this order, so the answer is right


def test_a_model_that_cannot_be_loaded_costs_the_preview_only(desk: Desk, tmp_path: Path) -> None:
    train(desk, tmp_path)
    save(desk, tmp_path / "a.ichdesk")
    reopen(desk, tmp_path / "a.ichdesk")
    request_id = loads(desk)[0].request_id
    desk.session.handle(msg.ModelLoaded(request_id, msg.Outcome.FAILED, "It does not fit."))
    assert texts(desk) == ["It does not fit."]
    assert not desk.session.has_model
    assert desk.session.run.phase is RunPhase.DONE
    assert desk.session.train()
    assert texts(desk) == []


def test_an_answer_that_comes_after_a_new_training_is_old_news(desk: Desk, tmp_path: Path) -> None:
    train(desk, tmp_path)
    save(desk, tmp_path / "a.ichdesk")
    reopen(desk, tmp_path / "a.ichdesk")
    assert desk.session.train()
    request_id = loads(desk)[0].request_id
    desk.session.handle(msg.ModelLoaded(request_id, msg.Outcome.FAILED, "It does not fit."))
    assert texts(desk) == []


def test_a_trained_model_alone_asks_no_question_at_the_end(desk: Desk, tmp_path: Path) -> None:
    train(desk, tmp_path)
    save(desk, tmp_path / "a.ichdesk")
    before = (tmp_path / "a.ichdesk").read_bytes()
    desk.session.run.model = b"a newer one"
    assert not desk.session.is_modified
    save(desk, tmp_path / "a.ichdesk")  # which is always possible
    assert (tmp_path / "a.ichdesk").read_bytes() != before


def test_while_a_run_goes_the_one_before_is_saved(desk: Desk, tmp_path: Path) -> None:
    train(desk, tmp_path)
    finished = desk.session.run
    assert desk.session.train()
    save(desk, tmp_path / "a.ichdesk")
    assert desk.session.is_training
    desk.session.handle(msg.RunEnded(desk.session.run.request_id, msg.Outcome.CANCELLED))
    save(desk, tmp_path / "b.ichdesk")
    assert (tmp_path / "a.ichdesk").read_bytes() == (tmp_path / "b.ichdesk").read_bytes()
    reopen(desk, tmp_path / "a.ichdesk")
    assert desk.session.run.history == finished.history
    assert loads(desk)[-1].model.tobytes() == MODEL


def test_the_next_worker_gets_the_model_of_one_that_died(desk: Desk, tmp_path: Path) -> None:
    train(desk, tmp_path)
    desk.session.handle(WorkerDied(will_restart=True, reason="It stopped."))
    assert desk.session.has_model
    assert loads(desk)[-1].model.tobytes() == MODEL
    assert texts(desk) == ["It stopped."]
    save(desk, tmp_path / "a.ichdesk")
    reopen(desk, tmp_path / "a.ichdesk")
    assert desk.session.has_model


def test_a_worker_that_dies_of_a_model_gets_it_only_once(desk: Desk, tmp_path: Path) -> None:
    train(desk, tmp_path)
    save(desk, tmp_path / "a.ichdesk")
    reopen(desk, tmp_path / "a.ichdesk")
    desk.session.handle(WorkerDied(will_restart=True, reason="It stopped."))
    assert len(loads(desk)) == 1
    assert not desk.session.has_model
    assert "train again" in texts(desk)[-1]


def test_when_no_worker_is_left_the_project_keeps_its_result(desk: Desk, tmp_path: Path) -> None:
    train(desk, tmp_path)
    desk.session.handle(WorkerDied(will_restart=False, reason="It stops too often."))
    assert not desk.session.has_model
    save(desk, tmp_path / "a.ichdesk")
    reopen(desk, tmp_path / "a.ichdesk")
    assert desk.session.run.model == MODEL


def test_a_deleted_class_keeps_its_name_in_the_result(desk: Desk, tmp_path: Path) -> None:
    train(desk, tmp_path)
    desk.session.delete_class(desk.session.project.classes[0].id)
    save(desk, tmp_path / "a.ichdesk")
    reopen(desk, tmp_path / "a.ichdesk")
    assert [name for _, name in desk.session.run_classes] == ["Class 1 (deleted)", "Class 2"]
    assert desk.session.is_stale


def test_what_a_tm_file_does_not_keep_is_told_once(desk: Desk, tmp_path: Path) -> None:
    train(desk, tmp_path)
    session = desk.session
    save(desk, tmp_path / "a.tm")
    assert [(n.text, n.level) for n in session.notices] == [
        (
            "A .tm file does not keep the trained model; save as .ichdesk, too, to keep "
            "everything.",
            Level.WARNING,
        )
    ]
    session.dismiss(session.notices[0].id)
    save(desk, tmp_path / "b.tm")
    assert texts(desk) == []
    session._edit("Add images", replace(full_project(desk.store), config=session.project.config))
    save(desk, tmp_path / "b.tm")
    (text,) = texts(desk)
    assert text.startswith("A .tm file does not keep Hounsfield units, patients and the trained")
    session.new()
    assert texts(desk) == []


def test_after_a_tm_save_slices_stay_in_the_window(desk: Desk, tmp_path: Path) -> None:
    session = desk.session
    session._edit("Add images", full_project(desk.store))
    before = session.project
    save(desk, tmp_path / "a.tm")
    assert not session.is_modified
    assert session.project is before
    assert any(sample.is_hu for sample in session.project.classes[0].samples)
    assert session.proposed_suffix == ".ichdesk"
    save(desk, tmp_path / "a.ichdesk")
    reopen(desk, tmp_path / "a.ichdesk")
    sample = session.project.classes[0].samples[0]
    assert sample.is_hu
    assert sample.patient == "p0"
    assert np.array_equal(sample.read(), before.classes[0].samples[0].read())


def test_which_kind_of_file_is_proposed(desk: Desk, tmp_path: Path) -> None:
    session = desk.session
    assert session.proposed_suffix == ".ichdesk"
    desk.fill(tmp_path)
    save(desk, tmp_path / "a.tm")
    assert session.proposed_suffix == ".tm"
    save(desk, tmp_path / "a.ichdesk")
    assert session.proposed_suffix == ".ichdesk"
