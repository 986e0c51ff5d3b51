"""A project of two classes, trained, and the images of one cell."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ichdesk.session.session import Session
from ichdesk.ui.cell_images import CellImages
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.panels.confusion_matrix import ConfusionMatrixPanel
from tests.ui.cell_images.hands import finish, opened


@pytest.fixture
def session(live_session: Session, fill: Callable[..., None]) -> Session:
    fill(Bleed=8, Normal=8)
    return live_session


@pytest.fixture
def ids(session: Session) -> tuple[int, int]:
    bleed, normal = session.project.classes
    return bleed.id, normal.id


@pytest.fixture
def panel(window: MainWindow, session: Session) -> ConfusionMatrixPanel:
    finish(session)
    window.show_under_the_hood(True)
    hood = window._under_the_hood
    assert hood is not None
    assert hood.frames  # all are made now; one made later would move what a test points at
    QApplication.processEvents()
    found = window.findChildren(ConfusionMatrixPanel)
    assert len(found) == 1
    return found[0]


@pytest.fixture
def images(
    qtbot: QtBot, window: MainWindow, panel: ConfusionMatrixPanel, ids: tuple[int, int]
) -> CellImages:
    """The three bleeds that were called normal."""
    window.companions.show_cell_images(ids)
    return opened(qtbot, window)
