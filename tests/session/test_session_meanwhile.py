"""What ends in the background after the user went on never touches what is open by then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ichdesk.core.steps import Steps
from ichdesk.protocol import messages as msg
from ichdesk.session import preview
from ichdesk.session.state import PreviewImage
from ichdesk.session.worker_client import WorkerDied
from tests.session.test_session import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.session.close()
    desk.store.close()


def saved(desk: Desk, path: Path) -> Path:
    desk.session.save(path)
    desk.finish_jobs()
    return path


def test_images_do_not_land_in_the_next_project(desk: Desk, tmp_path: Path) -> None:
    class_id = desk.session.project.classes[0].id
    desk.session.import_files([desk.image(tmp_path, "x.png")], class_id)
    desk.session.new()
    desk.finish_jobs()
    assert desk.session.project.sample_count == 0
    assert not desk.session.is_modified
    assert "not added" in desk.session.notices[-1].text


def test_a_save_that_ends_late_leaves_the_next_project_alone(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    went_on: list[bool] = []
    desk.session.save(tmp_path / "a.tm", lambda: went_on.append(True))
    desk.session.new()
    desk.finish_jobs()
    assert (tmp_path / "a.tm").is_file()
    assert desk.session.path is None
    assert not desk.session.is_modified
    assert not went_on


def test_edits_made_while_a_file_opens_are_kept(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    path = saved(desk, tmp_path / "a.tm")
    desk.session.new()
    desk.session.open(path)
    desk.session.add_class()
    desk.finish_jobs()
    assert desk.session.path is None
    assert len(desk.session.project.classes) == 3
    assert "not opened" in desk.session.notices[-1].text


def test_of_two_files_the_last_one_opens(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    first, second = saved(desk, tmp_path / "a.tm"), saved(desk, tmp_path / "b.tm")
    desk.session.open(first)
    desk.session.open(second)
    desk.finish_jobs()
    assert desk.session.path == second


def test_waits_until_files_are_written(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    ended: list[bool] = []
    desk.session.save(tmp_path / "a.tm")
    desk.session.export_samples(tmp_path)
    assert desk.session.is_writing
    desk.session.when_written(lambda: ended.append((tmp_path / "Class 2").is_dir()))
    desk.finish_jobs()
    assert ended == [True]
    assert not desk.session.is_writing


def test_nothing_goes_on_after_a_file_that_was_not_written(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    went_on: list[bool] = []
    desk.session.save(tmp_path / "gone" / "a.tm")
    desk.session.when_written(lambda: went_on.append(True))
    desk.finish_jobs()
    assert not went_on
    assert not desk.session.is_writing
    saved(desk, tmp_path / "a.tm")
    assert not went_on


def test_the_next_run_takes_away_what_was_said_of_the_last(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    assert desk.session.train()
    desk.session.report("Saved nothing.")
    desk.session.handle(WorkerDied(will_restart=True, reason="It stopped."))
    assert [notice.text for notice in desk.session.notices] == ["Saved nothing.", "It stopped."]
    assert desk.session.train()
    assert isinstance(desk.worker.requests[-1], msg.StartTraining)
    assert [notice.text for notice in desk.session.notices] == ["Saved nothing."]


def test_images_that_nobody_wants_any_more_are_not_read(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def read_file(path: Path, _steps: Steps) -> PreviewImage:
        read.append(path.name)
        if path == first:
            desk.session.preview_files([second])  # as if dropped while this one is being read
        return PreviewImage(path.name)

    first, second = desk.image(tmp_path, "a.png"), desk.image(tmp_path, "b.png")
    monkeypatch.setattr(preview, "_read_file", read_file)
    desk.session.preview_files([first, first, first])
    desk.run_until(lambda: bool(desk.session.preview))
    assert [image.name for image in desk.session.preview] == ["b.png"]
    assert read == ["a.png", "b.png"]


def test_deleted_classes_of_a_run_can_still_be_told_apart(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    assert desk.session.train()
    for bin_ in desk.session.project.classes:
        desk.session.delete_class(bin_.id)
    names = [name for _, name in desk.session.run_classes]
    assert names == ["Class 1 (deleted)", "Class 2 (deleted)"]
