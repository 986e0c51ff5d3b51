"""A session with trainings to compare, and the window of runs on it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ichdesk.core.split_facts import SplitFacts
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.runs.runs_window import RunsWindow
from ichdesk.ui.theme import Mode, Theme

TESTED = range(6)
Train = Callable[..., None]


@pytest.fixture
def session(live_session: Session, fill: Callable[..., None]) -> Session:
    fill(Bleed=9, Normal=9)
    return live_session


@pytest.fixture
def train(session: Session) -> Train:
    """Trains; the test images of these rows, class after class, come out wrong."""

    def train(*wrong: int, tested: range = TESTED, epochs: int = 2, **settings: object) -> None:
        session.set_config(replace(session.project.config, epochs=epochs, **settings))
        assert session.train()
        run = session.run
        rest = tuple(n for n in range(9) if n not in tested)
        test = (tuple(tested),) * 2
        session.handle(msg.SplitMade(run.request_id, (rest,) * 2, test, "cpu", (), SplitFacts()))
        answers, counts = np.zeros((2 * len(tested), 2), np.float32), np.zeros((2, 2), np.int64)
        for row in range(2 * len(tested)):
            truth = row // len(tested)
            called = 1 - truth if row in wrong else truth
            answers[row, called], answers[row, 1 - called] = 0.9 - 0.01 * row, 0.1 + 0.01 * row
            counts[truth, called] += 1
        for number in range(epochs):
            ended = (run.request_id, number, 0.9, 0.8, 0.5, 0.6, counts)
            session.handle(msg.EpochEnded(*ended))
        model = np.frombuffer(b"model", np.uint8)
        ended = (run.request_id, msg.Outcome.DONE, None, {}, answers)
        session.handle(msg.RunEnded(*ended, model=model))

    return train


@pytest.fixture
def theme() -> Theme:
    return Theme(Mode.LIGHT)


@pytest.fixture
def make(qtbot: QtBot, session: Session, bridge: Bridge, theme: Theme) -> Iterator[Callable]:
    made: list[RunsWindow] = []

    def make() -> RunsWindow:
        window = RunsWindow(session, theme, bridge.post)
        made.append(window)
        window.finished.connect(made.clear)
        bridge.subscribe(lambda change: window.refresh(change) if made else None)
        window.show()
        qtbot.waitActive(window)
        return window

    yield make
    for window in list(made):
        window.close()
    bridge.close()


@pytest.fixture
def settle(bridge: Bridge) -> Callable[[], None]:
    """Tells the last change now, which else comes at most 30 times a second."""
    return bridge._flush


def cells(window: RunsWindow, column: int) -> list[str]:
    """What a column shows, from the top."""
    model = window.table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]
