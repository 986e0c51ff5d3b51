"""The list of shortcuts is that of the menus, whatever comes into them."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from ichdesk.session.session import Session
from ichdesk.ui.about import TourDialog
from ichdesk.ui.main_window import MainWindow


def actions_of(menu: QWidget) -> Iterator[QAction]:
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            yield from actions_of(below)
        yield action


@pytest.fixture
def tour(window: MainWindow, live_session: Session) -> TourDialog:
    live_session.add_class()  # something to be undone has a name of its own
    window.menus.refresh()
    window.show_tour()
    dialog = window.findChild(TourDialog)
    assert isinstance(dialog, TourDialog)
    return dialog


def test_every_shortcut_of_the_menus_is_in_the_list(window: MainWindow, tour: TourDialog) -> None:
    said = dict(tour.shortcuts)
    in_menus = [a for a in actions_of(window.menuBar()) if not a.shortcut().isEmpty()]
    assert len(in_menus) > 15
    for action in in_menus:
        assert said[action.iconText()] == action.shortcut().toString()
    assert len(tour.shortcuts) == len(said) == len(in_menus) + 4


def test_names_say_what_a_key_does_and_not_what_it_would_do_now(tour: TourDialog) -> None:
    said = dict(tour.shortcuts)
    assert said["Export model"] == "Ctrl+E"
    assert said["Runs"] == "Ctrl+R"
    assert said["Undo"] == "Ctrl+Z"
    assert said["Delete selected images"] == "Del, Backspace"
    shown = {label.text() for label in tour.findChildren(QLabel)}
    assert {*said, *said.values()} <= shown
    assert not any("&" in name or "…" in name for name in said)
