"""Runs in the session: kept, named, removed, brought back, restored, and what must be saved."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore
from ichdesk.core.run_book import MAX_RUNS, RunBook
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change, Level
from tests.fakes.projects import finished_run, full_project
from tests.fakes.runs import end, epoch, made_session, start, train
from tests.session.test_native_session import loads, reopen, save
from tests.session.test_native_session import train as train_at
from tests.session.test_session import Desk

START = datetime(2026, 11, 21, 18, tzinfo=UTC)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with SampleStore(tmp_path / "samples") as store:
        session = made_session(store, "Hemorrhage", "Normal")
        times = iter(START + timedelta(minutes=n) for n in range(99))
        session._clock = lambda: next(times)
        yield session
        session.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.session.close()
    desk.store.close()


def numbers(session: Session) -> list[int]:
    return [kept.number for kept in session.runs]


def texts(session: Session) -> list[str]:
    return [notice.text for notice in session.notices]


def train_with_model(session: Session, **settings: object) -> None:
    session.set_config(replace(session.project.config, **settings))
    train(session)
    session.run.model = f"model {session.run.request_id}".encode()


def test_every_training_that_ends_well_is_kept(session: Session) -> None:
    train(session, 3)
    train(session, 4)
    assert numbers(session) == [1, 2]
    assert [kept.trained for kept in session.runs] == [START, START + timedelta(minutes=1)]
    assert session.runs.present_run is session.run is session.finished_run
    assert session.previous_run is session.runs[1].run
    assert session.runs[1].data == session.runs[2].data


@pytest.mark.parametrize("outcome", [msg.Outcome.CANCELLED, msg.Outcome.FAILED])
def test_a_training_that_does_not_end_well_is_not_kept(
    session: Session, outcome: msg.Outcome
) -> None:
    train(session)
    start(session)
    epoch(session, 0)
    end(session, outcome, "no" if outcome is msg.Outcome.FAILED else None)
    assert numbers(session) == [1]
    assert session.runs.present_run is session.finished_run


def test_names_notes_and_removals_ask_to_be_saved_but_a_training_does_not(
    session: Session,
) -> None:
    session._saved = session.project
    train(session, session.project.config.epochs)
    train(session, session.project.config.epochs)
    assert not session.is_modified
    for edit in (
        lambda: session.rename_run(1, "first"),
        lambda: session.annotate_run(2, "a note"),
        lambda: session.remove_run(1),
        session.bring_back_run,
    ):
        session._saved_run_edits = session._run_edits
        edit()
        assert session.is_modified
    session._saved_run_edits = session._run_edits
    session.rename_run(1, " first ")
    assert not session.is_modified  # it is called so already


def test_what_cannot_be_said_of_a_run_is_reported(session: Session) -> None:
    train(session)
    assert not session.rename_run(1, "x" * 101)
    assert not session.annotate_run(1, "x" * 2001)
    assert not session.remove_run(1)
    assert [text.split(";")[0] for text in texts(session)] == [
        "The name of a run has at most 100 characters",
        "A note has at most 2,000 characters",
        "The run whose model is in use cannot be removed",
    ]


def test_what_was_removed_comes_back_until_the_next_training(session: Session) -> None:
    for _ in range(3):
        train(session)
    session.rename_run(1, "kept")
    session.remove_run(1)
    session.remove_run(2)
    assert session.removed_run.number == 2
    session.bring_back_run()
    session.bring_back_run()
    session.bring_back_run()
    assert numbers(session) == [1, 2, 3]
    assert session.runs[1].name == "kept"
    session.remove_run(2)
    train(session)
    assert session.removed_run is None
    assert numbers(session) == [1, 3, 4]


def test_undo_does_not_reach_runs(session: Session) -> None:
    train(session)
    before = session.undo_label
    session.rename_run(1, "a name")
    assert session.undo_label == before


def test_a_dropped_run_is_told(session: Session) -> None:
    for _ in range(MAX_RUNS):
        train(session)
    assert texts(session) == []
    train(session)
    assert numbers(session)[0] == 2
    assert texts(session) == [
        "Run 1 is not kept any more: a project keeps at most 20 runs, and those with a name or a "
        "note longest."
    ]
    assert session.notices[0].level is Level.INFO


def test_a_restored_run_is_in_use_with_model_and_settings(session: Session) -> None:
    train_with_model(session, seed=1)
    train_with_model(session, seed=2)
    train_with_model(session, seed=3)
    heard: list[Change] = []
    session.subscribe(heard.append)
    assert session.restore_run(2)
    assert session.run is session.runs[2].run
    assert session.previous_run is session.runs[1].run
    assert session.runs.present == 2
    assert session.project.config.seed == 2
    assert not session.is_stale
    assert session.has_model
    assert session.undo_label == "Restore run 2"
    load = session._worker.last(msg.LoadModel)
    assert load.model.tobytes() == session.run.model
    assert load.settings.seed == 2
    assert texts(session) == ["Run 2 is in use again: its model and its settings."]
    assert Change.RUN | Change.PREVIEW in heard
    session.undo()
    assert session.project.config.seed == 3
    assert session.is_stale
    assert session.run is session.runs[2].run


def test_a_run_that_is_restored_says_if_the_data_have_changed(session: Session) -> None:
    train_with_model(session, seed=1)
    session.remove_samples(session.project.classes[0].id, [0])
    train_with_model(session, seed=2)
    session.restore_run(1)
    assert session.is_stale
    assert texts(session)[-1].startswith(
        "Images or classes have changed since run 1; its figures are those of then."
    )
    session.restore_run(2)
    assert not session.is_stale
    assert len(session.notices) == 1


def test_a_run_without_a_model_can_be_looked_at(session: Session) -> None:
    train(session)
    train_with_model(session)
    session.restore_run(1)
    assert not session.has_model
    assert session.run is session.runs[1].run
    assert "without a model" in texts(session)[0]


def test_nothing_is_restored_while_a_training_is_running(session: Session) -> None:
    train(session)
    train(session)
    start(session)
    assert not session.restore_run(1)
    assert session.is_training
    assert "A training is running" in texts(session)[0]


def test_after_a_restored_run_the_next_training_is_compared_with_it(session: Session) -> None:
    train_with_model(session, seed=1)
    train_with_model(session, seed=2)
    session.restore_run(1)
    train(session)
    assert session.previous_run is session.runs[1].run
    assert numbers(session) == [1, 2, 3]


def test_runs_survive_a_file(desk: Desk, tmp_path: Path) -> None:
    session = desk.session
    train_at(desk, tmp_path)
    train_at(desk, tmp_path)
    session.rename_run(1, "first")
    session.restore_run(1)
    assert session.is_modified
    save(desk, tmp_path / "a.ichdesk")
    assert not session.is_modified
    session.new()
    assert not session.runs
    reopen(desk, tmp_path / "a.ichdesk")
    assert numbers(session) == [1, 2]
    assert session.runs[1].name == "first"
    assert session.run is session.runs[1].run
    assert session.previous_run is None
    assert not session.is_modified
    assert len({kept.run.request_id for kept in session.runs} | {0}) == 3
    session.restore_run(2)
    assert loads(desk)[-1].model.tobytes() == session.runs[2].run.model


def test_a_name_given_while_the_file_is_written_is_not_saved_yet(
    desk: Desk, tmp_path: Path
) -> None:
    train_at(desk, tmp_path)
    desk.session.save(tmp_path / "a.ichdesk")
    desk.session.rename_run(1, "too late")
    desk.finish_jobs()
    assert desk.session.is_modified
    save(desk, tmp_path / "a.ichdesk")
    assert not desk.session.is_modified


def test_a_file_that_opens_after_a_name_was_given_does_not_take_its_place(
    desk: Desk, tmp_path: Path
) -> None:
    train_at(desk, tmp_path)
    save(desk, tmp_path / "a.ichdesk")
    desk.session.open(tmp_path / "a.ichdesk")
    desk.session.rename_run(1, "mine")
    desk.finish_jobs()
    assert desk.session.runs[1].name == "mine"
    assert "was not opened, because you changed the project" in texts(desk.session)[0]


def test_a_tm_file_keeps_no_runs_and_says_so_once(desk: Desk, tmp_path: Path) -> None:
    train_at(desk, tmp_path)
    train_at(desk, tmp_path)
    save(desk, tmp_path / "a.tm")
    assert "does not keep the 2 runs with their models" in texts(desk.session)[-1]
    desk.session.dismiss(desk.session.notices[-1].id)
    train_at(desk, tmp_path)
    save(desk, tmp_path / "a.tm")
    assert texts(desk.session) == []
    assert desk.session.proposed_suffix == ".tm"
    desk.session.rename_run(1, "worth keeping")
    assert desk.session.proposed_suffix == ".ichdesk"


def test_a_run_of_a_deleted_class_can_be_restored(desk: Desk, tmp_path: Path) -> None:
    project = full_project(desk.store)
    run = finished_run(project)
    desk.session._replace_project(project.delete_class(run.class_ids[0]), None, RunBook.of(run))
    assert desk.session.restore_run(1)
    assert desk.session.is_stale
    assert desk.session.run_classes[0][1].endswith("(deleted)")
