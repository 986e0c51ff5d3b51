"""“ichdesk predict MODEL PROJECT”: any trained model judged by the classes of a project."""

import csv
import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ichdesk.archive import SampleStore, open_project, save_project
from ichdesk.cli import run_command
from ichdesk.cli.jobs import train_project
from ichdesk.cli.progress import progress_bars
from ichdesk.core.run_book import NO_RUNS
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.head import Head
from ichdesk.learn.model import Model, model_bytes

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SEEN = "If the model was trained on some of these images, it looks better here than it is.\n"


def save_model(path: Path, labels: tuple[str, ...]) -> Path:
    backbone = load_backbone("ct-phantom")
    head = Head(backbone.dimension, len(labels), torch.Generator().manual_seed(0))
    path.write_bytes(model_bytes(Model(head, labels, "ct-phantom", backbone.fingerprint)))
    return path


def run(*arguments: object) -> int:
    return run_command(["predict", *map(str, arguments)])


def json_of(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def kept(phantom_tm: Path, tmp_path: Path) -> Path:
    """A project that keeps a training."""
    path = tmp_path / "kept.ichdesk"
    with SampleStore(tmp_path / "store") as store, progress_bars() as bars:
        project = open_project(phantom_tm, store).project
        run, _ = train_project(project, bars)
        runs, _ = NO_RUNS.add(run, datetime(2026, 11, 21, tzinfo=UTC))
        save_project(project, path, runs=runs)
    return path


def test_labels_with_the_names_of_classes(
    phantom_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = save_model(tmp_path / "m.ichmodel", (" normal", "HEMORRHAGE"))
    results, table = tmp_path / "r.json", tmp_path / "t.csv"
    assert run(model, phantom_tm, "--json", results, "--csv", table) == 0
    said, result = capsys.readouterr(), json_of(results)
    assert said.err == SEEN
    confusion = np.array(result["confusion"])
    assert confusion.sum(axis=1).tolist() == [8, 7]
    correct = int(np.trace(confusion))
    assert result["labels"][0] == {"label": " normal", "class": "Normal"}
    assert (result["n"], result["fixed_test_set"]) == (15, False)
    accuracy = result["metrics"]["accuracy"]
    assert (accuracy["hits"], accuracy["n"]) == (correct, 15)
    low, high = accuracy["interval"]
    first, second, *_ = said.out.splitlines()
    assert first == "m.ichmodel on small.tm: 15 images in the enabled classes"
    assert second == (
        f"Accuracy: {correct} of 15 = {correct / 15:.2f} (95 % interval {low:.2f} to {high:.2f})"
    )
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["file", "patient", "class", "prediction", "Hemorrhage", "Normal"]
    assert [row["file"] for row in rows][7:9] == ["Hemorrhage, image 8", "Normal, image 1"]
    assert sum(row["class"] == row["prediction"] for row in rows) == correct


def test_other_labels_are_given(
    phantom_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = save_model(tmp_path / "m.ichmodel", ("Bleed", "Normal", "Motion"))
    assert run(model, phantom_tm) == 2
    assert "Fewer than two classes" in capsys.readouterr().err
    assert run(model, phantom_tm, "--label", "bleed = Hemorrhage") == 0
    said = capsys.readouterr()
    assert said.err == (
        "The model's label “Motion” is no class of the project and was left out; say which class "
        f"a label stands for with --label “LABEL=CLASS”.\n{SEEN}"
    )
    *_, head, first, second, note = said.out.splitlines()
    assert head.split() == ["class", "\\", "called", "Hemorrhage", "Normal"]
    assert sum(map(int, first.split()[1:])) == 8
    assert sum(map(int, second.split()[1:])) == 7
    assert note == "For teaching, not for diagnosis."


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["PROJECT", "--label", "Bleed"], "is not LABEL=CLASS"),
        (["PROJECT", "--label", "Bleed=Stroke"], "no enabled class “Stroke”"),
        (["PROJECT", "--label", "Blood=Normal"], "no label “Blood”"),
        (["PROJECT", "PROJECT"], "give it alone"),
        (["x.png", "--label", "Bleed=Normal"], "give a project file"),
        (["missing.tm"], "cannot be found"),
    ],
)
def test_wrong_input_is_a_sentence(
    arguments: list[str],
    sentence: str,
    phantom_tm: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = save_model(tmp_path / "m.ichmodel", ("Bleed", "Normal"))
    assert run(model, *(str(phantom_tm) if a == "PROJECT" else a for a in arguments)) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


def test_a_fixed_test_set_is_all_that_counts(
    phantom_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    locked = tmp_path / "locked.ichdesk"
    with SampleStore(tmp_path / "store") as store:
        project = open_project(phantom_tm, store).project
        for bin_ in project.classes:
            project = project.mark_samples(bin_.id, range(2, 5))
        save_project(project, locked)
    model = save_model(tmp_path / "m.ichmodel", ("Hemorrhage", "Normal"))
    assert run(model, locked, "--csv", tmp_path / "t.csv") == 0
    assert "locked.ichdesk: 6 images of the fixed test set" in capsys.readouterr().out
    assert "Hemorrhage, image 3" in (tmp_path / "t.csv").read_text(encoding="utf-8")


def test_a_model_comes_from_whatever_holds_one(
    kept: Path, phantom_tm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, renamed = tmp_path / "m.ichmodel", tmp_path / "kept.bin"
    export = tmp_path / "tfjs.zip"
    assert run_command(["export", str(kept), str(model), "--to", "ichdesk"]) == 0
    assert run_command(["export", str(kept), str(export), "--to", "tfjs"]) == 0
    shutil.copyfile(kept, renamed)
    results = []
    for source in (model, kept, renamed, export):
        out = tmp_path / "r.json"
        assert run(source, phantom_tm, "--json", out) == 0
        results.append(json_of(out))
    assert results[0] == results[1] == results[2]
    assert results[3]["confusion"] == results[0]["confusion"]
    capsys.readouterr()
    assert run(phantom_tm, phantom_tm) == 2
    assert "keeps no trained model" in capsys.readouterr().err


def test_an_image_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], phantom_tm: Path
) -> None:
    broken = tmp_path / "broken.ichdesk"
    with SampleStore(tmp_path / "store") as store:
        project = open_project(phantom_tm, store).project
        first = project.classes[0]
        png = io.BytesIO()
        Image.effect_noise((224, 224), 50).convert("RGB").save(png, "PNG")
        damaged = png.getvalue().replace(png.getvalue()[5000:5100], bytes(100))
        project = project.add_samples(first.id, [store.add(damaged)])
        save_project(project, broken)
    model = save_model(tmp_path / "m.ichmodel", ("Hemorrhage", "Normal"))
    assert run(model, broken) == 2
    said = capsys.readouterr()
    assert "15 images" in said.out
    assert "Hemorrhage, image 9 was left out. " in said.err


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real export is not part of the project")
def test_a_real_export_knows_its_own_training_images(tmp_path: Path) -> None:
    out, export = tmp_path / "r.json", tmp_path / "model without a name"
    shutil.copyfile(SHARED / "tm_export_tfjs.zip", export)
    assert run(export, SHARED / "tm_export_training_images.zip", "--json", out) == 0
    images = json_of(out)["images"]
    assert len(images) == 22
    for image in images:
        own = image["file"].partition("/")[0]
        assert image["prediction"] == own
        assert max(image["probabilities"]) >= 0.99
