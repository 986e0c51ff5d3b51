"""Windows beside the main one begin as large as the user last left them, if the screen has room."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ichdesk.session.session import Session
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.settings import Settings

NAMES = ("viewer", "runs", "image-steps")


def show(window: MainWindow, session: Session, name: str) -> None:
    match name:
        case "viewer":
            window.companions.show_sample(session.project.classes[0].id, 0)
        case "image-steps":
            window.show_image_steps()
        case _:
            window.show_companion(name)


@pytest.fixture(autouse=True)
def images(fill: Callable[..., None]) -> None:
    fill(Hemorrhage=3, Normal=3)


@pytest.mark.parametrize("name", NAMES)
def test_a_window_is_as_large_as_it_was_left(
    window: MainWindow, live_session: Session, name: str
) -> None:
    show(window, live_session, name)
    first = window.companions.get(name)
    assert first is not None
    size = first.width(), first.height() - 37
    first.resize(*size)
    assert (first.width(), first.height()) == size
    first.close()
    assert window._settings.size_px(name) == size
    show(window, live_session, name)
    again = window.companions.get(name)
    assert again is not None
    assert again is not first
    assert (again.width(), again.height()) == size


def test_a_size_that_nobody_changed_is_not_written(
    window: MainWindow, live_session: Session
) -> None:
    for name in NAMES:
        show(window, live_session, name)
    window.companions.close()
    assert [window._settings.size_px(name) for name in NAMES] == [None] * len(NAMES)


def test_a_smaller_screen_gets_a_smaller_window(window: MainWindow, live_session: Session) -> None:
    window._settings.remember_size("viewer", (9000, 7000))
    show(window, live_session, "viewer")
    viewer = window.companions.get("viewer")
    assert viewer is not None
    room = viewer.screen().availableSize()
    assert 0 < viewer.width() <= room.width()
    assert 0 < viewer.height() <= room.height()


@pytest.mark.parametrize("said", [None, [], [1], [0, 5], [5, 10**9], ["5", 5], [True, 5], {"a": 1}])
def test_what_is_no_size_was_never_there(tmp_path: Path, said: object) -> None:
    path = tmp_path / "window.json"
    path.write_text(json.dumps({"sizes": {"viewer": said}}), encoding="ascii")
    settings = Settings(path)
    assert settings.size_px("viewer") is None
    settings.remember_size("runs", (700, 500))
    settings.remember_size("viewer", (800, 600))
    assert (settings.size_px("runs"), settings.size_px("viewer")) == ((700, 500), (800, 600))
    path.write_text('{"sizes": 3}', encoding="ascii")
    assert settings.size_px("viewer") is None
