"""The composition root starts, opens, reports and ends the app."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from ichdesk import __main__ as entry
from ichdesk import app
from ichdesk.app import Desk, build
from ichdesk.archive import save_project
from ichdesk.core.project import Project, new_project
from ichdesk.core.samples import ClassBin
from ichdesk.session.state import WorkerStatus
from ichdesk.ui import single_instance
from ichdesk.ui.own_folders import tell_unwritable
from ichdesk.ui.settings import Settings
from ichdesk.ui.single_instance import Place
from ichdesk.ui.unexpected import UnexpectedDialog
from tests.fakes import workers
from tests.ui.conftest import jpeg

TIMEOUT_S = 60


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return app.DeskApplication


@pytest.fixture
def desk(qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    sheet, palette, font, style = (
        qapp.styleSheet(),
        qapp.palette(),
        qapp.font(),
        qapp.style().name(),
    )
    desk = build(Settings(tmp_path / "w.ini"), workers.good, tmp_path / "samples")
    yield desk
    desk.close()
    qapp.setStyleSheet(sheet)
    qapp.setStyle(style)
    qapp.setPalette(palette)
    qapp.setFont(font)


@pytest.fixture
def project_file(desk: Desk, tmp_path: Path) -> Path:
    bins = [ClassBin(name, (desk.store.add(jpeg(i)),)) for i, name in enumerate("AB")]
    path = tmp_path / "class.tm"
    save_project(Project(tuple(bins)), path, lambda *_: None)
    return path


def test_worker_starts_after_the_window_is_seen(qtbot, desk):
    desk.window.show()
    assert desk.session.worker.status is WorkerStatus.STARTING
    qtbot.waitUntil(lambda: desk.session.worker.status is WorkerStatus.READY, timeout=30_000)


def test_opens_a_project(qtbot, desk, project_file):
    desk.open(project_file)
    qtbot.waitUntil(lambda: desk.session.path == project_file)


def test_opens_images_as_a_class(qtbot, desk, tmp_path):
    folder = tmp_path / "Normal"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(jpeg(1))
    desk.open(folder)
    qtbot.waitUntil(lambda: desk.session.project.sample_count == 1)


def test_missing_file_is_a_message(qtbot, desk, tmp_path):
    desk.open(tmp_path / "missing.tm")
    qtbot.waitUntil(lambda: bool(desk.session.notices))
    assert desk.session.project.classes[0].name == new_project().classes[0].name


def test_desktop_asks_to_open_a_file(qtbot, qapp, desk, project_file):
    QApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(project_file))))
    qtbot.waitUntil(lambda: desk.session.path == project_file)


def test_desktop_asks_with_a_real_event_for_a_strange_name(qtbot, qapp, desk, project_file):
    strange = project_file.rename(project_file.with_name("Schädel 1 % \N{BRAIN}.tm"))
    QApplication.postEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(strange))))
    qtbot.waitUntil(lambda: desk.session.path == strange)


@pytest.fixture
def hooks(monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)


def test_unexpected_error_is_a_dialog(desk, hooks, caplog):
    app._report_unexpected(desk)
    sys.excepthook(ValueError, ValueError("boom"), None)
    (dialog,) = desk.window.findChildren(UnexpectedDialog)
    assert dialog.isVisible()
    assert "boom" in caplog.text
    dialog.reject()


def test_unexpected_error_of_a_thread_is_a_dialog(qtbot, desk, hooks):
    app._report_unexpected(desk)
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(desk.window.findChildren(UnexpectedDialog)))
    desk.window.findChildren(UnexpectedDialog)[0].reject()


def test_unattended_unexpected_error_is_a_message(desk, hooks):
    app._report_unexpected(desk, unattended=True)
    sys.excepthook(ValueError, ValueError("boom"), None)
    assert "unexpected" in desk.session.notices[0].text
    assert desk.session.notices[0].details == ("ValueError",)


def test_error_at_the_start_is_told(monkeypatch, capsys):
    monkeypatch.setattr(single_instance, "take_place", lambda _: Place())
    monkeypatch.setattr(app, "execute", lambda _: 1 // 0)
    assert entry._open_window([]) == 1
    assert "has to stop" in capsys.readouterr().err


def test_error_at_the_start_is_a_dialog_on_a_screen(monkeypatch, qapp):
    shown = []
    monkeypatch.setattr(app, "has_display", lambda: True)
    monkeypatch.setattr(QMessageBox, "exec", lambda box: shown.append(box.text()))
    app.tell_stop(ValueError("boom"))
    assert "has to stop" in shown[0]


def test_works_when_no_folder_of_the_app_can_be_written_to(
    qtbot, qapp, project_file, tmp_path, monkeypatch
):
    (tmp_path / "file").touch()
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "file" / name))
    desk = build(worker=workers.good)
    try:
        desk.window.show()
        tell_unwritable(desk.session)
        assert "cannot write" in desk.session.notices[0].text
        assert len(desk.session.notices[0].details) == 3
        desk.open(project_file)
        qtbot.waitUntil(lambda: desk.session.path == project_file)
        assert "cannot write" in desk.session.notices[0].text
        desk.session.save(tmp_path / "saved.tm")
        qtbot.waitUntil(lambda: desk.session.path == tmp_path / "saved.tm")
        desk.session.dismiss(desk.session.notices[0].id)
        desk.session.new()
        assert desk.session.notices == ()
    finally:
        desk.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_second_start_opens_its_file_in_the_window_of_the_first(project_file, tmp_path):
    first_file, second_file = (
        Path(shutil.copy(project_file, tmp_path / f"{name}.tm")) for name in ("first", "second")
    )
    environment = _environment(tmp_path)
    command = [sys.executable, "-m", "ichdesk"]
    with tempfile.TemporaryDirectory(prefix="ichdesk-run-") as runtime:
        environment["XDG_RUNTIME_DIR"] = runtime
        first = subprocess.Popen([*command, first_file.name], env=environment, cwd=tmp_path)
        try:
            second = subprocess.Popen([*command, second_file.name], env=environment, cwd=tmp_path)
            settled = tmp_path / "config" / "ichdesk" / "window.json"
            _wait_for(lambda: second.poll() is not None or first.poll() is not None)
            winner = second if first.poll() is not None else first
            _wait_for(lambda: _mentions(settled, "first.tm") and _mentions(settled, "second.tm"))
            winner.send_signal(signal.SIGINT)
            codes = sorted([first.wait(TIMEOUT_S), second.wait(TIMEOUT_S)])
        finally:
            first.kill()
            second.kill()
    assert codes == [0, 128 + signal.SIGINT]


def _mentions(path: Path, text: str) -> bool:
    return path.exists() and text in path.read_text(encoding="utf-8")


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_interrupt_closes_cleanly(tmp_path):
    log = tmp_path / "stderr.txt"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", "import sys; from ichdesk.app import run; sys.exit(run([]))"],
            env=_environment(tmp_path),
            stderr=stderr,
        )
        config = tmp_path / "cache"
        _wait_for(lambda: any(config.rglob("samples.bin")))
        _wait_for_window(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT_S) == 128 + signal.SIGINT
    assert "Traceback" not in log.read_text()
    assert not any(config.rglob("samples.bin"))


def _wait_for_window(process: subprocess.Popen[bytes]) -> None:
    """The worker is started after the window was painted."""
    import psutil

    parent = psutil.Process(process.pid)
    _wait_for(lambda: bool(parent.children()))


def _environment(tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    kept.pop("QT_QPA_PLATFORM", None)
    return kept | {
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
