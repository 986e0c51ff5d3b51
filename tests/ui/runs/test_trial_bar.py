"""Another model compared: from the button to a run in the list, with a question on labels."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ichdesk.core.steps import DEFAULT_STEPS, steps_text
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui.runs import runs_text as say
from ichdesk.ui.runs import trial_bar
from ichdesk.ui.runs.run_model import IMAGES, NAME, NUMBER, SETTINGS
from ichdesk.ui.runs.runs_window import RunsWindow
from tests.ui.runs.conftest import Train, cells


@pytest.fixture
def window(
    make: Callable[[], RunsWindow], train: Train, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> RunsWindow:
    """A run is there, and a model was chosen to compare it with."""
    train(0, 7)
    shown = make()
    monkeypatch.setattr(trial_bar, "ask_open_path", lambda *_: Path("other.zip"))
    qtbot.mouseClick(shown.trial_bar.button, Qt.MouseButton.LeftButton)
    return shown


def answer(session: Session, *labels: str) -> None:
    """Every image is called by the first label."""
    request = session._worker.last(msg.TryModel)
    said = np.zeros((12, len(labels)), np.float32)
    said[:, 0] = 1.0
    steps = steps_text(DEFAULT_STEPS)
    session.handle(
        msg.ModelTried(request.request_id, msg.Outcome.DONE, None, labels, "x", steps, said)
    )


def test_before_a_training_the_button_says_why_not(make: Callable[[], RunsWindow]) -> None:
    bar = make().trial_bar
    assert not bar.button.isEnabled()
    assert "train a model first" in bar.button.toolTip()


def test_projects_can_be_chosen_too() -> None:
    assert "*.ichdesk" in trial_bar.MODEL_KINDS.split(";;")[0]


def test_progress_shows_and_can_be_stopped(
    window: RunsWindow, session: Session, qtbot: QtBot
) -> None:
    bar, request = window.trial_bar, session._worker.last(msg.TryModel)
    qtbot.waitUntil(lambda: bar.state_label.text() == "Loading other.zip…")
    session.handle(msg.FeaturesProgressed(request.request_id, 5, 12, 0))
    qtbot.waitUntil(lambda: "5 of 12 images" in bar.state_label.text())
    qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(bar.button.isVisible)
    assert session._worker.sent[-1] == msg.Cancel(request.request_id)


def test_known_names_ask_nothing(window: RunsWindow, session: Session, qtbot: QtBot) -> None:
    answer(session, "bleed", "normal")
    qtbot.waitUntil(lambda: len(window.model.lines) == 2)
    assert window.trial_bar.dialog is None
    assert cells(window, NAME)[0] == "other.zip"
    assert cells(window, SETTINGS)[0] == "another model"
    assert cells(window, IMAGES)[0] == "12, by slice"
    assert cells(window, NUMBER) == ["2", "1 (in use)"]
    assert window.model.ticked == (1, 2)
    assert "B: answers of another model" in window.pane.differences.text()
    window.table.choose(2)
    qtbot.waitUntil(lambda: window.editor.restore_button.toolTip() == say.NOT_TRAINED)
    assert not window.editor.restore_button.isEnabled()


def test_unknown_names_are_asked_for(window: RunsWindow, session: Session, qtbot: QtBot) -> None:
    answer(session, "Blood", "Air", "Normal")
    qtbot.waitUntil(lambda: window.trial_bar.dialog is not None)
    dialog = window.trial_bar.dialog
    assert dialog.mapping == (None, None, 1)
    assert "No label means Bleed" in dialog.warning.text()
    dialog.fields[0].setCurrentIndex(0)
    assert dialog.warning.text() == ""
    qtbot.mouseClick(dialog.compare_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.model.lines) == 2)
    assert session.runs.runs[-1].run.test_correct == (6, 12)


def test_thinking_better_of_it_keeps_nothing(
    window: RunsWindow, session: Session, qtbot: QtBot
) -> None:
    answer(session, "Blood", "Air")
    qtbot.waitUntil(lambda: window.trial_bar.dialog is not None)
    assert not window.trial_bar.dialog.compare_button.isEnabled()
    window.trial_bar.dialog.reject()
    assert session.trials.trial is None
    assert len(session.runs) == 1
