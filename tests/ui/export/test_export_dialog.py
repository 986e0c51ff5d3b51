"""The dialog that exports the model: what it does, with mouse and keyboard."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from ichdesk.core.errors import UserError
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.ui import export_dialog
from ichdesk.ui.export.places import (
    Wanted,
)
from ichdesk.ui.export_dialog import ExportDialog
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.settings import Settings
from tests.fakes.runs import set_classes, train
from tests.ui.export.conftest import (
    CANCELLED,
    FAILED,
    FORMATS,
    ONNX,
    OWN,
    PAGE,
    listed,
    saved,
    saving,
    select,
)


def test_from_the_click_to_the_file(
    dialog: ExportDialog,
    session: Session,
    answer: list[tuple[Wanted, Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: not shown.append(url))
    assert dialog.status.isHidden()
    select(dialog, "onnx")
    dialog.export_button.click()
    ((wanted, _),) = answer
    assert (wanted.info, wanted.name) == (ONNX, "model.onnx")
    path = tmp_path / "model.onnx"
    assert (saving(session).path, saving(session).format) == (str(path), "onnx")
    assert dialog.status.stage_label.text().startswith("Waiting for its turn…")
    assert not dialog.export_button.isEnabled()
    assert dialog.focusWidget() is dialog.status.cancel_button
    session.handle(msg.ModelProgressed(saving(session).request_id, "Tracing the network"))
    assert dialog.status.stage_label.text().startswith("Tracing the network…")
    assert dialog.status.bar.isVisible()
    path.write_bytes(bytes(2_345_678))
    saved(session)
    assert not dialog.status.bar.isVisible()
    assert dialog.status.chip.text() == (
        "Exported model.onnx as ONNX. For teaching, not for diagnosis."
    )
    assert dialog.status.place_label.text() == f"2.3 MB, in {tmp_path}"
    assert dialog.focusWidget() is dialog.status.folder_button
    dialog.status.folder_button.click()
    assert [url.toLocalFile() for url in shown] == [tmp_path.as_posix()]
    assert dialog.export_button.isEnabled()


def test_a_folder_is_shown_itself(
    dialog: ExportDialog,
    session: Session,
    answer: list[tuple[Wanted, Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(shown.append(url)))
    select(dialog, "page")
    dialog.pane.packing_buttons[True].click()
    dialog.export_button.click()
    folder = tmp_path / "model-page"
    assert saving(session).path == str(folder)
    folder.mkdir()
    (folder / "index.html").write_bytes(bytes(1500))
    saved(session)
    assert dialog.status.place_label.text() == f"2 KB, in {tmp_path}"
    dialog.status.folder_button.click()
    assert [url.toLocalFile() for url in shown] == [folder.as_posix()]
    assert "open the folder yourself" in dialog.status.place_label.text()


def test_format_and_folder_are_remembered(
    opened: Callable[..., ExportDialog],
    session: Session,
    settings: Settings,
    answer: list[tuple[Wanted, Path]],
    tmp_path: Path,
) -> None:
    first = opened(*FORMATS)
    select(first, "page")
    first.export_button.click()
    saved(session)
    first.close()
    assert (settings.export_format, settings.last_folder) == ("page", tmp_path)
    again = opened()
    assert again.selected is PAGE
    assert again.status.isHidden()  # what ended before is old news
    again.export_button.click()
    assert answer[1][1] == tmp_path


def test_a_format_that_is_gone_is_no_harm(
    opened: Callable[..., ExportDialog], settings: Settings, tmp_path: Path
) -> None:
    settings.remember_export("word", tmp_path)
    assert opened(*FORMATS).selected is OWN


def test_who_thinks_better_of_it_exports_nothing(
    dialog: ExportDialog, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_dialog, "ask_place", lambda *_: None)
    dialog.export_button.click()
    assert session.exports.last is None
    assert settings.export_format == ""


def test_a_name_that_cannot_be_used_is_said_here(
    dialog: ExportDialog, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Path:
        raise UserError("It exists already; choose another name.")

    monkeypatch.setattr(export_dialog, "ask_place", refuse)
    dialog.export_button.click()
    assert session.exports.last is None
    assert dialog.status.chip.text() == "It exists already; choose another name."
    session.set_config(replace(session.project.config, epochs=77))
    assert dialog.status.chip.isVisible()


def test_a_failure_is_said_here(
    dialog: ExportDialog, session: Session, answer: list[tuple[Wanted, Path]]
) -> None:
    dialog.export_button.click()
    saved(session, FAILED, "The disk is full.")
    assert dialog.status.chip.text() == dialog.status.chip.accessibleName() == "The disk is full."
    assert not dialog.status.folder_button.isVisible()
    assert dialog.focusWidget() is dialog.export_button


def test_it_can_be_canceled(
    dialog: ExportDialog, session: Session, answer: list[tuple[Wanted, Path]]
) -> None:
    dialog.export_button.click()
    dialog.status.cancel_button.click()
    assert session._worker.sent[-1] == msg.Cancel(saving(session).request_id)
    said = dialog.status.stage_label.text
    assert said() == "Canceling the export of model.ichmodel: it has not begun."
    session.handle(msg.ModelProgressed(saving(session).request_id, "Tracing"))
    assert said() == "Canceling the export of model.ichmodel: it stops after “Tracing”."
    assert not dialog.status.cancel_button.isEnabled()
    saved(session, CANCELLED)
    assert "was canceled" in dialog.status.chip.text()
    dialog.export_button.click()
    assert dialog.status.cancel_button.isEnabled()


def test_it_goes_on_behind_a_closed_dialog(
    opened: Callable[..., ExportDialog],
    session: Session,
    answer: list[tuple[Wanted, Path]],
    qtbot: QtBot,
) -> None:
    first = opened(*FORMATS)
    first.export_button.click()
    qtbot.keyClick(first, Qt.Key.Key_Escape)
    assert session.exports.going is not None
    again = opened()
    assert again.status.bar.isVisible()
    assert not again.export_button.isEnabled()
    saved(session, FAILED, "The disk is full.")
    assert again.status.chip.text() == "The disk is full."


def test_the_keyboard_alone_is_enough(
    dialog: ExportDialog, session: Session, answer: list[tuple[Wanted, Path]], qtbot: QtBot
) -> None:
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(dialog.tree, key)
    assert [wanted.info for wanted, _ in answer] == [ONNX]
    for button in dialog.findChildren(QAbstractButton):
        assert button.text() or button.accessibleName()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_double_click_exports(
    dialog: ExportDialog, answer: list[tuple[Wanted, Path]], qtbot: QtBot
) -> None:
    place = dialog.tree.visualItemRect(dialog.tree.topLevelItem(2)).center()
    for act in (qtbot.mouseClick, qtbot.mouseDClick):
        act(dialog.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [wanted.info for wanted, _ in answer] == [PAGE]


# --- in the window -----------------------------------------------------------------------------


def test_menu_and_card_open_the_same_dialog(
    window: MainWindow, live_session: Session, qtbot: QtBot
) -> None:
    set_classes(live_session, "A", "B")
    live_session.handle(msg.WorkerReady(1, ("cpu",), ("CPU",), ()))
    train(live_session)
    button = window.canvas.surface.preview_card.export_button
    qtbot.waitUntil(lambda: button.isEnabled() and window.menus.export_model.isEnabled())
    button.click()
    dialog = window.findChild(ExportDialog)
    window.menus.export_model.trigger()
    assert window.findChildren(ExportDialog) == [dialog]
    listed(live_session, *FORMATS)
    qtbot.waitUntil(lambda: dialog.selected is OWN)
    live_session.export_model(Path("/x/m.onnx"), "onnx")
    qtbot.waitUntil(window.jobs.isVisible)
    assert window.jobs.title_label.text() == "Exporting m.onnx"
    with qtbot.waitSignal(dialog.destroyed):
        dialog.close_button.click()
    window.jobs.cancel_button.click()
    assert live_session.exports.going.is_canceling
    window.export_model()
    assert window.findChild(ExportDialog).status.isVisible()
    saved(live_session, CANCELLED)
    qtbot.waitUntil(lambda: not window.jobs.isVisible())
