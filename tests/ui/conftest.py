"""A whole window on a session whose worker only records."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ichdesk.archive import SampleStore
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin
from ichdesk.session.session import Session
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.settings import Settings
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.runs import RecordingWorker, made_session


def jpeg(shade: int) -> bytes:
    """A sample of one gray that differs from every other shade."""
    pixels = np.full((224, 224, 3), shade % 256, np.uint8)
    pixels[0, 0] = (shade // 256, 0, 0)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(autouse=True)
def unfocused(qapp: QApplication) -> Iterator[None]:
    """Leave no popup open for the next test."""
    yield
    while popup := QApplication.activePopupWidget():
        popup.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore(tmp_path / "samples") as store:
        yield store


@pytest.fixture
def session(store: SampleStore) -> Iterator[Session]:
    """Two classes with images; nothing is told to anybody unless the test subscribes."""
    session = made_session(store, "Hemorrhage", "Normal")
    yield session
    session.close()


@pytest.fixture
def bridge(qapp: QApplication) -> Bridge:
    return Bridge()


@pytest.fixture
def live_session(store: SampleStore, bridge: Bridge) -> Iterator[Session]:
    session = Session(RecordingWorker(), store, bridge.post)
    session.subscribe(bridge.on_change)
    yield session
    session.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "window.json")


@pytest.fixture
def make_window(
    qtbot: QtBot, live_session: Session, bridge: Bridge, settings: Settings
) -> Iterator[Callable[[], MainWindow]]:
    made: list[MainWindow] = []

    def close(window: MainWindow) -> None:
        window.close_now()
        bridge.close()

    def make() -> MainWindow:
        window = MainWindow(live_session, Theme(Mode.LIGHT), settings, bridge)
        made.append(window)
        qtbot.addWidget(window, before_close_func=close)
        window.resize(1280, 720)
        window.show()
        qtbot.waitActive(window)
        return window

    yield make


@pytest.fixture
def window(make_window: Callable[[], MainWindow]) -> MainWindow:
    return make_window()


@pytest.fixture
def fill(live_session: Session, store: SampleStore) -> Callable[..., None]:
    """Opens a project with so many samples in each class."""

    def fill(**counts: int) -> None:
        bins = tuple(
            ClassBin(name, tuple(store.add(jpeg(100 * k + i)) for i in range(count)))
            for k, (name, count) in enumerate(counts.items())
        )
        live_session._replace_project(Project(bins), None)

    return fill


def files(*paths: Path) -> QMimeData:
    """What a file manager drags."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drag_onto(widget: QWidget, mime: QMimeData, *, drop: bool = True) -> bool:
    """Drag something onto the middle of a widget; whether it was taken."""
    where = widget.rect().center()
    moves, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    enter = QDragEnterEvent(QPoint(where), moves, mime, left, none)
    enter.setAccepted(False)
    QApplication.sendEvent(widget, enter)
    if not drop or not enter.isAccepted():
        return enter.isAccepted()
    QApplication.sendEvent(widget, QDropEvent(where.toPointF(), moves, mime, left, none))
    return True
