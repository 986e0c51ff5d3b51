"""The window with the map: from a lasso to every edit and back, by mouse and by keyboard."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.similarity import map_export, map_text
from ichdesk.ui.similarity.similarity_window import SimilarityWindow
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.maps import asked, see_map
from tests.fakes.runs import start, train

LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def theme(qtbot: QtBot) -> Theme:
    return Theme(Mode.LIGHT)


@pytest.fixture
def empty(qtbot: QtBot, session: Session, theme: Theme, bridge: Bridge) -> SimilarityWindow:
    """Before there is a run."""
    window = SimilarityWindow(session, theme, bridge.post)
    qtbot.addWidget(window)
    session.subscribe(window.refresh)
    with qtbot.waitExposed(window):
        window.show()
    return window


@pytest.fixture
def window(qtbot: QtBot, session: Session, empty: SimilarityWindow) -> SimilarityWindow:
    """With the map of a run: image i of class k lies at (i, 10 k)."""
    train(session)
    session.run.model = b"model"
    session._notify(Change.RUN)
    qtbot.waitUntil(lambda: bool(asked(session)))
    see_map(session)
    return empty


def place(window: SimilarityWindow, row: int) -> QPoint:
    return window.view.map._layout.point(row).toPoint()


def lasso(
    qtbot: QtBot, window: SimilarityWindow, first: int, last: int, *, adds: bool = False
) -> None:
    """Around all points of a row of the grid, from one to another."""
    view, modifier = window.view.map, SHIFT if adds else Qt.KeyboardModifier.NoModifier
    left, right = view._layout.point(first), view._layout.point(last)
    corners = [(left, -4, -9), (right, 4, -9), (right, 4, 9), (left, -4, 9)]
    points = [(corner + QPointF(x, y)).toPoint() for corner, x, y in corners]
    qtbot.mousePress(view, LEFT, modifier, points[0])
    for point in points[1:]:
        qtbot.mouseMove(view, point)
    qtbot.mouseRelease(view, LEFT, modifier, points[-1])


def counts(session: Session) -> list[int]:
    return [len(bin_.samples) for bin_ in session.project.classes]


def test_it_says_what_to_do_before_there_is_a_run(
    empty: SimilarityWindow, session: Session
) -> None:
    assert empty.empty_label.isVisible()
    assert empty.empty_label.text() == map_text.NO_RUN
    start(session)
    assert empty.empty_label.text() == map_text.WAITING
    assert not empty.export.isEnabled()


def test_a_lasso_lists_images(qtbot: QtBot, window: SimilarityWindow) -> None:
    lasso(qtbot, window, 3, 6)
    assert [image.row for image in window.selected.images] == [3, 4, 5, 6]
    assert window.selected_label.text() == "4 images selected"
    told = window.selected.model().index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "Hemorrhage, image 5, training image."
    assert window.actions_row.count_label.text() == "4 images selected"
    lasso(qtbot, window, 40, 41, adds=True)
    assert window.view.map.selected == [3, 4, 5, 6, 40, 41]
    assert not window.neighbors.isVisible()
    qtbot.keyClick(window.view.map, Qt.Key.Key_Escape)
    assert window.selected.images == ()
    assert window.hint_label.isVisible()


def test_remove_and_undo(qtbot: QtBot, window: SimilarityWindow, session: Session) -> None:
    lasso(qtbot, window, 3, 6)
    window.actions_row.remove_button.click()
    assert counts(session) == [26, 30]
    assert window.view.legend.texts[-1] == "Removed since (4)"
    assert [image.remark for image in window.selected.images] == ["Removed since"] * 4
    assert not window.actions_row.remove_button.isEnabled()
    assert "Out of date" in window.chip.text()
    window.actions_row.undo_button.click()
    assert counts(session) == [30, 30]
    assert not window.chip.isVisible()
    assert window.actions_row.remove_button.isEnabled()


def test_delete_takes_out_what_is_selected_in_the_list(
    qtbot: QtBot, window: SimilarityWindow, session: Session
) -> None:
    lasso(qtbot, window, 3, 6)
    model = window.selected.model()
    window.selected.setCurrentIndex(model.index(1, 0))
    assert window.actions_row.count_label.text() == "1 image selected"
    qtbot.keyClick(window.selected, Qt.Key.Key_Delete)
    assert [s.sha256 for s in session.project.classes[0].samples[3:5]] == [
        "Hemorrhage3",
        "Hemorrhage5",
    ]
    assert len(window.selected.images) == 4


def test_delete_on_the_map(qtbot: QtBot, window: SimilarityWindow, session: Session) -> None:
    qtbot.mouseClick(window.view.map, LEFT, pos=place(window, 35))
    qtbot.keyClick(window.view.map, Qt.Key.Key_Delete)
    assert counts(session) == [30, 29]


def test_move_to_another_class(qtbot: QtBot, window: SimilarityWindow, session: Session) -> None:
    lasso(qtbot, window, 3, 6)
    menu = window.actions_row.move_menu
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["Normal"]
    menu.actions()[0].trigger()
    assert counts(session) == [26, 34]
    assert window.selected.images[0].remark == "Now in Normal"
    session.undo()
    assert counts(session) == [30, 30]


def test_one_image_shows_its_neighbors(qtbot: QtBot, window: SimilarityWindow) -> None:
    qtbot.mouseClick(window.view.map, LEFT, pos=place(window, 35))
    assert len(window.neighbors.images) == 8
    assert window.neighbors_label.text() == (
        "Normal, image 6: all of its 8 nearest neighbors are of its class."
    )
    second = window.neighbors.images[1]
    box = window.neighbors.visualRect(window.neighbors.model().index(1, 0))
    qtbot.mouseClick(window.neighbors.viewport(), LEFT, pos=box.center())
    assert window.view.map.current == second.row
    assert window.view.map.selected == [35]


def test_images_open_in_the_viewer(
    qtbot: QtBot, window: SimilarityWindow, session: Session
) -> None:
    bleed, normal = (bin_.id for bin_ in session.project.classes)
    session.remove_samples(normal, [0])
    with qtbot.waitSignal(window.view_requested) as asked_for:
        qtbot.mouseDClick(window.view.map, LEFT, pos=place(window, 35))
    assert asked_for.args == [normal, 4]
    window.view.map.go_to(2)
    with qtbot.waitSignal(window.view_requested) as asked_for:
        qtbot.keyClick(window.view.map, Qt.Key.Key_Return)
    assert asked_for.args == [bleed, 2]
    window.view.map.go_to(30)
    with qtbot.assertNotEmitted(window.view_requested):
        qtbot.keyClick(window.view.map, Qt.Key.Key_Return)
    window.view.map.select({7})
    with qtbot.waitSignal(window.view_requested) as asked_for:
        window.neighbors.view_requested.emit(0)
    assert asked_for.args == [bleed, window.neighbors.images[0].row]
    with qtbot.waitSignal(window.class_requested) as asked_for:
        window.actions_row.class_button.click()
    assert asked_for.args == [bleed, 7]


def test_the_menu_acts_on_the_selection(
    qtbot: QtBot, window: SimilarityWindow, session: Session
) -> None:
    window.view.map.select({1, 2})
    window.view.map.menu_requested.emit(place(window, 1))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    texts = [action.text().partition("\t")[0] for action in menu.actions()]
    assert texts == [
        "Open in &viewer",
        "&Show in class",
        "&Remove from the project",
        "&Move to class",
    ]
    menu.actions()[2].trigger()
    menu.close()
    assert counts(session) == [28, 30]


def test_all_images_of_a_class_stay_with_the_map_if_it_is_deleted(
    window: SimilarityWindow, session: Session
) -> None:
    session.delete_class(session.project.classes[1].id)
    assert window.view.legend.texts == ["Hemorrhage (30)", "Removed since (30)"]
    window.view.map.select({40})
    assert window.selected.images[0].title == "Normal (deleted)"


def test_it_can_be_copied_and_saved(
    window: SimilarityWindow, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.export.copy_button.click()
    assert QGuiApplication.clipboard().image().size() == window.export.image().size()
    window.export.table_button.click()
    assert QGuiApplication.clipboard().text().count("\n") == 61
    for name in ("map.png", "map.csv"):
        monkeypatch.setattr(map_export, "ask_save_path", lambda *_, n=name: tmp_path / n)
        window.export.save_button.click()
    window.export.close_files()
    assert QImage(str(tmp_path / "map.png")).size() == window.export.image().size()
    assert (tmp_path / "map.csv").read_text("utf-8-sig").startswith("Class,Image,Split")


def test_a_folder_that_is_gone_is_a_sentence(
    qtbot: QtBot,
    window: SimilarityWindow,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(map_export, "ask_save_path", lambda *_: tmp_path / "gone" / "map.png")
    window.export.save_button.click()
    qtbot.waitUntil(lambda: bool(session.notices))
    assert "map.png could not be saved" in session.notices[-1].text


def test_the_menu_of_the_main_window_opens_it_once(
    qtbot: QtBot, window_with_data: MainWindow
) -> None:
    action = next(a for a in window_with_data.menus.companions if "milarity" in a.text())
    action.trigger()
    opened = window_with_data.companions.get("similarity")
    assert isinstance(opened, SimilarityWindow)
    action.trigger()
    assert window_with_data.companions.get("similarity") is opened
    opened.close()
    qtbot.waitUntil(lambda: window_with_data.companions.get("similarity") is None)


@pytest.fixture
def window_with_data(
    make_window: Callable[[], MainWindow], fill: Callable[..., None]
) -> MainWindow:
    made = make_window()
    fill(Bleed=3, Normal=3)
    return made
