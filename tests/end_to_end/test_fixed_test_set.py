"""Train, lock the split, add images and train again: the test is the same, also from the file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ichdesk.app import Desk, build
from ichdesk.cli import run_command
from ichdesk.core.project import Project
from ichdesk.core.run import RunPhase, TrainingRun
from ichdesk.core.split_facts import BY_TEST_SET
from ichdesk.session.state import WorkerStatus
from ichdesk.ui.settings import Settings

PATIENCE_MS = 120_000


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    desk = build(Settings(tmp_path / "settings.ini"), store_folder=tmp_path)
    desk.window.resize(1280, 720)
    desk.window.show()
    qtbot.waitUntil(lambda: desk.session.worker.status is WorkerStatus.READY, timeout=PATIENCE_MS)
    yield desk
    desk.close()


def opened(desk: Desk, qtbot: QtBot, path: Path) -> None:
    desk.open(path)
    qtbot.waitUntil(lambda: desk.session.path == path, timeout=PATIENCE_MS)


def trained(desk: Desk, qtbot: QtBot) -> TrainingRun:
    assert desk.session.train()
    qtbot.waitUntil(lambda: not desk.session.is_training, timeout=PATIENCE_MS)
    run = desk.session.run
    assert run is not None
    assert run.phase is RunPhase.DONE
    return run


def images(run: TrainingRun, *, tested: bool) -> list[list[str]]:
    """Contents of the images on one side, by class."""
    sides = run.test if tested else run.train
    pairs = zip(run.key[0], sides, strict=True)
    return [[samples[i].sha256 for i in rows] for (_, samples), rows in pairs]


def marked(project: Project) -> list[list[str]]:
    return [[s.sha256 for s in b.samples if s.is_test] for b in project.classes]


def test_a_locked_test_set_outlives_new_images_and_the_file(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    small, more, kept = (tmp_path / name for name in ("small.tm", "more", "kept.ichdesk"))
    assert run_command(["phantom", str(small), "--classes", "Hemorrhage=9,Normal=8"]) == 0
    twenty = tmp_path / "twenty.tm"
    command = ["phantom", str(twenty), "--classes", "Hemorrhage=10,Normal=10", "--seed", "7"]
    assert run_command(command) == 0
    assert run_command(["convert", str(twenty), str(more)]) == 0
    session = desk.session
    opened(desk, qtbot, small)
    first = trained(desk, qtbot)
    assert [len(own) for own in images(first, tested=True)] == [2, 2]

    lock = desk.window.menus.lock_split
    qtbot.waitUntil(lock.isEnabled, timeout=PATIENCE_MS)
    lock.trigger()
    assert not session.is_stale
    again = trained(desk, qtbot)  # nothing but the rule has changed, so the result has not
    assert again.split is not None
    assert again.split.by == BY_TEST_SET
    assert again.history == first.history

    session.import_files([more])
    qtbot.waitUntil(lambda: session.project.sample_count == 37, timeout=PATIENCE_MS)
    assert session.is_stale
    larger = trained(desk, qtbot)
    held = images(first, tested=True)
    assert images(larger, tested=True) == held
    assert marked(session.project) == held
    assert sum(map(len, images(larger, tested=False))) == 33
    for learned, tested in zip(images(larger, tested=False), held, strict=True):
        assert not set(learned) & set(tested)
    status = desk.window.canvas.surface.training_card.split_label
    qtbot.waitUntil(lambda: status.text().startswith("Fixed test set"), timeout=PATIENCE_MS)

    session.save(kept)
    qtbot.waitUntil(lambda: session.path == kept, timeout=PATIENCE_MS)
    session.new()
    opened(desk, qtbot, kept)
    assert session.notices == ()
    assert marked(session.project) == held
    assert not session.is_stale
    session.release_test_set()
    assert session.is_stale
