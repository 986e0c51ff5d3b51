"""Saving and opening .ichdesk files as the window offers it."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QFileDialog

from ichdesk.archive import SampleStore, save_project
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin
from ichdesk.protocol import messages as msg
from ichdesk.ui import file_commands
from ichdesk.ui.cards.training_status import TrainingStatus
from ichdesk.ui.dropped import dropped_project
from ichdesk.ui.widgets.file_dialogs import PROJECT_KINDS, SAVE_PROJECT_KINDS, ask_save_path
from tests.fakes.runs import made_session, train


@pytest.fixture
def asked(monkeypatch):
    """What the dialog was asked with; its answers are taken from the end of a list."""
    calls, answers = [], []

    def ask(_parent, title, name, kinds):
        calls.append((title, Path(name).name, kinds))
        return answers.pop() if answers else None

    monkeypatch.setattr(file_commands, "ask_save_path", ask)
    return calls, answers


def test_a_new_project_is_proposed_as_ichdesk(window, asked) -> None:
    window.save()
    assert asked[0] == [("Save project", "project.ichdesk", SAVE_PROJECT_KINDS)]


def test_a_tm_project_stays_one_until_it_would_lose_something(
    window, live_session, asked, tmp_path
) -> None:
    live_session.path = tmp_path / "class.v2.tm"
    window.save_as()
    assert asked[0][-1][1] == "class.v2.tm"
    slices = tuple(_hu_samples(live_session))
    live_session._edit("Add images", Project((ClassBin("A", slices),)))
    window.save_as()
    assert asked[0][-1][1] == "class.v2.ichdesk"


def _hu_samples(session):
    from tests.fakes.projects import full_project

    return full_project(session._store).classes[0].samples


def test_a_name_with_a_dot_still_gets_a_suffix(
    qtbot, window, live_session, asked, tmp_path
) -> None:
    asked[1].append(tmp_path / "class 2.5")
    window.save_as()
    qtbot.waitUntil(lambda: live_session.path is not None)
    assert live_session.path == tmp_path / "class 2.5.ichdesk"
    before = live_session.path.stat().st_mtime_ns
    asked[1].append(tmp_path / "class 2.5")
    window.save_as()
    assert "exists already" in live_session.notices[-1].text
    assert live_session.path.stat().st_mtime_ns == before


def test_title_and_recent_files(qtbot, window, live_session, settings, asked, tmp_path) -> None:
    path = tmp_path / "class.ichdesk"
    asked[1].append(path)
    window.save_as()
    qtbot.waitUntil(lambda: window.windowTitle() == "class.ichdesk[*] - ICHDesk")
    assert not window.isWindowModified()
    assert settings.recent == [path]
    live_session.add_class()
    qtbot.waitUntil(window.isWindowModified)
    live_session.undo()
    qtbot.waitUntil(lambda: not window.isWindowModified())


def test_a_project_that_is_dropped_is_opened(qtbot, window, live_session, tmp_path) -> None:
    path = tmp_path / "class.ICHDESK"
    save_project(Project((ClassBin("Only here"),)), path)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    assert dropped_project(mime) == path
    window.open_path(path)
    qtbot.waitUntil(lambda: live_session.path == path)
    assert "*.ichdesk" in PROJECT_KINDS
    assert "*.tm" in PROJECT_KINDS


def test_the_kind_that_is_chosen_gives_the_suffix(qtbot, window, monkeypatch, tmp_path) -> None:
    seen = []

    def exec_(dialog):
        seen.append((dialog.selectedNameFilter(), dialog.defaultSuffix()))
        dialog.filterSelected.emit("Teachable Machine project (*.tm)")
        seen.append(dialog.defaultSuffix())
        return QFileDialog.DialogCode.Rejected

    monkeypatch.setattr(QFileDialog, "exec", exec_)
    ask_save_path(window, "Save project", str(tmp_path / "a.ichdesk"), SAVE_PROJECT_KINDS)
    assert seen == [("ICHDesk project (*.ichdesk)", "ichdesk"), "tm"]


def test_a_result_without_its_model_can_be_trained_again(tmp_path) -> None:
    with SampleStore(tmp_path) as store:
        session = made_session(store, "A", "B")
        train(session)
        assert TrainingStatus.of(session, 0.0).trained
        session.run.model = b"a model"
        session._load_model()
        failed = msg.ModelLoaded(session._loading, msg.Outcome.FAILED, "It does not fit.")
        session.handle(failed)
        status = TrainingStatus.of(session, 0.0)
        assert status.button == "Train Model"
        assert not status.trained
        assert status.result
        session.close()
