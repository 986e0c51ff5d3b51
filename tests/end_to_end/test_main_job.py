"""The main job in the real window with the real worker process, embedded weights and real files."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ichdesk.app import Desk, build
from ichdesk.cli import run_command
from ichdesk.core.run import RunPhase
from ichdesk.phantom import phantom_jpegs
from ichdesk.session.state import WorkerStatus
from ichdesk.ui.settings import Settings

PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("project") / "small.tm"
    assert run_command(["phantom", str(path), "--classes", "Hemorrhage=9,Normal=8"]) == 0
    return path


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    desk = build(Settings(tmp_path / "settings.ini"), store_folder=tmp_path)
    desk.window.resize(1280, 720)
    desk.window.show()
    qtbot.waitUntil(lambda: desk.session.worker.status is WorkerStatus.READY, timeout=PATIENCE_MS)
    yield desk
    desk.close()


def open_project(desk: Desk, qtbot: QtBot, path: Path) -> None:
    desk.open(path)
    qtbot.waitUntil(lambda: desk.session.path == path, timeout=PATIENCE_MS)


def set_epochs(desk: Desk, epochs: int) -> None:
    desk.session.set_config(replace(desk.session.project.config, epochs=epochs))


def train(desk: Desk, qtbot: QtBot) -> None:
    assert desk.session.train()
    qtbot.waitUntil(lambda: not desk.session.is_training, timeout=PATIENCE_MS)


def kill_worker() -> None:
    workers = [child for child in multiprocessing.active_children() if child.pid]
    assert len(workers) == 1
    os.kill(workers[0].pid or 0, signal.SIGKILL)


def test_open_train_see_preview_save_and_open_again(
    desk: Desk, qtbot: QtBot, project: Path, tmp_path: Path
) -> None:
    open_project(desk, qtbot, project)
    desk.window.show_under_the_hood(True)
    set_epochs(desk, 12)
    train(desk, qtbot)
    run = desk.session.run
    assert run is not None
    assert run.phase is RunPhase.DONE
    assert [epoch.epoch for epoch in run.history] == list(range(12))
    assert run.test_correct is not None
    assert run.test_correct[1] == 4

    picture = tmp_path / "new.jpg"
    picture.write_bytes(next(iter(phantom_jpegs("Hemorrhage", 1, 99))))
    desk.session.preview_files([picture])
    qtbot.waitUntil(
        lambda: bool(desk.session.preview) and desk.session.preview[0].probabilities is not None,
        timeout=PATIENCE_MS,
    )
    probabilities = desk.session.preview[0].probabilities
    assert probabilities is not None
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)

    model = tmp_path / "m.ichmodel"
    desk.session.export_model(model)
    qtbot.waitUntil(model.exists, timeout=PATIENCE_MS)
    saved = tmp_path / "saved.tm"
    desk.session.save(saved)
    qtbot.waitUntil(lambda: not desk.session.is_modified, timeout=PATIENCE_MS)
    before = desk.session.project
    desk.session.new()
    open_project(desk, qtbot, saved)
    assert desk.session.project.config == before.config
    assert [b.name for b in desk.session.project.classes] == [b.name for b in before.classes]


def test_window_and_command_line_get_the_same_numbers(
    desk: Desk, qtbot: QtBot, project: Path, tmp_path: Path
) -> None:
    open_project(desk, qtbot, project)
    set_epochs(desk, 5)
    train(desk, qtbot)
    results = tmp_path / "r.json"
    command = [sys.executable, "-m", "ichdesk", "train", str(project), "--epochs", "5"]
    subprocess.run([*command, "--json", str(results)], check=True, capture_output=True)
    history = json.loads(results.read_text(encoding="utf-8"))["history"]
    assert desk.session.run is not None
    assert [epoch.test_loss for epoch in desk.session.run.history] == pytest.approx(
        [epoch["test_loss"] for epoch in history], rel=1e-4
    )


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of Unix")
def test_a_killed_worker_costs_nothing_but_the_run(desk: Desk, qtbot: QtBot, project: Path) -> None:
    open_project(desk, qtbot, project)
    set_epochs(desk, 10_000)
    before = desk.session.project
    assert desk.session.train()
    run = desk.session.run
    assert run is not None
    qtbot.waitUntil(lambda: len(run.history) > 2, timeout=PATIENCE_MS)
    kill_worker()
    qtbot.waitUntil(lambda: not run.is_active, timeout=PATIENCE_MS)
    assert run.phase is RunPhase.FAILED
    assert desk.session.notices
    assert desk.session.project is before
    set_epochs(desk, 3)
    train(desk, qtbot)
    assert desk.session.has_model


def test_cancel_ends_the_run_soon(desk: Desk, qtbot: QtBot, project: Path) -> None:
    open_project(desk, qtbot, project)
    set_epochs(desk, 10_000)
    assert desk.session.train()
    run = desk.session.run
    assert run is not None
    qtbot.waitUntil(lambda: len(run.history) > 2, timeout=PATIENCE_MS)
    desk.session.cancel_training()
    qtbot.waitUntil(lambda: not run.is_active, timeout=PATIENCE_MS)
    assert run.phase is RunPhase.CANCELLED
    assert len(run.history) < 10_000


def test_classes_of_one_image_each_still_train(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "two.tm"
    assert run_command(["phantom", str(path), "--classes", "Hemorrhage=1,Normal=1"]) == 0
    open_project(desk, qtbot, path)
    desk.window.show_under_the_hood(True)
    train(desk, qtbot)
    run = desk.session.run
    assert run is not None
    assert run.phase is RunPhase.DONE
    assert run.history[-1].acc is None
    assert run.test_correct is not None
    assert run.test_correct[1] == 2
    assert "“Hemorrhage” and “Normal” was held out" in desk.session.notices[-1].text


def test_demo_without_a_display_leaves_picture_and_results(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    environment |= {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    environment.pop("QT_QPA_PLATFORM", None)
    command = [sys.executable, "-m", "ichdesk", "demo"]
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    picture, results = tmp_path / "ichdesk/demo/demo.png", tmp_path / "ichdesk/demo/demo.json"
    assert str(picture) in result.stdout
    assert picture.stat().st_size > 50_000
    assert json.loads(results.read_text(encoding="utf-8"))["images"] == 60
