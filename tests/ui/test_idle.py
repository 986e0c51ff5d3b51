"""A pause of the user is used to prepare images."""

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.cards.training_status import device_text
from ichdesk.ui.idle import Idle
from ichdesk.ui.main_window import MainWindow


@pytest.fixture
def idle(
    monkeypatch: pytest.MonkeyPatch, window: MainWindow, live_session: Session, bridge: Bridge
) -> Idle:
    monkeypatch.setattr("ichdesk.ui.idle._PAUSE_MS", 1)
    return Idle(live_session, bridge, window)


def test_after_a_pause_images_are_prepared_and_told(
    qtbot: QtBot, idle: Idle, window: MainWindow, live_session: Session, fill: Callable[..., None]
) -> None:
    card, sent = window.canvas.surface.training_card, live_session._worker.sent
    live_session.handle(msg.WorkerReady(1, ("cpu",), ("CPU, 2 threads",), ("ct-phantom",)))
    fill(Hemorrhage=2, Normal=3)
    qtbot.waitUntil(lambda: any(isinstance(request, msg.PrepareImages) for request in sent))
    request_id = live_session._worker.last(msg.PrepareImages).request_id
    live_session.handle(msg.FeaturesProgressed(request_id, 4, 5, 0))
    qtbot.waitUntil(lambda: card.device_label.text() == "Images ready: 4 of 5")
    live_session.handle(msg.ImagesPrepared(request_id, msg.Outcome.DONE))
    qtbot.waitUntil(lambda: card.device_label.text() == "Runs on: CPU, 2 threads")
    assert device_text(live_session) == card.device_label.text()


def test_its_own_progress_is_no_sign_of_life_of_the_user(idle: Idle, live_session: Session) -> None:
    idle._pause.stop()
    live_session.preparation._changed()
    assert not idle._pause.isActive()
