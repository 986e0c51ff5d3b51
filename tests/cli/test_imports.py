"""The command "import" on real files: into which class, what it says, what it never loses."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ichdesk.archive import SampleStore, open_project
from ichdesk.cli import run_command
from tests.fakes.scans import axial, ct, written


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def slice_of(patient: str, z_mm: int, **elements: Any) -> bytes:
    hu = np.full((32, 32), 30 + z_mm, np.int16)
    return written(ct(hu, PatientID=patient, **axial(z_mm, f"1.{patient}"), **elements))


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    for patient in ("7", "8"):
        for z_mm in range(3):
            name = f"PACS/PA{patient}/IM{z_mm}"
            put(tmp_path / name, slice_of(patient, 10 * int(patient) + z_mm))
    return tmp_path / "PACS"


def run(*arguments: object) -> int:
    return run_command([str(argument) for argument in arguments])


def counts(path: Path, tmp_path: Path) -> dict[str, int]:
    with SampleStore(tmp_path / "store") as store:
        classes = open_project(path, store).project.classes
        return {bin_.name: len(bin_.samples) for bin_ in classes}


def test_a_folder_into_a_class_of_a_new_file(
    scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(scans / "notes.txt", b"hello")
    file = tmp_path / "x.ichdesk"
    assert run("import", scans, "--class", "Bleed", "--into", file) == 0
    said = capsys.readouterr()
    assert said.out == (f"Added 6 images to {file}\nThe slices are of 2 series of 2 patients.\n")
    assert said.err.startswith("“notes.txt” was left out. ")
    assert counts(file, tmp_path) == {"Bleed": 6}


def test_one_class_after_another(
    scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, picture = tmp_path / "x.ichdesk", tmp_path / "p.png"
    Image.new("L", (30, 30), 99).save(picture)
    assert run("import", scans / "PA7", "--class", "Bleed", "--into", file) == 0
    assert run("import", scans / "PA8", picture, "--class", "Normal", "--into", file) == 0
    assert run("import", picture, "--class", " Bleed ", "--into", file) == 0
    assert counts(file, tmp_path) == {"Bleed": 4, "Normal": 4}
    capsys.readouterr()
    assert run("info", file) == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        "x.ichdesk: 8 images, 6 with Hounsfield units, 2 series, 2 patients",
        "  Bleed: 4 images, 3 with Hounsfield units, 1 series, 1 patient",
        "  Normal: 4 images, 3 with Hounsfield units, 1 series, 1 patient",
    ]


def test_folders_are_classes_unless_one_is_named(tmp_path: Path) -> None:
    for name in ("Bleed", "Normal"):
        put(tmp_path / "set" / name / "1.dcm", slice_of("7", 5))
        Image.new("L", (30, 30), 99).save(tmp_path / "set" / name / "2.png")
    assert run("import", tmp_path / "set", "--into", tmp_path / "a.ichdesk") == 0
    assert run("import", tmp_path / "set", "--into", tmp_path / "a.ichdesk") == 0
    assert counts(tmp_path / "a.ichdesk", tmp_path) == {"Bleed": 4, "Normal": 4}
    assert run("import", tmp_path / "set", "--class", "All", "--into", tmp_path / "b.tm") == 0
    assert counts(tmp_path / "b.tm", tmp_path) == {"All": 4}


def test_a_tm_file_gets_pictures_and_says_so(
    scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.tm"
    assert run("import", scans, "--class", "Bleed", "--into", file) == 0
    assert "does not keep Hounsfield units and patients" in capsys.readouterr().err
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    assert names == [*(f"Bleed-!-{number}.jpg" for number in range(6)), "manifest.json"]
    assert run("info", file) == 0
    assert capsys.readouterr().out.startswith("x.tm: 6 images\n")


def test_a_warning_of_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path / "x.dcm", slice_of("7", 1, BurnedInAnnotation="YES"))
    assert run("import", path, "--class", "A", "--into", tmp_path / "x.ichdesk") == 0
    assert "1 image may have a name written on the picture" in capsys.readouterr().out


BAD_IMPORTS = {
    "missing path": ["import", "nowhere", "--class", "A", "--into", "FILE"],
    "one of two missing": ["import", "SCANS", "nowhere", "--class", "A", "--into", "FILE"],
    "nothing to read": ["import", __file__, "--class", "A", "--into", "FILE"],
    "empty folder": ["import", "EMPTY", "--into", "FILE"],
    "no name": ["import", "SCANS", "--class", " ", "--into", "FILE"],
    "no project": ["import", "SCANS", "--class", "A", "--into", "EMPTY/x.zip"],
    "no folder": ["import", "SCANS", "--class", "A", "--into", "EMPTY/no/x.tm"],
    "a folder": ["import", "SCANS", "--class", "A", "--into", "EMPTY"],
    "damaged file": ["import", "SCANS", "--class", "A", "--into", "DAMAGED"],
    "into itself": ["import", "FILE", "--class", "A", "--into", "FILE"],
    "a project as image": ["import", "OTHER", "--class", "A", "--into", "FILE"],
    "no file": ["import", "SCANS", "--class", "A"],
    "nothing": ["import", "--into", "FILE"],
}


@pytest.mark.parametrize("case", BAD_IMPORTS)
def test_bad_input_is_a_sentence_and_loses_nothing(
    case: str, scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.ichdesk"
    assert run("import", scans, "--class", "Kept", "--into", file) == 0
    (tmp_path / "empty").mkdir()
    places = {
        "FILE": file,
        "SCANS": scans,
        "EMPTY": tmp_path / "empty",
        "DAMAGED": put(tmp_path / "damaged.tm", b"PK no zip"),
        "OTHER": put(tmp_path / "other.tm", b"PK"),
    }
    words = [
        str(places.get(word, word)).replace("EMPTY", str(places["EMPTY"]))
        for word in BAD_IMPORTS[case]
    ]
    before = file.read_bytes()
    capsys.readouterr()
    assert run_command(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert said.err.strip().endswith((".", "?"))
    assert file.read_bytes() == before
    assert (tmp_path / "damaged.tm").read_bytes() == b"PK no zip"
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_save_that_fails_loses_nothing(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.ichdesk"
    assert run("import", scans, "--class", "Kept", "--into", file) == 0
    before = file.read_bytes()

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ichdesk.core.atomic.os.fsync", fail)
    assert run("import", scans, "--class", "More", "--into", file) == 2
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.glob(".*")] == []
