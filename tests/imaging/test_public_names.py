"""Paths as they may be passed on: below what was given, and without what identifies a patient."""

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from ichdesk.core.zip_entries import UnpackBudget, ZipEntry
from ichdesk.imaging.dicom.identity import Pseudonyms
from ichdesk.imaging.public_names import PublicNames, parts_below
from ichdesk.imaging.sources import FileSource, ZipSource


@pytest.fixture
def names() -> PublicNames:
    known = Pseudonyms(b"salt")
    dataset = Dataset()
    dataset.PatientName, dataset.PatientID = "Vandermeulen^Quirijn", "KX7731904"
    known.patient(dataset)
    return PublicNames(known)


def test_names_of_patients_become_numbers(names: PublicNames) -> None:
    assert names.text(["Bleed", "IM 1"], is_scan=False) == "Bleed/IM 1"
    assert names.text(["vandermeulen_3.jpg"], is_scan=False) == "private-1"
    assert names.text(["Quirijn", "IM 1"], is_scan=True) == "private-2/IM 1"
    assert names.text(["Quirijn", "x KX7731904"], is_scan=True) == "private-2/private-3"
    assert names.hidden == 3


@pytest.mark.parametrize(
    "part",
    ["1.2.840.113619.2.55", "CT.1.2.840.5.dcm", "7731904", "scan_20240117.nii.gz", "A0123456"],
)
def test_numbers_that_stand_in_headers(names: PublicNames, part: str) -> None:
    assert names.text([part], is_scan=True) == "private-1"
    assert names.text([part], is_scan=False) == part


@pytest.mark.parametrize("part", ["IM000001", "slice 0012.dcm", "sub-01_ct.nii.gz", "ID_00f3a.dcm"])
def test_numbers_of_slices_stay(names: PublicNames, part: str) -> None:
    assert names.text([part], is_scan=True) == part


def test_parts_below_what_was_given(tmp_path: Path) -> None:
    folder, other = tmp_path / "a", tmp_path / "b"
    folder.mkdir()
    source = FileSource(folder / "sub" / "1.png")
    assert parts_below(source, [folder]) == ("sub", "1.png")
    assert parts_below(source, [folder, other]) == ("a", "sub", "1.png")
    assert parts_below(source, [source.path]) == ("1.png",)
    assert parts_below(source, [source.path, other / "2.png"]) == ("a", "sub", "1.png")
    elsewhere = FileSource(Path("/elsewhere/IM1"))
    assert parts_below(elsewhere, [folder / "DICOMDIR"]) == ("IM1",)


def test_parts_in_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    source = ZipSource(path, ZipEntry("sub\\1.png", 0, 0, 0, 0, None), UnpackBudget(0))
    assert parts_below(source, [path]) == ("sub", "1.png")
    assert parts_below(source, [path, tmp_path / "b.png"]) == ("z.zip", "sub", "1.png")


def test_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path)
    for given in (Path("a"), Path(), Path("a/../a")):
        source = FileSource(given / "1.png")
        assert parts_below(source, [given]) == ("1.png",)
