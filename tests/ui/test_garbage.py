"""Garbage with Qt objects in it ends on the window's thread, whoever makes it."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ichdesk.ui.garbage import GarbageCollection


@pytest.fixture
def collection(qtbot: QtBot) -> Iterator[GarbageCollection]:
    was_enabled = gc.isenabled()
    gc.enable()
    made = GarbageCollection()
    yield made
    made.stop()
    if not was_enabled:
        gc.disable()


def cycle() -> QObject:
    """An object that only the collector can end."""
    made = QObject()
    made.itself = made
    return made


def test_a_busy_thread_ends_no_qt_object(qtbot: QtBot, collection: GarbageCollection) -> None:
    ended: list[int] = []
    weakref.finalize(cycle(), lambda: ended.append(threading.get_ident()))
    kept: list[list[int]] = []
    busy = threading.Thread(target=lambda: kept.extend([n] for n in range(200_000)))
    busy.start()
    busy.join()
    assert not ended
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [threading.get_ident()]


def test_afterwards_it_is_left_to_python(collection: GarbageCollection) -> None:
    assert not gc.isenabled()
    collection.stop()
    assert gc.isenabled()
