"""The switch of the Preview card that lays a heat map over the image."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change, PreviewImage
from ichdesk.ui.cards.preview_card import PreviewCard
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.runs import train


@pytest.fixture
def card(qtbot: QtBot, session: Session) -> PreviewCard:
    card = PreviewCard(session, Theme(Mode.LIGHT))
    qtbot.addWidget(card)
    card.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    card.show()
    session.subscribe(card.refresh)
    return card


def preview(session: Session, *answers: tuple[float, float]) -> None:
    train(session)
    session.run.model = b"weights"
    session._preview.images = tuple(
        PreviewImage(f"{k}.png", np.full((224, 224, 3), 100, np.uint8), None, answer)
        for k, answer in enumerate(answers)
    )
    session._notify(Change.PREVIEW)


def asked(session: Session) -> list[msg.Observe]:
    return [request for request in session._worker.sent if isinstance(request, msg.Observe)]


def answer(session: Session, request: msg.Observe, heat: float) -> None:
    told = {
        "pictures": request.images.astype(np.float32),
        "classes": np.float32([int(request.options["classes"])]),
        "maps": np.full((1, 1, 7, 7), heat, np.float32),
        "scores": np.ones((1, 1), np.float32),
        "average_scores": np.zeros(1, np.float32),
    }
    session.handle(msg.Observed(request.request_id, 1, 1, told))
    session.handle(msg.ObservationEnded(request.request_id, msg.Outcome.DONE))


def middle(card: PreviewCard) -> tuple[int, int, int]:
    image = card.picture.grab().toImage()
    return image.pixelColor(image.width() // 2, image.height() // 2).getRgb()[:3]


def test_it_is_off_at_first(card: PreviewCard, session: Session) -> None:
    preview(session, (0.3, 0.7))
    assert card.heat.switch.isVisible()
    assert not card.heat.switch.isChecked()
    assert not asked(session)
    assert middle(card) == (100, 100, 100)


def test_without_an_answer_there_is_nothing_to_switch(card: PreviewCard, session: Session) -> None:
    assert not card.heat.isVisible()
    preview(session, ())
    assert not card.heat.isVisible()


def test_switched_on_it_shows_where_the_model_looked(card: PreviewCard, session: Session) -> None:
    preview(session, (0.3, 0.7), (0.9, 0.1))
    card.heat.switch.click()
    assert card.heat.caption.text() == "Looking…"
    (request,) = asked(session)
    assert (request.options["classes"], request.options["check"]) == ("1", "no")
    answer(session, request, 0.5)
    red, _, blue = middle(card)
    assert red > blue + 60
    assert card.heat.caption.text() == "Orange speaks for Normal, blue against it."
    card.show_index(1)
    assert asked(session)[-1].options["classes"] == "0"
    answer(session, asked(session)[-1], -0.5)
    red, _, blue = middle(card)
    assert blue > red + 60
    card.show_index(0)
    assert len(asked(session)) == 2
    card.heat.switch.click()
    assert middle(card) == (100, 100, 100)
    assert not card.heat.caption.text()


def test_what_goes_wrong_is_said_once(card: PreviewCard, session: Session) -> None:
    preview(session, (0.3, 0.7))
    card.heat.switch.click()
    (request,) = asked(session)
    session.handle(msg.ObservationEnded(request.request_id, msg.Outcome.FAILED, "No map."))
    assert card.heat.caption.text() == "No map."
    card.refresh(~Change(0))
    assert len(asked(session)) == 1
