"""From the menu and from the confusion matrix to the gallery, and from there to an image."""

import pytest
from pytestqt.qtbot import QtBot

from ichdesk.session.session import Session
from ichdesk.ui.gallery.gallery_window import GalleryWindow
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.panels.confusion_matrix import ConfusionMatrixPanel
from tests.ui.gallery.conftest import finish

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def opened(qtbot: QtBot, window: MainWindow) -> GalleryWindow:
    gallery = window.companions.get("gallery")
    assert isinstance(gallery, GalleryWindow)
    qtbot.waitExposed(gallery)
    return gallery


def test_ctrl_g_opens_it_and_it_follows_the_session(
    qtbot: QtBot, window: MainWindow, session: Session, ids: tuple[int, ...]
) -> None:
    action = next(a for a in window.menus.companions if a.shortcut().toString() == "Ctrl+G")
    action.trigger()
    gallery = opened(qtbot, window)
    finish(session)
    qtbot.waitUntil(lambda: len(gallery.columns.lists) == 3)
    session.rename_class(ids[0], "No bleed")
    assert gallery.columns.headings[0].name_label.text() == "No bleed"
    gallery.columns.lists[1].class_requested.emit(0)
    strip = window.canvas.surface.class_cards[ids[1]].strip
    assert strip.selected_rows == [1]
    gallery.columns.lists[1].view_requested.emit(0)
    assert window.companions.get("viewer") is not None


def test_the_confusion_matrix_opens_it(qtbot: QtBot, window: MainWindow, session: Session) -> None:
    finish(session)
    window.show_under_the_hood(True)
    window.findChildren(ConfusionMatrixPanel)[0].gallery_button.click()
    assert opened(qtbot, window).title_label.text().startswith("5 of 10 test images")
