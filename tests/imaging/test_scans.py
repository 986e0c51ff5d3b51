"""Scans that are dropped: order, classes, discs, zips, counts, and whose names stay out."""

import gzip
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from pydicom.fileset import FileSet

from ichdesk.archive import SampleStore, save_project
from ichdesk.cli.jobs import gather_project
from ichdesk.core.logs import start_log
from ichdesk.imaging.gather import gather
from ichdesk.imaging.gathered import Gathered, Scans, scans_sentences
from ichdesk.imaging.pipeline import baked, model_pixels
from tests.fakes.scans import axial, ct, written


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore(tmp_path / "store") as store:
        yield store


def flat(hu: int, **elements: Any) -> bytes:
    return written(ct(np.full((32, 32), hu, np.int16), **elements))


def grays(gathered: Gathered) -> dict[str | None, list[int]]:
    return {
        name: [round(model_pixels(sample.read())[112, 112].mean()) for sample in samples]
        for name, samples in gathered.classes
    }


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_ct_is_shown_through_the_brain_window(store: SampleStore, tmp_path: Path) -> None:
    values = enumerate((-1000, 0, 20, 40, 60, 80, 1000))
    gathered = gather([put(tmp_path / f"{n}", flat(hu)) for n, hu in values], store.add)
    np.testing.assert_allclose(grays(gathered)[None], [0, 0, 64, 128, 191, 255, 255], atol=1)
    with Image.open(io.BytesIO(gathered.classes[0][1][0].read())) as image:
        assert (image.size, image.mode, image.format) == ((32, 32), "I;16", "PNG")
        assert set(image.info) == {"ichdesk-hu"}


def test_bone_does_not_whiten_what_lies_beside_it(store: SampleStore, tmp_path: Path) -> None:
    hu = np.full((448, 448), 40, np.int16)
    hu[:, 223] = 1000  # half of a column of the sample
    path = put(tmp_path / "x", written(ct(hu)))
    pixels = model_pixels(gather([path], store.add).classes[0][1][0].read())
    assert abs(int(pixels[112, 111, 0]) - 191) < 12  # midway between gray and white


def test_inverted_and_oblong(store: SampleStore, tmp_path: Path) -> None:
    hu = np.full((32, 64), 80, np.int16)
    elements = {"PhotometricInterpretation": "MONOCHROME1", "PixelSpacing": [1, 0.25]}
    path = put(tmp_path / "x", written(ct(hu, **elements)))
    other = put(tmp_path / "y", written(ct(hu, PixelSpacing=[1, 0.25])))
    inverted, plain = (
        model_pixels(gather([p], store.add).classes[0][1][0].read()) for p in (path, other)
    )
    assert inverted.max() < 5
    assert plain[112, 112].min() > 250  # 32 mm high, 16 mm wide
    assert plain[:, :50].max() < 5
    assert plain[5, 112].min() > 250


def test_slices_are_in_the_order_of_the_anatomy(store: SampleStore, tmp_path: Path) -> None:
    heights = {"a": (30, 75), "b": (10, 25), "c": (20, 50)}
    for name, (z_mm, hu) in heights.items():
        put(tmp_path / "scan" / name, flat(hu, **axial(z_mm, "1.2")))
    for number, name in ((2, "d"), (1, "e")):
        put(
            tmp_path / "scan" / name,
            flat(10 * number, SeriesInstanceUID="1.3", InstanceNumber=number),
        )
    gathered = gather([tmp_path / "scan"], store.add)
    np.testing.assert_allclose(grays(gathered)[None], [80, 159, 239, 32, 64], atol=1)
    assert gathered.scans == Scans(5, 2, 0, 0)


def test_folders_do_not_matter_on_a_class(store: SampleStore, tmp_path: Path) -> None:
    for number in range(4):
        put(tmp_path / "cd" / f"SE{number % 2}" / f"IM{number}", flat(10 + number))
    put(tmp_path / "cd" / "DICOMDIR", b"anything")
    put(tmp_path / "cd" / "SE0" / "notes", b"hello")
    gathered = gather([tmp_path / "cd"], store.add, one_class=True)
    assert [(name, len(samples)) for name, samples in gathered.classes] == [(None, 4)]
    assert len(gathered.left_out) == 1


def test_folders_are_classes_elsewhere(store: SampleStore, tmp_path: Path) -> None:
    for number in range(4):
        put(tmp_path / "set" / f"Class {number % 2}" / f"1.2.{number}", flat(10 + number))
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in (tmp_path / "set").rglob("1.2*"):
            archive.write(file, file.relative_to(tmp_path).as_posix())
    for dropped in (tmp_path / "set", path):
        gathered = gather([dropped], store.add)
        assert {name: len(samples) for name, samples in gathered.classes} == {
            "Class 0": 2,
            "Class 1": 2,
        }


def disc(folder: Path) -> Path:
    """A disc as a PACS writes it, with its list of contents."""
    files = FileSet()
    for number in range(3):
        source = put(
            folder / "source" / str(number),
            flat(
                10 + number,
                **axial(3 - number, "1.2.3"),
                PatientID="7",
                PatientName="Doe^Jane",
                StudyInstanceUID="1.2",
                StudyID="1",
                StudyDate="20200101",
                StudyTime="120000",
                AccessionNumber="",
                SeriesNumber=1,
                InstanceNumber=number + 1,
            ),
        )
        files.add(source)
    files.write(folder / "disc")
    files._stage["t"].cleanup()  # pydicom leaves that to chance
    return folder / "disc" / "DICOMDIR"


def test_a_list_of_contents_brings_its_files(store: SampleStore, tmp_path: Path) -> None:
    contents = disc(tmp_path)
    gathered = gather([contents], store.add)
    np.testing.assert_allclose(grays(gathered)[None], [38, 35, 32], atol=1)
    assert gathered.scans == Scans(3, 1, 1, 0)
    assert gathered.left_out == ()
    next(path for path in contents.parent.rglob("IM*") if path.is_file()).unlink()
    assert "lists 1 file that cannot be found" in gather([contents], store.add).left_out[0]
    whole = gather([contents.parent], store.add, one_class=True)
    assert [len(samples) for _, samples in whole.classes] == [2]
    contents.write_bytes(b"\0" * 128 + b"DICM" + b"nothing")
    assert "add the folder" in gather([contents], store.add).left_out[0]


def test_gzip_holds_a_scan(store: SampleStore, tmp_path: Path) -> None:
    path = put(tmp_path / "x.dcm.gz", gzip.compress(flat(40)))
    assert grays(gather([path], store.add)) == {None: [128]}
    put(path, gzip.compress(flat(40))[:-10])
    assert "cut off" in gather([path], store.add).left_out[0]


def test_bad_files_do_not_stop_the_others(store: SampleStore, tmp_path: Path) -> None:
    good = flat(40)
    for number in range(4):
        put(tmp_path / "set" / f"{number}.dcm", good)
    put(tmp_path / "set" / "1.dcm", good[:-100])
    put(tmp_path / "set" / "2.dcm", good[:140])
    gathered = gather([tmp_path / "set"], store.add)
    assert grays(gathered) == {None: [128, 128]}
    assert [sentence[:7] for sentence in gathered.left_out] == ["“1.dcm”", "“2.dcm”"]


def test_a_long_file_can_be_given_up(
    store: SampleStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Progress is told while a file is being read, so that it can raise."""
    monkeypatch.setattr("ichdesk.imaging.gather._SECONDS_BETWEEN_LOOKS", 0.01)
    frames = np.full((2000, 64, 64), 40, np.int16)
    path = put(tmp_path / "x.dcm", written(ct(frames, NumberOfFrames=2000)))

    class StopError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise StopError

    before = threading.active_count()
    with pytest.raises(StopError):
        gather([path], store.add, stop)
    assert threading.active_count() == before


def test_what_is_said_of_scans() -> None:
    assert scans_sentences(Scans()) == ()
    assert scans_sentences(Scans(9, 2, 1)) == ("The slices are of 2 series of 1 patient.",)
    warning = "3 images may have a name written on the picture (3 as the files say); look before "
    assert scans_sentences(Scans(9, 0, 0, 3))[1].startswith(warning)
    both = "5 images may have a name written on the picture (3 as the files say and 2 on which text"
    assert scans_sentences(Scans(9, 0, 0, 3, 2))[1].startswith(both)
    assert "(1 on which text was seen)" in scans_sentences(Scans(written_on=1))[0]


def test_text_that_no_file_tells_of_is_seen(store: SampleStore, tmp_path: Path) -> None:
    plain = np.full((512, 512), -1000, np.int16)
    drawn = Image.new("L", (512, 512))
    ImageDraw.Draw(drawn).text((9, 9), "DOE^JANE 19310604", 255, ImageFont.load_default(14))
    text = np.where(np.asarray(drawn) > 127, 3000, plain).astype(np.int16)
    folder = tmp_path / "in"
    put(folder / "a", written(ct(plain)))
    put(folder / "b", written(ct(text)))
    put(folder / "c", written(ct(text, BurnedInAnnotation="YES")))
    put(folder / "d", written(ct(plain, BurnedInAnnotation="YES")))
    Image.new("L", (300, 300)).save(folder / "e.png")
    drawn.crop((0, 0, 224, 224)).save(folder / "f.png")
    gathered = gather(sorted(folder.iterdir()), store.add)
    assert gathered.left_out == ()
    assert gathered.scans == Scans(4, labeled=2, written_on=2)


def test_names_of_patients_are_not_in_what_is_said(store: SampleStore, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    put(folder / "DOE_JANE.dcm", flat(10, PatientName="Doe^Jane", PatientID="77")[:-9])
    put(folder / "Jane.zip", b"no zip")
    put(folder / "other.txt", b"no image")
    gathered = gather(sorted(folder.iterdir()), store.add)
    assert [sentence.split(" ")[0] for sentence in gathered.left_out] == ["A", "A", "“other.txt”"]
    assert "cut off" in " ".join(gathered.left_out)
    assert "jane" not in " ".join(gathered.left_out).lower()


def test_a_patient_is_the_same_in_the_next_import(store: SampleStore, tmp_path: Path) -> None:
    path = put(tmp_path / "x", flat(10, **axial(1, "1.2"), PatientID="77"))
    other = put(tmp_path / "y", flat(11, **axial(1, "1.2"), PatientID="78"))
    (first,), (second,), (third,) = (
        gather([p], store.add).classes[0][1] for p in (path, path, other)
    )
    assert (first.patient, first.series) == (second.patient, second.series)
    assert first.patient != third.patient
    assert None not in {first.patient, first.series}


SECRETS = {
    "PatientName": "Vandermeulen^Quirijn",
    "PatientID": "HX7731904",
    "StudyInstanceUID": "1.2.826.77.314159",
    "SeriesInstanceUID": "1.2.826.77.271828",
    "AccessionNumber": "ACC556677",
    "InstitutionName": "Zonnestraal Clinic",
    "ReferringPhysicianName": "Oudekerk^Floris",
    "StudyDate": "19840317",
    "PatientBirthDate": "19310604",
    "StudyDescription": "Unmistakable study",
    "PatientComments": "Unmistakable comment",
}
PIECES = [
    *("Vandermeulen", "Quirijn", "HX7731904", "314159", "271828", "ACC556677", "Zonnestraal"),
    *("Oudekerk", "Floris", "19840317", "19310604", "Unmistakable", "PRIVATE"),
]


def secret_slice(hu: int, **elements: Any) -> bytes:
    dataset = ct(np.full((32, 32), hu, np.int16), **{**SECRETS, **elements})
    dataset.private_block(0x0011, "PRIVATE CREATOR", create=True).add_new(1, "LO", "PRIVATE X")
    return written(dataset)


def test_no_byte_that_is_written_names_a_patient(tmp_path: Path) -> None:
    """Class names, samples, project, spool and log of an import in which much goes wrong."""
    folder = tmp_path / "in" / "Vandermeulen, Q"
    put(folder / "HX7731904 first" / "IM1", secret_slice(10))
    put(folder / "Bleed" / "IM2", secret_slice(20, BurnedInAnnotation="YES"))
    put(folder / "Bleed" / "IM3", secret_slice(30)[:-50])
    put(folder / "Bleed" / "IM4", secret_slice(30, RescaleSlope=0))
    put(folder / "Bleed" / "IM5", secret_slice(30, ImageType=["X", "Y", "LOCALIZER"]))
    broken = secret_slice(30).replace(b"CS\x02\0CT", b"CS\x99\x99CT")
    put(folder / "Bleed" / "IM6", broken)
    out = tmp_path / "out"
    start_log(out / "log", "x.log")
    import logging

    try:
        with SampleStore(out / "spool") as store:
            project = gather_project(folder, store).project
            save_project(project, out / "x.tm", lambda done, total: None, baked(project))
            gathered = gather([folder], store.add)
            bytes_written = b"".join(p.read_bytes() for p in out.rglob("*") if p.is_file())
    finally:
        for handler in logging.getLogger().handlers[:]:
            if "x.log" in str(getattr(handler, "baseFilename", "")):
                logging.getLogger().removeHandler(handler)
                handler.close()
    assert len(project.classes) == 2
    assert gathered.private_names == {folder.name}
    assert gathered.scans == Scans(2, 1, 1, 1)
    with zipfile.ZipFile(out / "x.tm") as archive:
        bytes_written += b"".join(archive.read(name) for name in archive.namelist())
        bytes_written += " ".join(archive.namelist()).encode()
    bytes_written += repr((project, gathered.left_out, gathered.scans)).encode()
    assert len(gathered.left_out) == 4
    for piece in PIECES:
        for text in (piece, piece.lower(), piece.upper()):
            assert text.encode() not in bytes_written, piece
            assert text.encode("utf-16-le") not in bytes_written, piece
    assert b"Bleed" in bytes_written
