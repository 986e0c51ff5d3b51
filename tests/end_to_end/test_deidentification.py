"""No byte that the app writes says whose scans it was given, whatever is done with them."""

import base64
import logging
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from platformdirs import user_log_path
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ichdesk.app import Desk, build
from ichdesk.archive import ExportForm
from ichdesk.cli import run_command
from ichdesk.core.logs import start_log
from ichdesk.core.run import RunPhase
from ichdesk.core.sample_manifest import FILES, TABLE
from ichdesk.session.state import WorkerStatus
from ichdesk.ui.settings import Settings
from tests.fakes.leaks import leaks
from tests.fakes.planted import (
    FIRST,
    LAST,
    MARK,
    NAMES,
    PATIENT_ID,
    UID_ROOT,
    YEAR,
    compressed,
    planted_elements,
    planted_file,
    write_files,
)

PATIENCE_MS = 180_000
UTF_8, LATIN_1, JAPANESE = NAMES
_FOLDERS = ("CACHE_HOME", "CONFIG_HOME", "DATA_HOME", "STATE_HOME")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every place that a program may write to without being asked, in one folder."""
    home = tmp_path / "home"
    places = {f"XDG_{name}": home / name for name in _FOLDERS}
    places |= {"HOME": home, "TMPDIR": home / "tmp", "XDG_RUNTIME_DIR": home / "run"}
    for name, place in places.items():
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        monkeypatch.setenv(name, str(place))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return home


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a PACS exports it, and what people put beside it."""
    folder = tmp_path_factory.mktemp("in") / f"{LAST}, {FIRST} {PATIENT_ID}"
    write_files(folder, _slices() | _damaged())
    _write_pictures(folder / "Normal")
    with zipfile.ZipFile(folder / f"{LAST}.zip", "w") as archive:
        archive.comment = f"{MARK} of {LAST}".encode()
        for number, charset in enumerate(NAMES):
            archive.writestr(f"{LAST}/{FIRST} {number}", planted_file(50 + number, _hu(9), charset))
    return folder


def _hu(seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return chance.normal(30 + seed, 5, (96, 96)).astype(np.int16)


def _slices() -> dict[str, bytes]:
    files = {}
    for number, charset in enumerate((UTF_8, LATIN_1, JAPANESE) * 2):
        kind = "Bleed" if number % 2 else "Normal"
        files[f"{kind}/{LAST}_{number}"] = planted_file(number, _hu(number), charset)
    files[f"Bleed/{FIRST}.dcm"] = compressed(planted_file(7, _hu(7)))
    files[f"{PATIENT_ID} {LAST}/IM1"] = planted_file(8, _hu(8), BurnedInAnnotation="YES")
    return files


def _damaged() -> dict[str, bytes]:
    good = planted_file(20, _hu(1))
    return {
        f"Bleed/{LAST} cut": good[:-15_000],
        f"Bleed/{LAST} slope": planted_file(21, _hu(1), RescaleSlope=0),
        f"Bleed/{LAST} scout": planted_file(22, _hu(1), ImageType=["A", "B", "LOCALIZER"]),
        f"Bleed/{LAST} kind": good.replace(b"CS\x02\0CT", b"CS\x99\x99CT"),
        f"Bleed/{LAST} rows": planted_file(23, _hu(1), Rows=0),
        f"Bleed/{LAST}.jpg": f"no picture of {LAST} {MARK}".encode(),
        f"Bleed/{LAST}.txt": f"about {LAST} {MARK}".encode(),
    }


def _write_pictures(folder: Path) -> None:
    """Other formats that carry words."""
    gray = np.random.default_rng(0).integers(0, 255, (224, 224), np.uint8)
    exif = Image.Exif()
    exif[0x010E], exif[0x9286] = f"{MARK} {LAST}", f"{MARK} {FIRST}"
    for side in (224, 300):  # the first is as large as a sample
        picture = Image.fromarray(gray).resize((side, side)).convert("RGB")
        text = PngInfo()
        text.add_text("Patient", f"{MARK} {LAST}", zip=True)
        text.add_itxt("Name", f"{MARK} {FIRST}")
        picture.save(folder / f"{LAST}{side}.png", pnginfo=text)
        comment = f"{MARK} {LAST}".encode()
        picture.save(folder / f"{LAST}{side}.jpg", exif=exif, comment=comment)
        picture.save(folder / f"{FIRST}{side}.tif", exif=exif)
    volume = nib.Nifti1Image(np.full((8, 8, 3), -1000, np.int16), np.eye(4))
    volume.header["descrip"], volume.header["db_name"] = f"{MARK} {LAST}", MARK
    volume.header["aux_file"], volume.header["intent_name"] = f"{MARK} {FIRST}", MARK
    comment = nib.nifti1.Nifti1Extension("comment", f"{MARK} {LAST}".encode())
    volume.header.extensions.append(comment)
    (folder / f"{LAST}.nii").write_bytes(volume.to_bytes())


def test_the_elements_of_the_standards_table_are_planted() -> None:
    """PS3.15 table E.1-1, by a sample of each of its kinds."""
    planted = {tag for tag, _ in planted_elements()}
    names = (0x0010_0010, 0x0008_0090, 0x0008_1050, 0x0008_1070, 0x0032_1032, 0x0040_A123)
    numbers = (0x0008_0050, 0x0010_1000, 0x0018_1000, 0x0020_0010, 0x0010_2180, 0x0010_1030)
    dates = (0x0008_0020, 0x0008_0021, 0x0008_0022, 0x0008_002A, 0x0010_0030, 0x0008_0030)
    texts = (0x0008_0080, 0x0008_0081, 0x0008_1030, 0x0010_4000, 0x0010_21B0, 0x0038_0300)
    uids = (0x0020_0052, 0x0008_1155, 0x0020_0200, 0x0040_A124, 0x0018_1002)
    nested = (0x0040_0275, 0x0010_1002, 0x0008_1140, 0x0400_0561, 0x0012_0064)
    assert {*names, *numbers, *dates, *texts, *uids, *nested} <= planted
    assert len(planted) > 3500


@pytest.fixture
def desk(qtbot: QtBot, home: Path) -> Iterator[Desk]:
    before = logging.getLogger().handlers[:]
    start_log(user_log_path("ichdesk", appauthor=False), "ichdesk.log")
    desk = build(Settings())
    desk.window.show()
    qtbot.waitUntil(lambda: desk.session.worker.status is WorkerStatus.READY, timeout=PATIENCE_MS)
    yield desk
    desk.close()
    assert leaks(home) == []
    for handler in set(logging.getLogger().handlers) - set(before):
        logging.getLogger().removeHandler(handler)
        handler.close()


def test_window_and_worker(
    desk: Desk, qtbot: QtBot, scans: Path, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    session, out, said = desk.session, home / "out", list[str]()
    session.subscribe(lambda _: said.extend(notice.text for notice in session.notices))
    session.subscribe(lambda _: said.extend(d for n in session.notices for d in n.details))

    def wait(until: Callable[[], object]) -> None:
        qtbot.waitUntil(lambda: bool(until()), timeout=PATIENCE_MS)

    def bring(paths: Sequence[Path], class_id: int | None = None) -> None:
        before = session.project
        session.import_files(paths, class_id)
        wait(lambda: session.project is not before)

    def fail(action: Callable[[], None]) -> None:
        before = session.notices
        action()
        wait(lambda: session.notices != before)

    out.mkdir()
    for class_, folder in zip(session.project.classes, ("Bleed", "Normal"), strict=True):
        bring([scans / folder], class_.id)
    bring([scans])
    bring([scans / f"{LAST}.zip"])
    bring(sorted((scans / "Bleed").iterdir()))
    session.set_config(replace(session.project.config, epochs=2))
    assert session.train()
    wait(lambda: not session.is_training)
    assert session.run is not None
    assert session.run.phase is RunPhase.DONE
    session.preview_files(sorted((scans / "Bleed").iterdir()))
    wait(lambda: any(image.probabilities for image in session.preview))
    session.classify_files([scans], out / "answers.csv")
    wait((out / "answers.csv").exists)
    session.export_model(out / "m.ichmodel")
    for name in ("native.ichdesk", "original.tm"):
        session.save(out / name)
        wait(lambda name=name: session.path == out / name)
    session.export_samples(out / "samples")
    wait(lambda: any(text.startswith("Saved") and "samples" in text for text in said))
    manifests = ExportForm(has_manifest=True, keeps_hu=True)
    session.export_samples(out / "with manifests", form=manifests)
    wait(lambda: any(text.startswith("Saved") and "manifests" in text for text in said))
    wait((out / "m.ichmodel").exists)
    fail(lambda: session.import_files([scans / "Bleed" / f"{LAST} cut"]))
    fail(lambda: session.save(out / "missing" / "x.tm"))
    logging.getLogger("ichdesk").error("so that there is a log")
    session.add_class()  # something to lose, so that it is kept for the case of a crash
    wait(lambda: list(home.rglob("unsaved.json")))
    files = {path.name for path in home.rglob("*") if path.is_file()}
    assert {"native.ichdesk", "original.tm", "m.ichmodel", "samples.bin", "ichdesk.log"} <= files
    assert {"unsaved.json", "samples.jsonl", "run-1.json", *FILES} <= files
    assert len(list((out / "samples").rglob("*.*"))) == session.project.sample_count
    names = " ".join(class_.name for class_ in session.project.classes)
    printed = "".join(capfd.readouterr())
    assert leaks(home, notices="\n".join(said), classes=names, printed=printed) == []
    assert session.project.sample_count > 30
    assert {"Bleed", "Normal"} <= {class_.name for class_ in session.project.classes}


def test_command_line(
    qapp: QApplication, scans: Path, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    native, original = home / "x.ichdesk", home / "x.tm"
    _run_program("import", scans / "Bleed", "--class", "Bleed", "--into", native)
    assert run("import", scans / "Normal", "--class", "Normal", "--into", native) == 0
    assert run("import", scans, scans / f"{LAST}.zip", "--into", original) == 0
    assert run("import", scans / "Bleed" / f"{LAST} cut", "--into", original) == 2
    assert run("info", native) == 0
    _run_program("train", native, "--json", home / "r.json", "--model", home / "m.ichmodel")
    assert run("report", native, "--out", home / "report") == 0
    answers = ("--csv", home / "answers.csv", "--json", home / "answers.json")
    assert run("predict", home / "m.ichmodel", scans, *answers) == 2
    assert run("predict", home / "m.ichmodel", native, scans) == 2
    assert run("convert", native, home / "folder") == 0
    assert run("convert", native, home / "units", "--hu", "--layout", "split") == 0
    keys = [line.split(",")[6] for line in (home / "units" / TABLE).read_text("utf-8").splitlines()]
    assert re.fullmatch("[0-9a-f]{32}", max(keys[1:]))
    assert run("import", home / "units", "--into", home / "back.ichdesk") == 0
    assert run("convert", scans, home / "folders.tm") == 0
    spoken = capfd.readouterr()
    assert "after a patient" in spoken.err
    assert "with Hounsfield units" in spoken.out
    assert leaks(home, out=spoken.out, err=spoken.err) == []


def run(*arguments: object) -> int:
    return run_command([str(argument) for argument in arguments])


def _run_program(*arguments: object) -> None:
    subprocess.run([sys.executable, "-m", "ichdesk", *map(str, arguments)], check=True)


@pytest.mark.parametrize(
    "leak",
    [
        f"the scan of {LAST.upper()} is damaged".encode(),
        f"x{FIRST.lower()}x".encode("utf-16-le"),
        f"x{FIRST}x".encode("utf-16-be"),
        "Åkesson".encode("latin-1"),
        "山田".encode(),
        b'{"name": "\\u592a\\u90ce"}',
        f"{UID_ROOT}.3.17".encode(),
        f"born {YEAR}0317".encode(),
        f"born {YEAR}-03-17".encode(),
        f"born 17.03.{YEAR}".encode(),
        f"born 17 Mar {YEAR}".encode(),
        b"at 10:44:55",
        b"[" + base64.b64encode(f"name: {LAST}".encode()) + b"]",
        sha256(PATIENT_ID.encode()).hexdigest().encode(),
    ],
)
def test_the_search_finds_a_leak(tmp_path: Path, leak: bytes) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "file").write_bytes(b"innocent")
    assert leaks(tmp_path, said=b"nothing") == []
    (tmp_path / "sub" / "file").write_bytes(leak)
    assert leaks(tmp_path)
    assert leaks(tmp_path / "none", said=leak)


def test_the_search_opens_what_is_packed(tmp_path: Path) -> None:
    text = PngInfo()
    text.add_text("k", f"of {LAST}", zip=True)
    Image.new("L", (9, 9)).save(tmp_path / "texts.png", pnginfo=text)
    pixels = np.frombuffer(f"{MARK}{LAST}".encode(), np.uint8)
    Image.fromarray(pixels[None]).save(tmp_path / "pixels.png")
    spool = b"\xff" * 99 + (tmp_path / "texts.png").read_bytes() + b"\xff" * 99
    (tmp_path / "spool.bin").write_bytes(spool)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.json", f'{{"id": "{PATIENT_ID}"}}')
        archive.write(tmp_path / "texts.png", "inner.png")
    found = "\n".join(leaks(tmp_path))
    for name in ("texts.png >", "pixels.png >", "spool.bin >", "a.zip > b.json", "> inner.png >"):
        assert name in found
    (tmp_path / f"{LAST}.txt").write_bytes(b"")
    assert f"name {LAST}.txt" in "\n".join(leaks(tmp_path))


def test_the_search_finds_something_in_every_file_that_is_read(scans: Path, tmp_path: Path) -> None:
    for path in sorted(path for path in scans.rglob("*") if path.is_file()):
        assert leaks(tmp_path, said=path.read_bytes()), path


def test_home_is_where_the_app_writes(home: Path) -> None:
    assert Path(tempfile.gettempdir()).is_relative_to(home)
    assert Path(os.environ["HOME"]) == home
