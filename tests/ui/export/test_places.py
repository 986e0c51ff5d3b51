"""Where an exported model goes: names, endings, folders, sizes."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from ichdesk.core.errors import UserError
from ichdesk.protocol import messages as msg
from ichdesk.ui.export import places
from ichdesk.ui.export.places import (
    Wanted,
    ask_place,
    bytes_text,
    free_name,
    size_text,
    with_ending,
)
from ichdesk.ui.settings import Settings
from tests.ui.export.conftest import (
    ONNX,
    PAGE,
)


@pytest.mark.parametrize(
    ("info", "is_folder", "name", "suffix"),
    [
        (ONNX, False, "study.onnx", ".onnx"),
        (ONNX, True, "study.onnx", ".onnx"),
        (PAGE, False, "study-page.zip", ".zip"),
        (PAGE, True, "study-page", ""),
    ],
)
def test_names_are_proposed(info: msg.FormatInfo, is_folder: bool, name: str, suffix: str) -> None:
    wanted = Wanted(info, "study", is_folder)
    assert (wanted.name, wanted.suffix) == (name, suffix)


@pytest.mark.parametrize(
    ("chosen", "made"),
    [("a.zip", "a.zip"), ("A.ZIP", "A.ZIP"), ("a", "a.zip"), ("version 1.2", "version 1.2.zip")],
)
def test_a_file_gets_its_ending(
    monkeypatch: pytest.MonkeyPatch, host: QWidget, tmp_path: Path, chosen: str, made: str
) -> None:
    asked: list[tuple[str, str]] = []

    def ask(_: QWidget, _title: str, name: str, kinds: str) -> Path:
        asked.append((name, kinds))
        return tmp_path / chosen

    monkeypatch.setattr(places, "ask_save_path", ask)
    assert ask_place(host, Wanted(PAGE, "study"), tmp_path) == tmp_path / made
    assert asked == [(str(tmp_path / "study-page.zip"), "Page to try, as a zip file (*.zip)")]


def test_a_file_that_nobody_was_asked_about_stays(tmp_path: Path) -> None:
    (tmp_path / "a.zip").touch()
    with pytest.raises(UserError, match=r"“a.zip” exists already; choose another name"):
        with_ending(tmp_path / "a", ".zip")
    assert with_ending(tmp_path / "a.zip", ".zip") == tmp_path / "a.zip"  # the dialog has asked


def test_a_folder_is_always_a_new_one(
    monkeypatch: pytest.MonkeyPatch, host: QWidget, tmp_path: Path
) -> None:
    monkeypatch.setattr(places, "ask_folder", lambda *_: tmp_path)
    wanted = Wanted(PAGE, "study", is_folder=True)
    assert ask_place(host, wanted, tmp_path) == tmp_path / "study-page"
    (tmp_path / "study-page").mkdir()
    (tmp_path / "study-page (2)").symlink_to(tmp_path / "nothing")
    assert free_name(tmp_path / "study-page") == tmp_path / "study-page (3)"
    monkeypatch.setattr(places, "ask_folder", lambda *_: None)
    assert ask_place(host, wanted, tmp_path) is None


def test_sizes_are_of_what_is_there(tmp_path: Path) -> None:
    assert size_text(tmp_path / "gone") == ""
    (tmp_path / "more").mkdir()
    for name in ("one", "more/two"):
        (tmp_path / name).write_bytes(bytes(600_000))
    assert size_text(tmp_path) == "1.2 MB"
    assert size_text(tmp_path / "one") == "600 KB"
    assert [bytes_text(size) for size in (1, 45_300_000)] == ["1 KB", "45 MB"]


@pytest.mark.parametrize("said", ["5", "null", '["onnx"]'])
def test_a_format_that_is_no_name_was_never_remembered(tmp_path: Path, said: str) -> None:
    path = tmp_path / "window.json"
    path.write_text(f'{{"export_format": {said}}}')
    assert Settings(path).export_format == ""
