"""Folders that a file dialog was in are forgotten, and other programs' are kept."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from ichdesk.ui.widgets.untraced import untraced

FOLDER = "Vandermeulen"


@pytest.fixture(autouse=True)
def notes() -> Iterator[QSettings]:
    settings = QSettings(QSettings.Scope.UserScope, "QtProject")
    settings.remove("FileDialog")
    yield settings
    settings.remove("FileDialog")


def visit(folder: Path) -> None:
    dialog = QFileDialog(None, "Add", str(folder))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.show()
    dialog.accept()
    delete(dialog)


def noted(notes: QSettings) -> str:
    notes.sync()
    return Path(notes.fileName()).read_text() if Path(notes.fileName()).exists() else ""


@pytest.mark.parametrize("is_untraced", [True, False])
def test_no_folder_is_noted(
    qtbot: QtBot, tmp_path: Path, notes: QSettings, is_untraced: bool
) -> None:
    (tmp_path / FOLDER).mkdir()
    with untraced() if is_untraced else nullcontext():
        visit(tmp_path / FOLDER)
    assert (FOLDER in noted(notes)) is not is_untraced


def test_what_was_noted_before_stays(qtbot: QtBot, tmp_path: Path, notes: QSettings) -> None:
    notes.setValue("FileDialog/lastVisited", "file:///music")
    notes.setValue("FileDialog/history", ["file:///music", "file:///films"])
    notes.sync()
    (tmp_path / FOLDER).mkdir()
    with untraced():
        visit(tmp_path / FOLDER)
    notes.sync()
    assert notes.value("FileDialog/lastVisited") == "file:///music"
    assert notes.value("FileDialog/history") == ["file:///music", "file:///films"]
    assert FOLDER not in noted(notes)
