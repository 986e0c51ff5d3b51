"""Every command on real files: what it writes, what it says, and its exit code."""

import csv
import errno
import json
import math
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from ichdesk.__main__ import main
from ichdesk.archive import SampleStore, open_project, save_project
from ichdesk.cli import run_command
from ichdesk.core.project import Project

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
WORKSHOP = SHARED / "workshop_experiment1.tm"


def json_of(path: Path) -> dict[str, object]:
    result = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(result, dict)
    return result


class Raiser:
    """A function that raises."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __call__(self, *_: object) -> None:
        raise self.error


def test_info_lists_classes_and_settings(
    phantom_tm: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["info", str(phantom_tm)]) == 0
    out = capsys.readouterr().out
    assert "Hemorrhage: 8 images" in out
    assert "Normal: 7 images" in out
    assert "learning rate 0.001" in out


def test_phantom_is_the_same_for_the_same_seed(phantom_tm: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again.tm", tmp_path / "other.tm"
    arguments = ["--classes", "Hemorrhage=8,Normal=7"]
    assert run_command(["phantom", str(again), *arguments]) == 0
    assert run_command(["phantom", str(other), *arguments, "--seed", "1"]) == 0
    assert again.read_bytes() == phantom_tm.read_bytes()
    assert other.read_bytes() != phantom_tm.read_bytes()


def test_convert_there_and_back_keeps_every_byte(phantom_tm: Path, tmp_path: Path) -> None:
    folder, back = tmp_path / "folder", tmp_path / "back.tm"
    assert run_command(["convert", str(phantom_tm), str(folder)]) == 0
    folders = sorted(child.name for child in folder.iterdir() if child.is_dir())
    assert folders == ["Hemorrhage", "Normal"]
    assert run_command(["convert", str(folder), str(back)]) == 0
    with zipfile.ZipFile(phantom_tm) as first, zipfile.ZipFile(back) as second:
        assert first.namelist() == second.namelist()
        for name in first.namelist()[:-1]:
            assert first.read(name) == second.read(name)


def test_an_existing_project_is_replaced_only_by_force(phantom_tm: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine.tm"
    target.write_bytes(b"work of a week")
    assert run_command(["convert", str(phantom_tm), str(target)]) == 2
    assert target.read_bytes() == b"work of a week"
    assert run_command(["convert", str(phantom_tm), str(target), "--force"]) == 0
    assert zipfile.is_zipfile(target)


def test_train_then_predict(
    phantom_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, model, table = tmp_path / "r.json", tmp_path / "m.ichmodel", tmp_path / "t.csv"
    command = ["train", str(phantom_tm), "--epochs", "3", "--seed", "5"]
    assert run_command([*command, "--json", str(results), "--model", str(model)]) == 0
    result = json_of(results)
    assert result["classes"] == ["Hemorrhage", "Normal"]
    assert result["settings"] == {
        "epochs": 3,
        "batch_size": 16,
        "learning_rate": 0.001,
        "backbone": "ct-phantom",
        "head": "ichdesk",
        "split": "auto",
        "seed": 5,
        "device": result["settings"]["device"],  # type: ignore[index]
    }
    assert result["split"] == {
        "train": {"Hemorrhage": 6, "Normal": 5},
        "test": {"Hemorrhage": 2, "Normal": 2},
        "by": "slice",
        "patients_train": 0,
        "patients_test": 0,
        "patients_both": 0,
        "images_without_patient": 15,
        "near_copies": 0,
        "near_copies_listed": [],
    }
    assert result["warnings"] == []
    history = result["history"]
    assert isinstance(history, list)
    assert [epoch["epoch"] for epoch in history] == [0, 1, 2]
    assert all(math.isfinite(epoch["test_loss"]) for epoch in history)
    low, high = result["test_interval"]  # type: ignore[misc]
    assert 0 <= low <= result["test_accuracy"] <= high <= 1  # type: ignore[operator]
    assert set(result["seconds"]) == {"open", "features", "train", "total"}  # type: ignore[call-overload]
    assert result["images"] == 15
    accuracy = result["metrics"]["accuracy"]  # type: ignore[index,call-overload]
    assert accuracy["value"] == result["test_accuracy"]
    assert accuracy["interval"] == result["test_interval"]
    said = [row["predicted"] == row["class"] for row in result["predictions"]]  # type: ignore[attr-defined,index]
    assert (sum(said), len(said)) == (result["test_correct"], 4)
    assert [curve["class"] for curve in result["roc"]] == ["Hemorrhage", "Normal"]  # type: ignore[attr-defined,index]

    picture = tmp_path / "new.png"
    Image.new("L", (300, 200), 90).save(picture)
    capsys.readouterr()
    assert run_command(["predict", str(model), str(picture), "--csv", str(table)]) == 0
    assert capsys.readouterr().out.startswith("1 image: Hemorrhage ")  # no line for each
    rows = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0]["file"] == "new.png"
    assert float(rows[0]["Hemorrhage"]) + float(rows[0]["Normal"]) == pytest.approx(1, abs=1e-5)


def test_the_same_seed_gives_the_same_numbers(phantom_tm: Path, tmp_path: Path) -> None:
    histories = []
    for name in ("a.json", "b.json"):
        command = ["train", str(phantom_tm), "--epochs", "4", "--json", str(tmp_path / name)]
        assert run_command(command) == 0
        histories.append(json_of(tmp_path / name)["history"])
    assert histories[0] == histories[1]


def test_evaluate_repeats_with_other_seeds(phantom_tm: Path, tmp_path: Path) -> None:
    out = tmp_path / "e.json"
    command = ["evaluate", str(phantom_tm), "--repeats", "3", "--json", str(out)]
    assert run_command(command) == 0
    result = json_of(out)
    runs = result["runs"]
    assert isinstance(runs, list)
    assert len(runs) == 3
    assert result["mean"] == pytest.approx(sum(runs) / 3)


@pytest.fixture
def patients_file(phantom_tm: Path, tmp_path: Path) -> Path:
    """Each patient has two images of each class, and each of four images is there twice."""
    path = tmp_path / "patients.ichdesk"
    with SampleStore(tmp_path / "store") as store:
        project = open_project(phantom_tm, store).project
        bins = []
        for bin_ in project.classes:
            samples = [*bin_.samples[:4], *bin_.samples[:4]]
            owned = [replace(s, patient=f"{i // 2:016x}") for i, s in enumerate(samples)]
            bins.append(replace(bin_, samples=tuple(owned)))
        save_project(Project(tuple(bins)), path)
    return path


def test_patients_are_held_out_whole_unless_told_otherwise(
    patients_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r.json"
    command = ["train", str(patients_file), "--epochs", "1", "--json", str(out)]
    assert run_command(command) == 0
    split = json_of(out)["split"]
    assert (split["by"], split["patients_both"]) == ("patient", 0)  # type: ignore[index]
    assert "Split by patient: 3 patients train, 1 test." in capsys.readouterr().out

    assert run_command([*command, "--split", "slice"]) == 0
    split, said = json_of(out)["split"], capsys.readouterr()
    assert (split["by"], split["patients_both"] > 0) == ("slice", True)  # type: ignore[index]
    assert "on both sides of the split" in said.err
    assert "add --split patient." in said.err
    assert "is nearly the same as Hemorrhage, image " in said.err
    assert json_of(out)["warnings"] == said.err.splitlines()


def test_evaluate_says_how_it_split(
    patients_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "e.json"
    command = ["evaluate", str(patients_file), "--seeds", "2", "--json", str(out)]
    assert run_command([*command, "--split", "slice"]) == 0
    said = capsys.readouterr()
    assert said.out.rstrip().endswith("split by slice")
    assert said.err.startswith("In the first split:")
    assert json_of(out)["split"] == "slice"
    assert json_of(out)["warnings"]


def test_patients_that_nobody_knows(phantom_tm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["train", str(phantom_tm), "--epochs", "1", "--split", "patient"]) == 0
    said = capsys.readouterr()
    assert "Split by slice." in said.out
    assert "No image says of which patient it is" in said.err


def test_predict_goes_on_after_an_unreadable_image(
    phantom_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, good, bad = tmp_path / "m.ichmodel", tmp_path / "good.png", tmp_path / "bad.png"
    assert run_command(["train", str(phantom_tm), "--epochs", "1", "--model", str(model)]) == 0
    Image.new("L", (50, 50)).save(good)
    bad.write_bytes(b"no image")
    capsys.readouterr()
    assert run_command(["predict", str(model), str(bad), str(good)]) == 2
    captured = capsys.readouterr()
    assert "good.png" in captured.out
    assert "bad.png" in captured.err


BAD_COMMANDS = {
    "missing file": ["train", "nowhere.tm"],
    "not a project": ["info", __file__],
    "bad setting": ["train", "PROJECT", "--epochs", "0"],
    "bad device": ["train", "PROJECT", "--device", "toaster"],
    "unknown backbone": ["train", "PROJECT", "--backbone", "resnet-9000"],
    "missing export": ["train", "PROJECT", "--backbone", "tm-import:nowhere.zip"],
    "bad counts": ["phantom", "OUT", "--classes", "Normal"],
    "unknown content": ["phantom", "OUT", "--classes", "Kidney=3"],
    "too many": ["phantom", "OUT", "--classes", "Normal=999999999"],
    "no such project": ["phantom", "OUT", "--project", "9"],
    "project with classes": ["phantom", "OUT", "--project", "1", "--classes", "Normal=3"],
    "project with seed": ["phantom", "OUT", "--project", "1", "--seed", "0"],
    "no model": ["predict", "PROJECT", "PROJECT"],
    "no image": ["predict", "nowhere.ichmodel", "nowhere.png"],
    "unwritable result": ["train", "PROJECT", "--epochs", "1", "--json", "/nowhere/x.json"],
    "unwritable picture": ["demo", "--screenshot", "/nowhere/x.png"],
    "picture over project": ["demo", "PROJECT", "--save", "PROJECT"],
    "unwritable model": ["train", "PROJECT", "--epochs", "1", "--model", "/nowhere/x.ichmodel"],
    "a device as image": ["predict", "PROJECT", os.devnull],
    "result over project": ["train", "PROJECT", "--json", "PROJECT"],
    "model over project": ["train", "PROJECT", "--model", "PROJECT"],
    "two results in one": ["train", "PROJECT", "--json", "OUT", "--model", "OUT"],
    "table over image": ["predict", "PROJECT", "x.png", "--csv", "x.png"],
    "missing folder": ["convert", "nowhere", "OUT"],
    "unknown option": ["train", "PROJECT", "--sead", "3"],
}


@pytest.mark.parametrize("case", BAD_COMMANDS)
def test_bad_input_is_one_sentence_and_exit_code_2(
    case: str, phantom_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"PROJECT": str(phantom_tm), "OUT": str(tmp_path / "out.tm")}
    code = run_command([places.get(word, word) for word in BAD_COMMANDS[case]])
    captured = capsys.readouterr()
    assert code == 2
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].endswith((".", "?"))
    assert "Traceback" not in captured.err
    assert not (tmp_path / "out.tm").exists()


def test_places_for_results_are_checked_before_the_work(
    phantom_tm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ichdesk.cli.jobs.train", pytest.fail)
    assert run_command(["train", str(phantom_tm), "--json", str(tmp_path / "no" / "r.json")]) == 2
    assert run_command(["train", str(phantom_tm), "--model", str(tmp_path)]) == 2


def test_a_reader_that_has_enough_is_no_error(
    phantom_tm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.echo", Raiser(BrokenPipeError(errno.EPIPE, "Broken pipe")))
    assert run_command(["info", str(phantom_tm)]) == 0


def test_the_table_is_written_even_if_nobody_reads_the_lines(
    phantom_tm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, image, table = tmp_path / "m.ichmodel", tmp_path / "i.png", tmp_path / "t.csv"
    assert run_command(["train", str(phantom_tm), "--epochs", "1", "--model", str(model)]) == 0
    Image.new("L", (50, 50)).save(image)
    monkeypatch.setattr("click.echo", Raiser(BrokenPipeError(errno.EPIPE, "Broken pipe")))
    assert run_command(["predict", str(model), str(image), "--csv", str(table)]) == 0
    assert "i.png" in table.read_text(encoding="utf-8")


def test_output_to_a_full_disk_is_a_sentence(
    phantom_tm: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("click.echo", Raiser(OSError(errno.ENOSPC, "No space left on device")))
    assert run_command(["info", str(phantom_tm)]) == 2
    assert capsys.readouterr().err == (
        "A file or the output cannot be used (no space left on device).\n"
    )


def test_ctrl_c_while_the_program_starts_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ichdesk.__main__.start_log", lambda *_: None)
    monkeypatch.setattr("ichdesk.__main__._run", Raiser(KeyboardInterrupt()))
    assert main() == 130


def test_runs_as_a_program_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ichdesk", "info", str(tmp_path / "none.tm")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(not WORKSHOP.exists(), reason="the workshop project is not here")
def test_embedded_features_work_on_real_slices(tmp_path: Path) -> None:
    out = tmp_path / "e.json"
    command = ["evaluate", str(WORKSHOP), "--repeats", "20", "--json", str(out)]
    assert run_command(command) == 0
    assert json_of(out)["mean"] >= 0.78  # type: ignore[operator]
