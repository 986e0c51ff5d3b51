"""Files from outside come to the open window, after the question that is being asked."""

import os

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from ichdesk.archive import save_project
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin
from ichdesk.ui import file_commands
from ichdesk.ui.arrivals import Arrivals
from ichdesk.ui.doorbell import Call
from tests.ui.conftest import jpeg


@pytest.fixture
def arrivals(window, live_session):
    return Arrivals(window, live_session)


@pytest.fixture
def project_file(live_session, fill, tmp_path):
    fill(Hemorrhage=2, Normal=1)
    path = tmp_path / "class.tm"
    save_project(live_session.project, path, lambda *_: None)
    live_session.new()
    return path


def test_call_opens_its_project(qtbot, arrivals, live_session, project_file):
    arrivals.receive(Call((project_file,)))
    qtbot.waitUntil(lambda: live_session.path == project_file)


def test_call_without_files_brings_the_window_forward(arrivals, window, live_session):
    before = live_session.project
    window.showMinimized()
    arrivals.receive(Call())
    assert not window.isMinimized()
    assert live_session.project is before


def test_activation_token_is_where_qt_looks_for_it(arrivals, monkeypatch):
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "")
    arrivals.receive(Call((), "token"))
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "token"


@pytest.mark.parametrize("discards", [True, False])
def test_unsaved_changes_are_asked_about(
    qtbot, arrivals, live_session, project_file, monkeypatch, discards
):
    buttons = QMessageBox.StandardButton
    answer = buttons.Discard if discards else buttons.Cancel
    monkeypatch.setattr(file_commands, "ask_unsaved", lambda *_: answer)
    live_session.add_class()
    arrivals.receive(Call((project_file,)))
    qtbot.waitUntil(lambda: live_session.job is None)
    if discards:
        qtbot.waitUntil(lambda: live_session.path == project_file)
    else:
        assert len(live_session.project.classes) == 3


def test_file_waits_for_a_question_that_is_being_asked(
    qtbot, arrivals, window, live_session, project_file
):
    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    arrivals.receive(Call((project_file,)))
    assert arrivals._timer.isActive()
    box.done(0)
    qtbot.waitUntil(lambda: live_session.path == project_file)


def test_project_is_chosen_among_several_files(qtbot, arrivals, live_session, project_file):
    arrivals.open([project_file.with_name("a.jpg"), project_file])
    qtbot.waitUntil(lambda: live_session.path == project_file)


def test_several_images_become_a_class_together(qtbot, arrivals, live_session, tmp_path):
    paths = [tmp_path / f"{i}.jpg" for i in range(3)]
    for i, path in enumerate(paths):
        path.write_bytes(jpeg(i))
    arrivals.open(paths)
    qtbot.waitUntil(lambda: live_session.project.sample_count == 3)
    arrivals.open([])


def test_both_kinds_of_project_are_opened(qtbot, arrivals, live_session, tmp_path):
    path = tmp_path / "class.ichdesk"
    save_project(Project((ClassBin("Only here"),)), path)
    arrivals.open([tmp_path / "a.jpg", path])
    qtbot.waitUntil(lambda: live_session.path == path)
    assert [bin_.name for bin_ in live_session.project.classes] == ["Only here"]


def test_a_damaged_project_is_told(qtbot, arrivals, live_session, tmp_path):
    path = tmp_path / "class.ichdesk"
    path.write_bytes(b"")
    arrivals.open([path])
    qtbot.waitUntil(lambda: bool(live_session.notices))
    assert "not a class project" in live_session.notices[0].text
