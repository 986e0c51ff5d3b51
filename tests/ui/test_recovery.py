"""The window asks, without getting in the way, what to do with work that a crash left."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from ichdesk import app
from ichdesk.app import Desk, build
from ichdesk.archive import SampleStore
from ichdesk.archive.spool_folder import JOURNAL_NAME
from ichdesk.session.autosave import Autosave
from ichdesk.session.session import Session
from ichdesk.ui import recovery_bar
from ichdesk.ui.recovery_bar import RecoveryBar
from ichdesk.ui.settings import Settings
from tests.fakes import workers
from tests.fakes.runs import RecordingWorker
from tests.ui.conftest import jpeg


def crashed_window(base: Path, name: str, path: Path | None = None) -> Path:
    """Leave a project with two images that was not saved; returns the folder."""
    store = SampleStore(base)
    folder = store.folder()
    session = Session(RecordingWorker(), store, lambda function: function())
    autosave = Autosave(session, store, lambda function: function())
    session.path = path
    project = session.project.add_class(name, [store.add(jpeg(i)) for i in range(2)])
    session._edit("Add", project)
    session.close()
    assert autosave.close(keep=True)
    store.leave()
    return folder


@pytest.fixture
def kept_style(qapp: QApplication) -> Iterator[None]:
    look = qapp.styleSheet(), qapp.palette(), qapp.font(), qapp.style().name()
    yield
    qapp.setStyleSheet(look[0])
    qapp.setStyle(look[3])
    qapp.setPalette(look[1])
    qapp.setFont(look[2])


@pytest.fixture
def open_desk(qtbot: QtBot, tmp_path: Path, kept_style: None) -> Iterator[Callable[[], Desk]]:
    opened: list[Desk] = []

    def make(*, waits: bool = True, closes: bool = True) -> Desk:
        desk = build(Settings(tmp_path / "w.json"), workers.good, tmp_path / "samples")
        opened.extend([desk] if closes else [])
        show(desk)
        if waits:
            qtbot.waitUntil(lambda: bool(desk.recovery.left))
        return desk

    yield make
    for desk in opened:
        desk.close()


def show(desk: Desk) -> None:
    """As the program does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "execute", lambda start: start(desk) or 0)
        app.run([])


def bar_of(desk: Desk) -> RecoveryBar:
    return desk.window.findChild(RecoveryBar)


def test_restores_as_a_project_with_changes(qtbot: QtBot, tmp_path: Path, open_desk) -> None:
    path = tmp_path / "Heads.tm"
    left = crashed_window(tmp_path / "samples", "Bleed", path)
    desk = open_desk()
    bar = bar_of(desk)
    assert bar.isVisible()
    assert bar.heading.text().startswith("ICHDesk did not end properly.")
    text = bar.rows[0].label.text()
    assert text.startswith("“Heads.tm”: 3 classes, 2 images, last changed at ")
    assert desk.session.project.sample_count == 0  # nothing is restored unasked
    qtbot.mouseClick(bar.rows[0].restore_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.session.project.sample_count == 2)
    qtbot.waitUntil(bar.isHidden)
    assert desk.session.path == path
    assert desk.window.isWindowModified()
    qtbot.waitUntil(lambda: not left.exists())
    assert (desk.store.folder() / JOURNAL_NAME).exists()
    assert not path.exists()


def test_several_are_listed_and_each_is_answered(qtbot: QtBot, tmp_path: Path, open_desk) -> None:
    folders = [crashed_window(tmp_path / "samples", name) for name in ("A", "B")]
    desk = open_desk()
    bar = bar_of(desk)
    assert len(bar.rows) == 2
    assert "these projects" in bar.heading.text()
    assert bar.rows[0].label.text().startswith("A project without a name: ")
    assert bar.rows[0].restore_button.accessibleName() == "Restore: A project without a name"
    bar.rows[1].later_button.click()
    bar.rows[0].later_button.click()
    assert bar.isHidden()
    assert all(folder.exists() for folder in folders)


@pytest.mark.parametrize("is_sure", [True, False])
def test_throws_away_only_after_a_question(
    qtbot: QtBot, tmp_path: Path, open_desk, monkeypatch: pytest.MonkeyPatch, is_sure: bool
) -> None:
    folder = crashed_window(tmp_path / "samples", "A")
    monkeypatch.setattr(recovery_bar, "ask_throw_away", lambda *_: is_sure)
    desk = open_desk()
    bar_of(desk).rows[0].delete_button.click()
    if is_sure:
        qtbot.waitUntil(lambda: not folder.exists())
    assert bar_of(desk).isHidden() is is_sure


def test_the_question_names_the_project_and_escape_keeps_it(
    qtbot: QtBot, window, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(box: QMessageBox) -> int:
        asked.append(box.text())
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    assert not recovery_bar.ask_throw_away(window, "“Heads.tm”")
    assert asked == ["Throw away the unsaved changes to “Heads.tm”?"]


def test_asks_first_about_changes_in_the_open_project(
    tmp_path: Path, open_desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed_window(tmp_path / "samples", "A")
    desk = open_desk()
    desk.session.add_class()
    cancel = QMessageBox.StandardButton.Cancel
    monkeypatch.setattr("ichdesk.ui.file_commands.ask_unsaved", lambda *_: cancel)
    bar_of(desk).rows[0].restore_button.click()
    assert desk.session.job is None
    assert len(desk.recovery.left) == 1


def test_a_window_that_nobody_closed_keeps_its_changes(tmp_path: Path, open_desk) -> None:
    desk = open_desk(waits=False, closes=False)
    desk.session.add_class()
    folder = desk.store.folder()
    desk.close(keep_unsaved=True)
    assert (folder / JOURNAL_NAME).exists()
    desk = open_desk()
    assert desk.recovery.left[0].work.classes == 3


@pytest.mark.parametrize("code", [0, 130])
def test_only_a_window_that_its_user_closed_takes_its_changes_with_it(
    tmp_path: Path, kept_style: None, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    desk = build(Settings(tmp_path / "w.json"), workers.good, tmp_path / "samples")
    monkeypatch.setattr(app, "build", lambda: desk)
    for name in ("_report_unexpected", "qInstallMessageHandler"):
        monkeypatch.setattr(app, name, lambda *_, **__: None)
    monkeypatch.setattr(app, "_close_on_interrupt", lambda _: QTimer())
    folder = desk.store.folder()

    def start(desk: Desk) -> None:
        desk.session.add_class()
        QTimer.singleShot(0, lambda: desk.app.exit(code))

    assert app.execute(start) == code
    assert (folder / JOURNAL_NAME).exists() is (code != 0)


def test_the_day_is_told_unless_it_is_today() -> None:
    now = datetime(2026, 5, 6, 9, 30).astimezone()
    assert recovery_bar._when(now, now) == "at 09:30"
    assert recovery_bar._when(now - timedelta(days=1), now) == "on 5 May 2026 at 09:30"
