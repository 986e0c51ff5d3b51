"""File > Classify images: asks for a folder and a file, and leaves the rest to the session."""

import pytest

from ichdesk.protocol import messages as msg
from ichdesk.ui import classify_command
from tests.fakes import runs


@pytest.fixture
def asked(monkeypatch):
    """Chosen folder and file, to be set; and what the session was asked to do."""
    chosen = {"folder": None, "out": None}
    monkeypatch.setattr(classify_command, "ask_folder", lambda *_: chosen["folder"])
    monkeypatch.setattr(classify_command, "ask_save_path", lambda *_: chosen["out"])
    return chosen


@pytest.fixture
def done(monkeypatch, live_session):
    calls = []
    monkeypatch.setattr(live_session, "classify_files", lambda *given: calls.append(given))
    return calls


def test_it_takes_a_model(qtbot, window, live_session, fill):
    assert not window.menus.classify.isEnabled()
    fill(Hemorrhage=30, Normal=30)
    live_session.handle(msg.WorkerReady(1, ("cpu",), ("CPU",), ("ct-phantom",)))
    runs.train(live_session)
    qtbot.waitUntil(window.menus.classify.isEnabled)


def test_a_folder_and_a_file_are_asked_for(window, asked, done, tmp_path):
    asked.update(folder=tmp_path / "images", out=tmp_path / "Predictions.csv")
    window.classify_images()
    assert done == [([tmp_path / "images"], tmp_path / "Predictions.csv")]


@pytest.mark.parametrize("given", ["folder", "out"])
def test_thinking_better_of_it(window, asked, done, tmp_path, given):
    asked[given] = tmp_path
    window.classify_images()
    assert done == []
