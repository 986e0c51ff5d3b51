"""From the images of a cell to every edit and back."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ichdesk.archive import SampleStore
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin
from ichdesk.session.session import Session
from ichdesk.ui.cell_images import CellImages
from ichdesk.ui.main_window import MainWindow
from tests.ui.cell_images.hands import finish, move_to, opened, positions, select, told
from tests.ui.conftest import jpeg


def test_removed_images_stay_listed_until_undo(
    qtbot: QtBot, images: CellImages, session: Session, ids: tuple[int, int]
) -> None:
    select(images, 0, 2)
    assert images.selected_label.text() == "2 images selected"
    qtbot.keyClick(images.grid, Qt.Key.Key_Delete)
    assert len(session.project.class_by_id(ids[0]).samples) == 6
    assert [text.endswith("Removed since.") for text in told(images)] == [True, False, True]
    assert images.since_label.text() == "Since the training, 2 were removed."
    assert images.title_label.text() == "3 of 6 Bleed images were called Normal"
    assert "Out of date" in images.chip.text()
    assert not images.grid.selected
    assert images.undo_button.accessibleName() == "Undo remove samples"
    images.undo_button.click()
    assert not any(text.endswith("Removed since.") for text in told(images))
    assert not images.chip.isVisible()
    assert not session.is_stale


def test_a_removed_image_cannot_be_removed_again(
    images: CellImages, session: Session, ids: tuple[int, int]
) -> None:
    select(images, 0)
    images.remove_button.click()
    select(images, 0)
    assert not images.remove_button.isEnabled()
    images.grid.delete_requested.emit()
    assert len(session.project.class_by_id(ids[0]).samples) == 7


def test_moved_images_say_where_they_are(
    images: CellImages, session: Session, ids: tuple[int, int]
) -> None:
    moved = [images.grid.rows[row].prediction.sample for row in (0, 1)]
    select(images, 0, 1)
    images.move_menu.aboutToShow.emit()
    assert [action.text() for action in images.move_menu.actions()] == ["Normal"]
    move_to(images, "Normal")
    assert set(session.project.class_by_id(ids[1]).samples[-2:]) == set(moved)
    assert told(images)[0].endswith("Now in Normal.")
    assert images.since_label.text() == "Since the training, 2 were moved to another class."
    select(images, 0)
    move_to(images, "Bleed")
    assert session.project.class_by_id(ids[0]).samples[-1] == moved[0]
    assert not told(images)[0].endswith("Now in Normal.")


def test_images_of_several_classes_are_one_step_of_undo(
    images: CellImages, session: Session, ids: tuple[int, int]
) -> None:
    session.move_samples(ids[0], [1], ids[1])
    before = session.project
    select(images, 0, 1)
    images.remove_button.click()
    assert session.project.sample_count == before.sample_count - 2
    session.undo()
    assert session.project == before


def test_the_viewer_opens_at_the_image_wherever_it_is(
    qtbot: QtBot, window: MainWindow, images: CellImages, session: Session, ids: tuple[int, int]
) -> None:
    sample = images.grid.rows[0].prediction.sample
    session.move_samples(ids[0], [0, 1], ids[1])
    select(images, 0)
    qtbot.keyClick(images.grid, Qt.Key.Key_Return)
    assert window.companions.get("viewer") is not None
    assert window.companions.get("viewer").trail is not None
    assert window.companions.get("viewer").trail.here.sample == sample
    assert window.companions.get("viewer").trail.here.class_id == ids[1]


def test_enter_opens_the_image_with_the_keyboard_unless_it_is_gone(
    qtbot: QtBot, window: MainWindow, images: CellImages
) -> None:
    select(images, 0)
    images.remove_button.click()
    qtbot.keyClick(images.grid, Qt.Key.Key_Return)
    assert window.companions.get("viewer") is None
    images.undo_button.click()
    assert not images.grid.selected
    qtbot.keyClick(images.grid, Qt.Key.Key_Return)
    assert window.companions.get("viewer") is not None


def test_show_in_class_selects_it_in_its_card(
    window: MainWindow, images: CellImages, session: Session, ids: tuple[int, int]
) -> None:
    session.remove_samples(ids[0], [0])
    sample = images.grid.rows[0].prediction.sample
    select(images, 0)
    images.class_button.click()
    strip = window.canvas.surface.class_cards[ids[0]].strip
    assert [strip.samples[row] for row in strip.selected_rows] == [sample]


def test_one_of_two_equal_images_is_removed_alone(
    qtbot: QtBot, window: MainWindow, session: Session, store: SampleStore
) -> None:
    twin = store.add(jpeg(1))
    bleeds = (twin, store.add(jpeg(2)), twin, *(store.add(jpeg(9 + k)) for k in range(4)))
    normals = tuple(store.add(jpeg(50 + k)) for k in range(6))
    bins = (ClassBin("Bleed", bleeds), ClassBin("Normal", normals))
    session._replace_project(Project(bins), None)
    finish(session)
    window.companions.show_cell_images(None)
    images = opened(qtbot, window)
    assert positions(images) == [1, 2, 0]
    select(images, 1)
    images.remove_button.click()
    assert [row.place is None for row in images.grid.rows] == [False, True, False]
