"""The export dialog of a session with a model, and an answer to the question for a place."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui import export_dialog
from ichdesk.ui.export.places import (
    Wanted,
)
from ichdesk.ui.export_dialog import ExportDialog
from ichdesk.ui.settings import Settings
from ichdesk.ui.theme import Mode, Theme
from tests.fakes.runs import train

OWN = msg.FormatInfo("ichdesk", "ICHDesk model", "For ICHDesk.", ".ichmodel")
ONNX = msg.FormatInfo("onnx", "ONNX", "For many programs.", ".onnx")
PAGE = msg.FormatInfo("page", "Page to try", "For everybody.", "")
FORMATS = (OWN, ONNX, PAGE)
DONE, FAILED, CANCELLED = msg.Outcome.DONE, msg.Outcome.FAILED, msg.Outcome.CANCELLED


@pytest.fixture
def host(qtbot: QtBot, session: Session) -> QWidget:
    """What the dialog belongs to; the session has a model."""
    train(session)
    host = QWidget()
    qtbot.addWidget(host)
    return host


@pytest.fixture
def opened(
    host: QWidget, session: Session, settings: Settings
) -> Iterator[Callable[..., ExportDialog]]:
    """Opens the dialog; the worker lists these formats, unless it is none."""
    made: list[ExportDialog] = []

    def follow(change: Change) -> None:
        if made and made[0].isVisible():
            made[0].refresh(change)

    def make(*formats: msg.FormatInfo) -> ExportDialog:
        dialog = ExportDialog(session, Theme(Mode.LIGHT), settings, host)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        dialog.show()
        made[:] = [dialog]
        if formats:
            listed(session, *formats)
        return dialog

    session.subscribe(follow)
    yield make
    made.clear()


@pytest.fixture
def dialog(opened: Callable[..., ExportDialog]) -> ExportDialog:
    return opened(*FORMATS)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Wanted, Path]]:
    """The user always chooses the proposed name in the test's folder; what was asked."""
    asked: list[tuple[Wanted, Path]] = []

    def ask(_: QWidget, wanted: Wanted, folder: Path) -> Path:
        asked.append((wanted, folder))
        return tmp_path / wanted.name

    monkeypatch.setattr(export_dialog, "ask_place", ask)
    return asked


def listed(session: Session, *formats: msg.FormatInfo, error: str | None = None) -> None:
    number = session._worker.last(msg.ListFormats).request_id
    session.handle(msg.FormatsListed(number, FAILED if error else DONE, error, formats))


def select(dialog: ExportDialog, name: str) -> None:
    rows = [dialog.tree.topLevelItem(row) for row in range(dialog.tree.topLevelItemCount())]
    (row,) = (row for row in rows if row.data(0, Qt.ItemDataRole.UserRole) == name)
    dialog.tree.setCurrentItem(row)


def saving(session: Session) -> msg.SaveModel:
    return session._worker.last(msg.SaveModel)


def saved(session: Session, outcome: msg.Outcome = DONE, error: str | None = None) -> None:
    session.handle(msg.ModelSaved(saving(session).request_id, outcome, error))


def contents(dialog: ExportDialog) -> dict[str, str]:
    rows = dialog.pane.contents_labels
    return {head.text(): said.text() for head, said in rows if not head.isHidden()}
