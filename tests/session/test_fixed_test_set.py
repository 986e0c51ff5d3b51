"""The fixed test set is filled by import, by moving and by locking, each one step to undo."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ichdesk.core.project import Project
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Level
from tests.session.test_session import Desk, trained


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.session.close()
    desk.store.close()


def fixed(project: Project) -> list[tuple[int, ...]]:
    return [bin_.positions(is_test=True) for bin_ in project.classes]


def ids(session: Session) -> list[int]:
    return [bin_.id for bin_ in session.project.classes]


def texts(session: Session) -> list[str]:
    return [notice.text for notice in session.notices]


def add_test_image(desk: Desk, folder: Path, name: str, shade: int = 200) -> None:
    path = desk.image(folder, name, shade)
    desk.session.import_files([path], ids(desk.session)[0], is_test=True)
    desk.finish_jobs()


def test_images_are_imported_into_it(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    before = desk.session.project
    add_test_image(desk, tmp_path, "new.png")
    assert fixed(desk.session.project) == [(3,), ()]
    assert desk.session.undo_label == "Add test images"
    assert desk.session.notices == ()
    desk.session.undo()
    assert desk.session.project == before


def test_folders_go_to_the_class_of_their_name_and_make_none(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    for number, name in enumerate(("Class 2", "Class 1", "Normal")):
        desk.image(tmp_path / "set" / name, "x.png", 200 + number)
    desk.session.import_files([tmp_path / "set"], is_test=True)
    desk.finish_jobs()
    assert fixed(desk.session.project) == [(3,), (3,)]
    assert len(desk.session.project.classes) == 2
    assert texts(desk.session) == [
        "“Normal” was not added to the test set, as no class has that name; rename the folder, or "
        "drop it on the row of its class."
    ]
    desk.session.undo()
    assert fixed(desk.session.project) == [(), ()]


def test_a_folder_of_another_name_is_taken_where_it_was_dropped(desk: Desk, tmp_path: Path) -> None:
    for number, name in enumerate(("batch 1", "Class 1")):
        desk.image(tmp_path / "set" / name, "x.png", 200 + number)
    desk.session.import_files([tmp_path / "set"], ids(desk.session)[1], is_test=True)
    desk.finish_jobs()
    assert fixed(desk.session.project) == [(0,), (0,)]
    assert desk.session.notices == ()


def test_images_of_no_class_are_told(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    before = desk.session.project
    desk.session.import_files([desk.image(tmp_path, "new.png", 200)], is_test=True)
    desk.finish_jobs()
    assert desk.session.project is before
    assert texts(desk.session) == [
        "The images were not added; drop them on the row of their class in the test set."
    ]


def test_the_class_that_is_written_the_same_comes_first(desk: Desk, tmp_path: Path) -> None:
    for name in ("bleed", "Bleed"):
        desk.session.rename_class(desk.session.add_class(), name)
    for number, name in enumerate(("Bleed", "BLEED")):
        desk.image(tmp_path / str(number) / name, "x.png", 200 + number)
        desk.image(tmp_path / str(number) / "other", "x.png", 220 + number)
        desk.session.import_files([tmp_path / str(number)], is_test=True)
    desk.finish_jobs()
    assert [len(positions) for positions in fixed(desk.session.project)] == [0, 0, 1, 1]


def test_a_folder_of_train_and_test_says_which_is_which(desk: Desk, tmp_path: Path) -> None:
    for number, name in enumerate(("Train/Bleed", "Train/Normal", "test/Normal", "test/Bleed")):
        desk.image(tmp_path / "set" / name, "x.png", 200 + number)
    desk.session.import_files([tmp_path / "set"])
    desk.finish_jobs()
    bins = desk.session.project.classes[2:]
    assert [(b.name, [s.is_test for s in b.samples]) for b in bins] == [
        ("Bleed", [False, True]),
        ("Normal", [False, True]),
    ]
    assert desk.session.notices == ()


def test_among_other_folders_they_are_classes(desk: Desk, tmp_path: Path) -> None:
    for number, name in enumerate(("train", "test", "third")):
        desk.image(tmp_path / "set" / name, "x.png", 200 + number)
    desk.session.import_files([tmp_path / "set"])
    desk.finish_jobs()
    names = [bin_.name for bin_ in desk.session.project.classes[2:]]
    assert sorted(names) == ["test", "third", "train"]
    assert desk.session.project.test_count == 0


def test_what_holds_no_test_image_is_said(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_bytes(b"no image")
    desk.session.import_files([tmp_path / "notes.png"], ids(desk.session)[0], is_test=True)
    desk.finish_jobs()
    assert "notes.png" in texts(desk.session)[-1]


def test_an_image_that_is_in_a_class_too_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    add_test_image(desk, tmp_path, "copy.png", 70)  # as the first of class 2
    assert texts(desk.session)[-1].startswith("1 of the 1 image is in the classes, too.")
    assert desk.session.notices[-1].level is Level.WARNING


def test_so_is_an_image_of_the_test_set_that_is_added_to_a_class(
    desk: Desk, tmp_path: Path
) -> None:
    desk.fill(tmp_path)
    add_test_image(desk, tmp_path, "new.png")
    paths = [desk.image(tmp_path, f"{shade}.png", shade) for shade in (200, 210)]
    desk.session.import_files(paths, ids(desk.session)[1])
    desk.finish_jobs()
    assert texts(desk.session)[-1].startswith("1 of the 2 images is in the test set, too.")


def test_moving_keeps_the_side_or_changes_it_in_one_step(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    session = desk.session
    first, second = ids(session)
    session.move_samples(first, [0, 2], first, is_test=True)
    assert (fixed(session.project), session.undo_label) == ([(0, 2), ()], "Move to test set")
    session.move_samples(first, [2], second)
    assert (fixed(session.project), session.undo_label) == ([(0,), (3,)], "Move samples")
    session.move_samples(second, [0, 3], second, is_test=False)
    assert (fixed(session.project), session.undo_label) == ([(0,), ()], "Move out of test set")
    session.move_samples(first, [0], second, is_test=False)
    assert fixed(session.project) == [(), ()]
    assert [len(bin_.samples) for bin_ in session.project.classes] == [1, 5]
    for _ in range(4):
        session.undo()
    assert fixed(session.project) == [(), ()]
    assert [len(bin_.samples) for bin_ in session.project.classes] == [3, 3]


def test_what_is_moved_or_removed_with_others_stays_on_its_side(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    first, second = ids(desk.session)
    desk.session.move_samples(first, [1, 2], first, is_test=True)
    desk.session.move_from_classes({first: [0, 1]}, second)
    assert fixed(desk.session.project) == [(0,), (4,)]
    desk.session.remove_from_classes({first: [0], second: [0]})
    assert fixed(desk.session.project) == [(), (3,)]


def test_moving_nowhere_is_no_edit(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    before, first = desk.session.project, ids(desk.session)[0]
    desk.session.move_samples(first, [0], first)
    desk.session.move_samples(first, [0], first, is_test=False)
    desk.session.move_samples(first, [], first, is_test=True)
    assert desk.session.project is before


def test_emptying_a_class_leaves_the_test_set(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    first = ids(desk.session)[0]
    desk.session.move_samples(first, [1], first, is_test=True)
    desk.session.remove_all_samples(first)
    assert fixed(desk.session.project) == [(0,), ()]
    assert len(desk.session.project.classes[0].samples) == 1


def test_locking_the_split_keeps_the_model_and_is_one_step(desk: Desk, tmp_path: Path) -> None:
    session = desk.session
    assert "Train a model first" in session.lock_problem
    trained(desk, tmp_path)
    before = session.project
    assert session.lock_problem == ""
    session.lock_split()
    assert fixed(session.project) == [(2,), (0,)]
    assert session.undo_label == "Lock split"
    assert not session.is_stale
    assert texts(session)[-1].startswith("The 2 images that were held out are now the fixed test")
    session.undo()
    assert session.project == before
    assert not session.is_stale
    session.redo()
    session.release_test_set()
    assert session.project == before
    assert session.undo_label == "Release test set"


def test_a_locked_split_survives_new_images(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path)
    session = desk.session
    session.lock_split()
    paths = [desk.image(tmp_path, f"new {shade}.png", shade) for shade in range(200, 220)]
    session.import_files(paths, ids(session)[0])
    desk.finish_jobs()
    assert fixed(session.project) == [(2,), (0,)]
    assert session.is_stale
    assert session.train()
    request = desk.worker.requests[-1]
    assert isinstance(request, msg.StartTraining)
    tested = [[i for i, s in enumerate(c.samples) if s.is_test] for c in request.classes]
    assert tested == [[2], [0]]


def test_a_second_lock_is_refused_with_a_reason(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path)
    desk.session.lock_split()
    kept = desk.session.project
    desk.session.lock_split()
    assert desk.session.project is kept
    assert "release it first" in texts(desk.session)[-1]


def test_held_out_images_that_are_gone_are_told(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path)
    session = desk.session
    first, second = ids(session)
    session.remove_from_classes({first: [2], second: [0]})
    session.lock_split()
    assert fixed(session.project) == [(), ()]
    assert texts(session)[-1].startswith("None of the images that were held out")


def test_training_on_test_images_alone_is_refused(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    second = ids(desk.session)[1]
    desk.session.move_samples(second, range(3), second, is_test=True)
    assert not desk.session.train()
    assert "outside the test set" in texts(desk.session)[-1]


def test_luck_knows_that_the_test_is_fixed(desk: Desk, tmp_path: Path) -> None:
    trained(desk, tmp_path)
    assert not desk.session.luck.is_test_fixed
    desk.session.lock_split()
    assert desk.session.luck.is_test_fixed
    assert desk.session.luck.start(5, same_split=True)
    request = desk.worker.requests[-1]
    assert isinstance(request, msg.RepeatTraining)
    assert [sum(s.is_test for s in c.samples) for c in request.classes] == [1, 1]


def test_a_test_image_in_preview_is_the_one_that_was_chosen(desk: Desk, tmp_path: Path) -> None:
    desk.fill(tmp_path)
    first = ids(desk.session)[0]
    desk.session.move_samples(first, [1], first, is_test=True)
    desk.session.preview_samples(first, [1])
    desk.run_until(lambda: bool(desk.session.preview))
    pixels = desk.session.preview[0].pixels
    assert pixels is not None
    assert int(np.median(pixels)) == 11
