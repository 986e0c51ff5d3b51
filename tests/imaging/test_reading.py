"""Files of every kind to what the network sees, in order, as an import would read them."""

import gzip
import io
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import nibabel as nib
import numpy as np
from PIL import Image

from ichdesk.archive import SampleStore
from ichdesk.core.notes import Notes
from ichdesk.core.steps import DEFAULT_STEPS
from ichdesk.imaging.dicom.identity import Pseudonyms, user_salt
from ichdesk.imaging.gather import gather
from ichdesk.imaging.pipeline import model_pixels
from ichdesk.imaging.reading import FileRead, read_files
from ichdesk.imaging.sources import Placed, find_sources
from tests.fakes.scans import axial, ct, written


def fill(folder: Path) -> None:
    """A picture of odd size, a slice of a patient, a volume of three slices, and junk."""
    folder.mkdir()
    chance = np.random.default_rng(0)
    Image.fromarray(chance.integers(0, 256, (90, 70, 3), np.uint8)).save(folder / "1.png")
    hu = chance.integers(-100, 200, (64, 64)).astype(np.int16)
    elements = {**axial(5, "1.2.3"), "PatientID": "X1", "PixelSpacing": [0.5, 0.5]}
    (folder / "2").write_bytes(written(ct(hu, **elements)))
    volume = np.round(chance.normal(30, 20, (40, 40, 3))).astype(np.int16)
    volume[0] = -1000
    packed = gzip.compress(nib.Nifti1Image(volume, np.eye(4)).to_bytes())
    (folder / "3.nii.gz").write_bytes(packed)
    (folder / "4.txt").write_bytes(b"no image")


def read(folder: Path) -> list[FileRead]:
    placed = find_sources([folder], Notes())
    with closing(read_files(placed, DEFAULT_STEPS, Pseudonyms(user_salt()))) as files:
        return list(files)


def test_the_network_sees_what_it_would_see_of_an_import(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    fill(folder)
    files = read(folder)
    assert [file.source.name for file in files] == ["1.png", "2", "3.nii.gz", "4.txt"]
    assert [len(file.shown) for file in files] == [1, 1, 3, 0], files[1].problem
    assert [file.is_scan for file in files] == [False, True, True, False]
    assert [bool(file.problem) for file in files] == [False, False, False, True]
    with SampleStore(tmp_path / "store") as store:
        ((_, samples),) = gather([folder], store.add, one_class=True).classes
        expected = [(model_pixels(sample.read()), sample.patient) for sample in samples]
    shown = [(each.pixels, each.patient) for file in files for each in file.shown]
    assert shown[1][1] is not None
    assert [patient for _, patient in shown] == [patient for _, patient in expected]
    for (ours, _), (theirs, _) in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


class Counted:
    """A picture without a file, which counts how often anything was read."""

    path, name, size = Path("1.png"), "1.png", 1
    reads: ClassVar[list[int]] = []

    def read(self) -> bytes:
        self.reads.append(1)
        out = io.BytesIO()
        Image.new("L", (30, 30)).save(out, "PNG")
        return out.getvalue()


def test_only_a_few_are_read_ahead() -> None:
    files = read_files([Placed(None, Counted())] * 500, DEFAULT_STEPS, Pseudonyms(b"x"))
    assert next(files).shown
    files.close()
    assert len(Counted.reads) <= 1 + 8 * 3
