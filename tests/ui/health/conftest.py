"""A window of data health whose worker says what the test plants."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from ichdesk.core.image_health import FIGURES
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.health.health_window import HealthWindow
from ichdesk.ui.theme import Mode, Theme


@pytest.fixture
def theme(qtbot: QtBot) -> Theme:
    return Theme(Mode.LIGHT)


@pytest.fixture
def make(
    qtbot: QtBot, live_session: Session, theme: Theme, bridge: Bridge
) -> Iterator[Callable[[], HealthWindow]]:
    made: list[HealthWindow] = []

    def make() -> HealthWindow:
        window = HealthWindow(live_session, theme, bridge.post)
        made.append(window)
        live_session.subscribe(lambda change: window.refresh(change) if isValid(window) else None)
        window.show()
        qtbot.waitActive(window)
        return window

    yield make
    for window in made:
        if isValid(window):
            window.close()
    bridge.close()


def planted(**more: np.ndarray) -> dict[str, np.ndarray]:
    """What the worker finds in two classes without any fault, and these faults."""
    spots = np.full((2, 16, 16), 0.5, np.float32)
    return {
        "unreadable": np.zeros((0, 2), np.float32),
        "sizes": np.array([[0, 224, 224, 8], [1, 224, 224, 8]], np.float32),
        "colors": np.array([[8, 0], [8, 0]], np.float32),
        "figures": np.tile(np.array([8, 8, 100, 5], np.float32), (2, len(FIGURES), 1)),
        "spots": spots,
        "spot_limit": np.array([0.3], np.float32),
        "spot_n": np.array([16, 16], np.float32),
        "head": np.ones((16, 16), np.float32),
        "average": np.full((32, 32), 90, np.float32),
        "outliers": np.zeros((0, 4), np.float32),
        "outlier_n": np.array([16, 12], np.float32),
        "near": np.zeros((0, 5), np.float32),
        "near_n": np.array([16, 0, 0], np.float32),
    } | more


def answer(session: Session, arrays: dict[str, np.ndarray], *, ends: bool = True) -> None:
    """Answer the last wish."""
    request = session._worker.last(msg.Observe)
    assert request.observer == "data-health"
    session.handle(msg.Observed(request.request_id, 100 if ends else 40, 100, arrays))
    if ends:
        session.handle(msg.ObservationEnded(request.request_id, msg.Outcome.DONE))
