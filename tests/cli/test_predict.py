"""“ichdesk predict” on folders, zips and scans: what it writes, what it leaves out and hides."""

import csv
import json
import zipfile
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch
from PIL import Image

from ichdesk.cli import run_command
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.head import Head
from ichdesk.learn.model import Model, model_bytes
from tests.fakes.leaks import leaks
from tests.fakes.planted import FIRST, LAST, UID_ROOT, compressed, planted_file

LABELS = ("Hemorrhage", "Normal")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    backbone = load_backbone("ct-phantom")
    head = Head(backbone.dimension, 2, torch.Generator().manual_seed(0))
    path = tmp_path_factory.mktemp("model") / "m.ichmodel"
    path.write_bytes(model_bytes(Model(head, LABELS, "ct-phantom", backbone.fingerprint)))
    return path


def paint(path: Path, seed: int) -> Path:
    """A picture of an odd size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (40 + seed, 50, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures in folders of folders, beside a text."""
    folder = tmp_path / "in"
    for number, name in enumerate(("10.png", "2.png", "a/1.jpg", "a/b/=1+1.png")):
        paint(folder / name, number)
    (folder / "a" / "notes.txt").write_text("no image")
    return folder


def run(*arguments: object) -> int:
    return run_command(["predict", *map(str, arguments)])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_becomes_a_table(
    model: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, results = tmp_path / "t.csv", tmp_path / "r.json"
    assert run(model, folder, "--csv", table, "--json", results) == 2
    rows, said = rows_of(table), capsys.readouterr()
    assert list(rows[0]) == ["file", "patient", "prediction", *LABELS]
    assert [row["file"] for row in rows] == ["2.png", "10.png", "a/1.jpg", "a/b/=1+1.png"]
    for row in rows:
        shares = {label: float(row[label]) for label in LABELS}
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
        assert row["prediction"] == max(shares, key=lambda label: shares[label])
        assert row["patient"] == ""
    counts = [sum(row["prediction"] == label for row in rows) for label in LABELS]
    summary = f"4 images: Hemorrhage {counts[0]} ({counts[0] / 4:.1%}), Normal {counts[1]}"
    assert said.out.startswith(summary)
    assert said.out.endswith("For teaching, not for diagnosis.\n")
    assert said.out.count("\n") == 1
    assert said.err.startswith("“a/notes.txt” was left out. ")
    assert said.err.count("\n") == 1
    result = json.loads(results.read_text(encoding="utf-8"))
    assert (result["n"], result["counts"]) == (4, counts)
    assert result["left_out"] == [said.err.rstrip()]
    assert [image["file"] for image in result["images"]] == [row["file"] for row in rows]
    for image, row in zip(result["images"], rows, strict=True):
        assert image["probabilities"] == pytest.approx([float(row[k]) for k in LABELS], abs=1e-6)


def test_names_and_labels_never_become_formulas(model: Path, tmp_path: Path) -> None:
    paint(tmp_path / "=1+1.png", 1)
    assert run(model, tmp_path / "=1+1.png", "--csv", tmp_path / "t.csv") == 0
    assert rows_of(tmp_path / "t.csv")[0]["file"] == "'=1+1.png"


def test_without_a_table_there_is_a_line_for_each(
    model: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(model, folder / "a" / "1.jpg", folder / "2.png") == 0
    first, second, summary = capsys.readouterr().out.splitlines()
    assert first.startswith("a/1.jpg: ")
    assert first.endswith("%")
    assert second.startswith("2.png: ")
    assert summary.startswith("2 images: ")


def test_an_image_has_the_same_answer_wherever_it_lies(
    model: Path, folder: Path, tmp_path: Path
) -> None:
    packed = tmp_path / "z.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("2.png", "10.png", "a/1.jpg"):
            archive.write(folder / name, f"around/{name}")
    alone, both = tmp_path / "a.csv", tmp_path / "b.csv"
    assert run(model, packed, "--csv", alone) == 0
    assert run(model, packed, folder / "a" / "1.jpg", "--csv", both) == 0
    inside = ["around/2.png", "around/10.png", "around/a/1.jpg"]
    assert [row["file"] for row in rows_of(alone)] == inside
    assert [row["file"] for row in rows_of(both)][::3] == ["in/a/1.jpg", "z.zip/around/a/1.jpg"]
    first, second = ([row["Normal"] for row in rows_of(path)] for path in (alone, both))
    assert first == second[1:]
    assert second[0] == second[3]


def test_scans_are_classified_slice_by_slice(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    volume = np.random.default_rng(0).normal(30, 20, (32, 32, 3)).astype(np.int16)
    volume[0] = -1000
    nib.save(nib.Nifti1Image(volume, np.eye(4)), tmp_path / "head.nii.gz")
    assert run(model, tmp_path / "head.nii.gz") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        *(f"head.nii.gz slice {number}" for number in (1, 2, 3)),
        "3 images",
    ]


def test_nothing_that_is_written_says_whose_scans_they_are(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "in" / f"{LAST}, {FIRST}", tmp_path / "out"
    hu = np.random.default_rng(0).normal(30, 5, (48, 48)).astype(np.int16)
    out.mkdir()
    paint(folder / f"aaa {LAST}.png", 1)  # read before anything says that this is a name
    (folder / f"{UID_ROOT}.3.1").write_bytes(planted_file(1, hu))
    (folder / "IM2").write_bytes(compressed(planted_file(2, hu)))
    (folder / f"{FIRST} cut").write_bytes(planted_file(3, hu)[:-3000])
    (folder / f"{LAST}.txt").write_text("no image")
    assert run(model, folder.parent, "--csv", out / "t.csv", "--json", out / "r.json") == 2
    assert run(model, folder / "IM2", tmp_path / f"{LAST} missing") == 2
    said = capsys.readouterr()
    assert leaks(out, out=said.out, err=said.err) == []
    rows = rows_of(out / "t.csv")
    files = sorted(row["file"] for row in rows)
    assert [file.split("/")[0] for file in files] == ["private-1"] * 3
    assert "private-1/IM2" in files
    keys = {row["file"]: row["patient"] for row in rows}
    assert len(set(keys.values()) - {""}) == 1
    assert len(keys["private-1/IM2"]) == 32
    assert "names of files and folders may identify patients and are shown as numbers" in said.err


def test_results_in_the_folder_are_no_images(
    model: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a" / "notes.txt").unlink()
    copy = folder / "m.ichmodel"
    copy.write_bytes(model.read_bytes())
    for _ in range(2):
        assert run(copy, folder, "--csv", folder / "t.csv", "--json", folder / "r.json") == 0
    assert capsys.readouterr().err == ""


def test_an_image_in_the_folder_is_not_written_over(model: Path, folder: Path) -> None:
    before = (folder / "2.png").read_bytes()
    assert run(model, folder, "--csv", folder / "2.png") == 2
    assert (folder / "2.png").read_bytes() == before


def test_where_nothing_can_be_read_nothing_is_written(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, table = tmp_path / "in", tmp_path / "t.csv"
    folder.mkdir()
    assert run(model, folder, "--csv", table) == 2
    assert "holds no image" in capsys.readouterr().err
    (folder / "a.png").write_bytes(b"")
    (folder / "b.png").write_bytes(b"")
    assert run(model, folder, "--csv", table) == 2
    *each, last = capsys.readouterr().err.splitlines()
    assert [line.partition(" was")[0] for line in each] == ["“a.png”", "“b.png”"]
    assert last.startswith("No image can be read there")
    assert not table.exists()


def test_ctrl_c_writes_nothing(
    model: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ichdesk.cli.progress.Bars.show", interrupt)
    table, results = tmp_path / "t.csv", tmp_path / "r.json"
    table.write_text("of yesterday")
    assert run(model, folder, "--csv", table, "--json", results) == 130
    assert table.read_text() == "of yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "t.csv"]


def test_names_cannot_steer_a_terminal(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(model, paint(tmp_path / "a\x1b[2J.png", 1)) == 0
    assert "\x1b" not in capsys.readouterr().out
