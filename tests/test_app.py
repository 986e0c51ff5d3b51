"""The composition root starts, opens, reports and ends the app."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from ichdesk import app
from ichdesk.app import Desk, build
from ichdesk.archive import save_project
from ichdesk.core.project import Project, new_project
from ichdesk.core.samples import ClassBin
from ichdesk.session.state import WorkerStatus
from ichdesk.ui.settings import Settings
from tests.fakes import workers
from tests.ui.conftest import jpeg

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
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


def test_unexpected_error_is_a_message(desk, monkeypatch, caplog):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    app._report_unexpected(desk)
    error = ValueError("boom")
    sys.excepthook(ValueError, error, None)
    assert "unexpected" in desk.session.notices[0].text
    assert desk.session.notices[0].details == ("ValueError",)
    assert "boom" in caplog.text


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
        deadline = time.monotonic() + TIMEOUT_S
        while not any(config.rglob("samples.bin")) and time.monotonic() < deadline:
            time.sleep(0.05)
        _wait_for_window(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT_S) == 128 + signal.SIGINT
    assert "Traceback" not in log.read_text()
    assert not any(config.rglob("samples.bin"))


def _wait_for_window(process: subprocess.Popen[bytes]) -> None:
    """The worker is started after the window was painted."""
    import psutil

    parent = psutil.Process(process.pid)
    deadline = time.monotonic() + TIMEOUT_S
    while not parent.children() and time.monotonic() < deadline:
        time.sleep(0.05)


def _environment(tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    kept.pop("QT_QPA_PLATFORM", None)
    return kept | {
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
