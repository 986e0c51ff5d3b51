"""The order in which waiting requests are done."""

import threading

import numpy as np

from ichdesk.protocol.messages import (
    Observe,
    Predict,
    PrepareImages,
    RepeatTraining,
    Settings,
    StartTraining,
)
from ichdesk.worker.inbox import Inbox

SETTINGS = Settings(1, 16, 0.001, 0, "ct-phantom", "cpu")
TRAINING = StartTraining(1, (), SETTINGS)
FIGURE = Observe(2, "x", (), SETTINGS)
REPEAT = RepeatTraining(3, (), SETTINGS, 5)
PREPARATION = PrepareImages(5, (), SETTINGS)
QUESTION = Predict(4, np.zeros((0, 224, 224, 3), np.uint8))


def filled(*requests) -> Inbox:
    inbox = Inbox()
    for request in requests:
        inbox.put(request)
    return inbox


def test_requests_are_done_in_order() -> None:
    inbox = filled(TRAINING, QUESTION, None)
    assert [inbox.get(), inbox.get(), inbox.get()] == [TRAINING, QUESTION, None]
    assert inbox.empty()


def test_a_short_request_need_not_wait_for_a_figure_or_a_repetition() -> None:
    for going in (FIGURE, REPEAT, PREPARATION):
        assert filled(QUESTION).get_during(going) is QUESTION


def test_nothing_interrupts_a_training() -> None:
    assert filled(QUESTION).get_during(TRAINING) is None


def test_a_question_after_a_training_waits_for_its_model() -> None:
    inbox = filled(TRAINING, QUESTION)
    assert inbox.get_during(FIGURE) is None
    assert inbox.get() is TRAINING


def test_the_end_is_left_to_be_found() -> None:
    inbox = filled(None)
    assert inbox.get_during(FIGURE) is None
    assert inbox.get() is None


def test_it_waits_for_what_comes() -> None:
    inbox, got = Inbox(), []
    reader = threading.Thread(target=lambda: got.append(inbox.get()))
    reader.start()
    inbox.put(QUESTION)
    reader.join(5)
    assert got == [QUESTION]
