"""A gallery of three classes whose answers are known."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from ichdesk.core.split_facts import SplitFacts
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.gallery.answer_list import AnswerList
from ichdesk.ui.gallery.gallery_window import GalleryWindow
from ichdesk.ui.theme import Mode, Theme

SAID = ((0, 0, 1, 0), (1, 2, 0), (1, 2, 0))
"""What the model says of the test images of Normal, Epidural and Subdural, by index."""
SURE = (0.9, 0.6, 0.7, 0.8, 0.5, 0.95, 0.85, 0.65, 0.55, 0.75)


def split(session: Session, tested: Sequence[int]) -> None:
    """Start a training and go as far as the split; the first images of each class are tested."""
    assert session.is_training or session.train()
    run = session.run
    test = tuple(tuple(range(count)) for count in tested)
    session.handle(msg.SplitMade(run.request_id, test, test, "cpu", (), SplitFacts()))


def finish(
    session: Session,
    said: Sequence[Sequence[int]] = SAID,
    sure: Sequence[float] | None = None,
    outcome: msg.Outcome = msg.Outcome.DONE,
) -> None:
    """Train to the end with these answers."""
    split(session, [len(row) for row in said])
    classes, called = len(said), [index for row in said for index in row]
    shares = np.array(sure or [0.8] * len(called), np.float32)
    answers = np.repeat(((1 - shares) / (classes - 1))[:, None], classes, axis=1)
    answers[np.arange(len(called)), called] = shares
    counts = np.array([np.bincount(row, minlength=classes) for row in said], np.int64)
    request_id = session.run.request_id
    session.handle(msg.EpochEnded(request_id, 0, 0.9, 0.8, 0.5, 0.6, counts))
    session.handle(msg.RunEnded(request_id, outcome, test_probabilities=answers))


def told(view: AnswerList) -> list[str]:
    """What is read out for each image of a column."""
    role = Qt.ItemDataRole.AccessibleTextRole
    return [view.model().index(row, 0).data(role) for row in range(view.model().rowCount())]


@pytest.fixture
def theme(qtbot: QtBot) -> Theme:
    return Theme(Mode.LIGHT)


@pytest.fixture
def session(live_session: Session, fill: Callable[..., None]) -> Session:
    live_session.handle(msg.WorkerReady(1, ("cpu",), ("CPU",), ("ct-phantom", "tm-import")))
    fill(Normal=5, Epidural=4, Subdural=4)
    return live_session


@pytest.fixture
def ids(session: Session) -> tuple[int, ...]:
    return tuple(bin_.id for bin_ in session.project.classes)


@pytest.fixture
def empty(qtbot: QtBot, session: Session, theme: Theme, bridge: Bridge) -> Iterator[GalleryWindow]:
    """The window before any training, told of changes as the main one tells it."""
    window = GalleryWindow(session, theme, bridge.post)
    bridge.subscribe(lambda change: isValid(window) and window.refresh(change))
    window.resize(1100, 800)
    window.show()
    qtbot.waitExposed(window)
    yield window
    if isValid(window):
        window.close()
    bridge.close()


@pytest.fixture
def gallery(empty: GalleryWindow, session: Session) -> GalleryWindow:
    """Normal 3 of 4 right, epidural and subdural 1 of 3."""
    finish(session, SAID, SURE)
    empty.refresh(Change.RUN)  # the bridge would tell it within 33 ms
    return empty
