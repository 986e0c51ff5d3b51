"""From DICOM files to a project file with its model, and from that file to a new window."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ichdesk.app import Desk, build
from ichdesk.cli import run_command
from ichdesk.core.run import RunPhase
from ichdesk.session.state import WorkerStatus
from ichdesk.ui.settings import Settings
from tests.fakes.scans import axial, ct, written

PATIENCE_MS = 120_000
SECRET = "Musterfrau"


@contextmanager
def new_desk(qtbot: QtBot, folder: Path) -> Iterator[Desk]:
    folder.mkdir()
    desk = build(Settings(folder / "settings.ini"), store_folder=folder)
    desk.window.show()
    qtbot.waitUntil(lambda: desk.session.worker.status is WorkerStatus.READY, timeout=PATIENCE_MS)
    yield desk
    desk.close()


def make_scans(folder: Path, level: int) -> Path:
    """Six slices of each of two patients around a level of HU."""
    folder.mkdir()
    for number in range(12):
        stored = np.full((32, 32), level, np.int16)
        stored[4:20, 4:20] += np.int16(number)
        patient = f"{SECRET}{level}{number // 6}"
        elements = axial(5.0 * number, f"1.2.{level}.{number // 6}", PatientID=patient)
        data = written(ct(stored, PatientName=patient, PixelSpacing=[1, 1], **elements))
        (folder / f"{number}.dcm").write_bytes(data)
    return folder


def trained_project(desk: Desk, qtbot: QtBot, folder: Path) -> Path:
    """Import, train and save as a person would."""
    session = desk.session
    for bin_, level in zip(session.project.classes, (20, 65), strict=True):
        session.import_files([make_scans(folder / f"scan {level}", level)], bin_.id)
    qtbot.waitUntil(lambda: session.project.sample_count == 24, timeout=PATIENCE_MS)
    session.set_config(replace(session.project.config, epochs=8))
    assert session.train()
    qtbot.waitUntil(lambda: not session.is_training, timeout=PATIENCE_MS)
    assert session.run.phase is RunPhase.DONE
    path = folder / "Kurs 🩸.ichdesk"
    session.save(path)
    qtbot.waitUntil(lambda: session.path == path, timeout=PATIENCE_MS)
    return path


def previewed(desk: Desk, qtbot: QtBot, picture: Path) -> tuple[float, ...]:
    desk.session.preview_files([picture])
    qtbot.waitUntil(
        lambda: bool(desk.session.preview) and desk.session.preview[0].probabilities is not None,
        timeout=PATIENCE_MS,
    )
    return desk.session.preview[0].probabilities


def test_result_and_preview_are_there_in_a_new_window_without_training(
    qtbot: QtBot, tmp_path: Path
) -> None:
    picture = tmp_path / "new.dcm"
    picture.write_bytes(written(ct(np.full((32, 32), 60, np.int16), PixelSpacing=[1, 1])))
    with new_desk(qtbot, tmp_path / "first") as first:
        path = trained_project(first, qtbot, tmp_path)
        expected, run = previewed(first, qtbot, picture), first.session.run

    with new_desk(qtbot, tmp_path / "second") as second:
        session = second.session
        second.open(path)
        qtbot.waitUntil(lambda: session.path == path, timeout=PATIENCE_MS)
        assert session.notices == ()
        assert session.run.history == run.history
        assert session.run.test == run.test
        assert not session.is_stale
        samples = [sample for bin_ in session.project.classes for sample in bin_.samples]
        assert all(sample.is_hu and sample.series for sample in samples)
        assert len({sample.patient for sample in samples}) == 4
        assert previewed(second, qtbot, picture) == pytest.approx(expected, abs=1e-6)
        model = tmp_path / "again.ichmodel"
        session.export_model(model)
        qtbot.waitUntil(model.exists, timeout=PATIENCE_MS)
        session.set_config(replace(session.project.config, epochs=9))
        assert session.is_stale

    with zipfile.ZipFile(path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert SECRET.encode() not in everything + path.read_bytes()


def test_the_command_line_takes_both_kinds(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with new_desk(qtbot, tmp_path / "first") as desk:
        path = trained_project(desk, qtbot, tmp_path)
    tm, back, folder = tmp_path / "a.tm", tmp_path / "b.ichdesk", tmp_path / "out"
    assert run_command(["convert", str(path), str(tm)]) == 0
    told = capsys.readouterr().err
    assert told.count("does not keep") == 1
    assert "Hounsfield units, patients and the trained model" in told
    assert run_command(["convert", str(tm), str(back)]) == 0
    assert run_command(["convert", str(path), str(folder)]) == 0
    assert len(list(folder.glob("*/*.jpg"))) == 24
    assert "does not keep" not in capsys.readouterr().err
    same = tmp_path / "same.ichdesk"
    assert run_command(["convert", str(path), str(same)]) == 0
    assert same.read_bytes() == path.read_bytes()
    assert run_command(["info", str(path)]) == 0
    assert "24" in capsys.readouterr().out.splitlines()[0]
    command = [sys.executable, "-m", "ichdesk", "train", str(path), "--json", str(tmp_path / "r")]
    subprocess.run(command, check=True, capture_output=True)
    result = json.loads((tmp_path / "r").read_text(encoding="utf-8"))
    last = result["history"][-1]["test_loss"]
    assert last == pytest.approx(desk.session.run.history[-1].test_loss, rel=1e-4)
