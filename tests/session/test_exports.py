"""Exports of the model: asked for, followed, canceled, told, and what happens meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ichdesk.archive import SampleStore
from ichdesk.core.model_facts import parse_facts
from ichdesk.core.project import Project
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change, JobState, Level
from ichdesk.session.worker_client import WorkerDied
from tests.fakes.runs import end, made_session, start, train

OWN = msg.FormatInfo("ichdesk", "ICHDesk model", "For ICHDesk.", ".ichmodel")
PAGE = msg.FormatInfo("page", "A page", "For everybody.", "")
DONE, FAILED, CANCELLED = msg.Outcome.DONE, msg.Outcome.FAILED, msg.Outcome.CANCELLED
PATH = Path("/x/m.ichmodel")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with SampleStore(tmp_path / "samples") as store:
        session = made_session(store, "Hemorrhage", "Normal")
        yield session
        session.close()


def sent(session: Session, kind: type) -> list[msg.Request]:
    return [request for request in session._worker.sent if isinstance(request, kind)]


def number(session: Session) -> int:
    return session._worker.last(msg.SaveModel).request_id


def listed(session: Session, *formats: msg.FormatInfo, error: str | None = None) -> None:
    asked = session._worker.last(msg.ListFormats).request_id
    session.handle(msg.FormatsListed(asked, FAILED if error else DONE, error, formats))


def saved(session: Session, outcome: msg.Outcome = DONE, error: str | None = None) -> None:
    session.handle(msg.ModelSaved(number(session), outcome, error))


def texts(session: Session) -> list[str]:
    return [notice.text for notice in session.notices]


# --- the list of formats -----------------------------------------------------------------------


def test_the_formats_are_asked_for_once(session: Session) -> None:
    assert session.exports.formats == ()
    session.exports.ensure()
    session.exports.ensure()
    listed(session, OWN, PAGE)
    session.exports.ensure()
    assert len(sent(session, msg.ListFormats)) == 1
    assert session.exports.formats == (OWN, PAGE)
    assert session.exports.info("page") is PAGE
    assert session.exports.info("word") is None


@pytest.mark.parametrize("is_answered", [True, False])
def test_the_next_worker_is_asked_again(session: Session, is_answered: bool) -> None:
    session.exports.ensure()
    late = session._worker.last(msg.ListFormats).request_id
    if is_answered:
        listed(session, OWN)
    session.handle(WorkerDied(True, "It ended."))
    session.exports.ensure()
    session.handle(msg.FormatsListed(late, DONE, None, (PAGE,)))
    assert session.exports.formats == ((OWN,) if is_answered else ())
    listed(session, OWN, PAGE)
    assert session.exports.formats == (OWN, PAGE)
    assert len(sent(session, msg.ListFormats)) == 2


def test_a_worker_that_stays_dead_is_not_asked(session: Session) -> None:
    session.handle(WorkerDied(False, "It failed too often."))
    session.exports.ensure()
    assert not sent(session, msg.ListFormats)


def test_a_list_that_cannot_be_made_says_so_until_it_can(session: Session) -> None:
    session.exports.ensure()
    listed(session, error="Something went wrong.")
    assert session.exports.list_error == "Something went wrong."
    session.exports.ensure()
    assert len(sent(session, msg.ListFormats)) == 2
    listed(session, OWN)
    assert (session.exports.list_error, session.exports.formats) == ("", (OWN,))


# --- one export --------------------------------------------------------------------------------


def test_the_model_that_is_shown_is_asked_for_with_its_test(session: Session) -> None:
    train(session)
    session.rename_class(session.project.classes[0].id, "Bleed")
    assert session.exports.start(PATH, "page")
    request = session._worker.last(msg.SaveModel)
    assert (request.path, request.format) == (str(PATH), "page")
    assert request.labels == ("Bleed", "Normal")
    facts = parse_facts(request.facts, 2)
    assert (facts.correct, facts.tested, facts.trained) == (6, 10, 50)


def test_it_is_followed_to_its_end(session: Session) -> None:
    train(session)
    session.exports.ensure()
    listed(session, OWN, PAGE)
    changes: list[Change] = []
    session.subscribe(changes.append)
    session.export_model(Path("/x/page.zip"), "page")
    export = session.exports.going
    assert session.job == JobState("Exporting page.zip")
    assert session.is_writing
    session.handle(msg.ModelProgressed(number(session), "Drawing the page"))
    assert export.stage == "Drawing the page"
    assert session.job == JobState("Exporting page.zip: Drawing the page")
    assert changes == [Change.EXPORTS | Change.JOB] * 2
    saved(session)
    assert (session.exports.going, session.exports.last, session.job) == (None, export, None)
    assert not session.is_writing
    (notice,) = session.notices
    assert notice.level is Level.INFO
    assert notice.text == export.ending
    assert notice.text == "Exported page.zip as A page. For teaching, not for diagnosis."


def test_without_a_list_the_title_is_left_out(session: Session) -> None:
    train(session)
    session.export_model(PATH)
    assert session._worker.last(msg.SaveModel).format == "ichdesk"
    saved(session)
    assert texts(session) == ["Exported m.ichmodel. For teaching, not for diagnosis."]


def test_a_failure_is_told_in_the_words_of_the_worker(session: Session) -> None:
    train(session)
    session.export_model(PATH)
    saved(session, FAILED, "The disk is full.")
    assert session.notices[-1].level is Level.ERROR
    assert session.notices[-1].text == session.exports.last.ending == "The disk is full."
    assert session.exports.problem == ""


def test_one_goes_at_a_time(session: Session) -> None:
    train(session)
    assert session.export_model(PATH)
    assert not session.export_model(Path("/x/other"))
    assert len(sent(session, msg.SaveModel)) == 1
    assert texts(session) == [session.exports.problem]
    assert "wait until it has ended" in session.exports.problem
    saved(session)
    assert session.export_model(Path("/x/other"))


@pytest.mark.parametrize("by_job_bar", [True, False])
def test_canceling_is_sent_once_and_said(session: Session, by_job_bar: bool) -> None:
    train(session)
    session.export_model(PATH)
    cancel = session.cancel_job if by_job_bar else session.exports.cancel
    cancel()
    cancel()
    assert sent(session, msg.Cancel) == [msg.Cancel(number(session))]
    assert session.job == JobState("Exporting m.ichmodel: canceling")
    saved(session, CANCELLED)
    assert session.exports.last.ending == "The export was canceled; m.ichmodel was not written."
    assert session.notices == ()
    assert not session.is_writing


def test_a_cancel_that_comes_too_late_is_no_lie(session: Session) -> None:
    train(session)
    session.export_model(PATH)
    session.exports.cancel()
    saved(session)
    assert session.exports.last.ending.startswith("Exported m.ichmodel")


def test_events_of_another_export_change_nothing(session: Session) -> None:
    train(session)
    session.export_model(PATH)
    first = number(session)
    saved(session)
    session.export_model(PATH)
    session.handle(msg.ModelProgressed(first, "Late"))
    session.handle(msg.ModelSaved(first, FAILED, "Late."))
    assert session.exports.going.stage == ""
    assert len(session.notices) == 1


def test_it_says_why_there_is_nothing_to_export(session: Session) -> None:
    assert "click Train Model first" in session.exports.problem
    assert not session.export_model(PATH)
    assert texts(session) == [session.exports.problem]
    start(session)
    assert "A training is running" in session.exports.problem
    end(session, CANCELLED)
    assert "click Train Model first" in session.exports.problem
    train(session)
    assert session.exports.problem == ""
    assert not sent(session, msg.SaveModel)


# --- meanwhile ---------------------------------------------------------------------------------


def test_a_training_waits_for_the_export_of_the_model_before(session: Session) -> None:
    """The worker does one after another, so the file holds what was on screen."""
    train(session)
    session.export_model(PATH)
    start(session)
    saving, training = session._worker.last(msg.SaveModel), session._worker.last(msg.StartTraining)
    assert session._worker.sent.index(saving) < session._worker.sent.index(training)
    assert not sent(session, msg.Cancel)
    assert session.exports.going is not None
    saved(session)
    assert texts(session) == ["Exported m.ichmodel. For teaching, not for diagnosis."]
    assert session.is_training
    end(session)
    assert len(session.notices) == 1


def test_it_outlives_its_project(session: Session) -> None:
    train(session)
    session.export_model(PATH)
    session._replace_project(Project(), None)
    assert session.exports.going is not None
    assert not sent(session, msg.Cancel)
    saved(session)
    assert texts(session) == ["Exported m.ichmodel. For teaching, not for diagnosis."]
    assert "click Train Model first" in session.exports.problem


def test_closing_waits_for_it(session: Session) -> None:
    train(session)
    session.export_model(PATH)
    closed = []
    session.when_written(lambda: closed.append(True))
    session.handle(msg.ModelProgressed(number(session), "Writing"))
    assert not closed
    saved(session)
    assert closed


@pytest.mark.parametrize("is_canceled", [True, False])
def test_closing_does_not_go_on_after_an_export_that_is_not_there(
    session: Session, is_canceled: bool
) -> None:
    train(session)
    session.export_model(PATH)
    session.when_written(lambda: pytest.fail("the error would not be seen"))
    saved(session, CANCELLED if is_canceled else FAILED, None if is_canceled else "It failed.")
    assert not session.is_writing


@pytest.mark.parametrize(
    ("will_restart", "remedy"),
    [(True, "export the model again"), (False, "save the project and start ICHDesk again")],
)
def test_the_worker_dies_in_the_middle(session: Session, will_restart: bool, remedy: str) -> None:
    train(session)
    session.run.model = b"a model"
    session.export_model(PATH)
    session.handle(WorkerDied(will_restart, "It ended."))
    ending = session.exports.last.ending
    assert ending == f"m.ichmodel was not written, as the training process ended; {remedy}."
    assert ending in texts(session)
    assert (session.exports.going, session.is_writing) == (None, False)
    saved(session)  # late, of the dead one
    assert session.exports.last.outcome is FAILED
    assert session.has_model == will_restart
    assert session.exports.start(PATH) == will_restart


def test_a_worker_that_dies_of_the_cancel_has_followed_it(session: Session) -> None:
    train(session)
    session.export_model(PATH)
    session.exports.cancel()
    session.handle(WorkerDied(True, "It did not answer."))
    assert session.exports.last.ending == "The export was canceled; m.ichmodel was not written."


# --- a run of before ---------------------------------------------------------------------------


def test_an_older_run_is_exported_once_it_is_in_use_again(session: Session) -> None:
    for correct in (2, 4):
        train(session, correct=correct)
        session.run.model = f"model {correct}".encode()
    session.restore_run(1)
    assert session.exports.problem == ""
    session.export_model(PATH)
    loading, saving = session._worker.last(msg.LoadModel), session._worker.last(msg.SaveModel)
    assert session._worker.sent.index(loading) < session._worker.sent.index(saving)
    assert loading.model.tobytes() == b"model 2"
    assert parse_facts(saving.facts, 2).correct == 4  # 2 of 5 in each of two classes


def test_an_older_run_without_a_model_cannot_be_exported(session: Session) -> None:
    train(session)
    train(session)
    session.restore_run(1)
    assert "click Train Model first" in session.exports.problem


def test_edits_after_the_training_do_not_change_what_is_exported(session: Session) -> None:
    train(session)
    session.set_config(replace(session.project.config, epochs=99))
    assert session.is_stale
    assert session.export_model(PATH)
