"""An unexpected error is one dialog: plain words, no names of files, and the app goes on."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from ichdesk.session.state import Level
from ichdesk.ui import file_commands
from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.unexpected import (
    AGAIN,
    UnexpectedDialog,
    UnexpectedErrors,
    error_details,
    stop_message,
)


@pytest.fixture
def errors(window, live_session):
    return UnexpectedErrors(window, Theme(Mode.LIGHT), live_session.report)


def raised(kind: type[Exception]) -> Exception:
    try:
        try:
            Path("/missing/DOE^JOHN.dcm").stat()
        except OSError as error:
            raise kind("Doe, John") from error
    except kind as error:
        return error
    raise AssertionError


def tell(errors: UnexpectedErrors, kind: type[Exception]) -> None:
    error = raised(kind)
    errors.tell(error, error.__traceback__)


def test_details_name_the_place_but_no_message(errors):
    text = error_details(error := raised(ValueError), error.__traceback__)
    assert text.startswith("ValueError\n  ")
    assert "caused by FileNotFoundError" in text
    assert "test_unexpected.py:" in text
    assert "Doe" not in text.title()
    assert "/" not in text.splitlines()[1].removeprefix("  ichdesk/")


def test_repeated_errors_share_one_dialog(errors, window):
    for kind in (ValueError, ValueError, KeyError):
        tell(errors, kind)
    (dialog,) = window.findChildren(UnexpectedDialog)
    assert "3 times" in dialog.count_label.text()
    assert dialog.details.count("ValueError") == 1
    assert "KeyError" in dialog.details
    assert "Errors: 3" in dialog.details


def test_details_are_copied(qtbot, errors):
    tell(errors, ValueError)
    qtbot.mouseClick(errors.dialog.copy_button, Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text()
    assert copied == errors.dialog.details
    assert "Qt 6" in copied
    assert errors.dialog.copy_button.text() == "Copied"


def test_project_is_saved_from_the_dialog(qtbot, errors, live_session, fill, monkeypatch, tmp_path):
    fill(A=1, B=1)
    path = tmp_path / "rescued.tm"
    monkeypatch.setattr(file_commands, "ask_save_path", lambda *_: path)
    tell(errors, ValueError)
    qtbot.mouseClick(errors.dialog.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: live_session.path == path)
    assert errors.dialog.isVisible()


def test_error_that_was_seen_comes_back_as_a_message(errors, window, live_session):
    for _ in range(3):
        tell(errors, ValueError)
    errors.dialog.close_button.click()
    assert errors.dialog is None
    tell(errors, ValueError)
    assert errors.dialog is None
    assert [(n.text, n.level) for n in live_session.notices] == [(AGAIN, Level.ERROR)]
    tell(errors, KeyError)
    assert errors.dialog is not None


def test_every_button_is_reached_by_keyboard(errors):
    tell(errors, ValueError)
    buttons = (errors.dialog.copy_button, errors.dialog.save_button, errors.dialog.close_button)
    assert all(button.focusPolicy() & Qt.FocusPolicy.TabFocus for button in buttons)
    assert errors.dialog.close_button.isDefault()


def test_stop_message_copies_and_stays(qtbot):
    box = stop_message(raised(ValueError))
    qtbot.addWidget(box)
    box.open()
    copy = next(button for button in box.buttons() if button.text() == "Copy details")
    copy.click()
    assert "ValueError" in QApplication.clipboard().text()
    assert box.isVisible()
    box.button(QMessageBox.StandardButton.Close).click()
    assert not box.isVisible()
