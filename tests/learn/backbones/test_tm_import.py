"""Exports of Teachable Machine: exact where they are whole, one sentence where they are not."""

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from ichdesk.core.errors import UserError
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.backbones.tm_import import load_teachable_machine
from ichdesk.learn.pixels import to_input

from .conftest import LABELS, Export

MakeExport = Callable[[], Export]
SHARED = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture
def x() -> torch.Tensor:
    return torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(1)) * 2 - 1


@torch.inference_mode()
def test_imported_network_computes_what_the_exported_one_did(
    make_export: MakeExport, x: torch.Tensor
) -> None:
    export = make_export()
    backbone, head, labels = load_teachable_machine(export.save())
    features = export.net(x)
    assert features.std(dim=0).max() > 1e-3
    torch.testing.assert_close(backbone.module(x), features, rtol=1e-4, atol=1e-4)
    kernel, bias, output = (
        torch.from_numpy(np.asarray(export.weights[f"dense_{name}"])).float()
        for name in ("Dense1/kernel", "Dense1/bias", "Dense2/kernel")
    )
    torch.testing.assert_close(head(features), torch.relu(features @ kernel + bias) @ output)
    assert labels == LABELS
    assert not head.training


@pytest.mark.parametrize(("stored", "tolerance"), [("float16", 0.05), ("uint16", 0.02)])
@torch.inference_mode()
def test_quantized_exports(
    make_export: MakeExport, x: torch.Tensor, stored: str, tolerance: float
) -> None:
    export = make_export()
    export.stored = stored
    backbone = load_backbone(f"tm-import:{export.save()}")
    features = export.net(x)
    assert (backbone.module(x) - features).abs().mean() < tolerance * features.mean()


def test_weights_in_eight_bits(make_export: MakeExport) -> None:
    export = make_export()
    export.stored = "uint8"
    module = load_backbone(f"tm-import:{export.save()}").module
    exact = load_backbone(f"tm-import:{replace(export, stored='float32').save()}").module
    ours, theirs = (net.state_dict()["stem.conv.weight"] for net in (module, exact))
    assert 0 < (ours - theirs).abs().max() < 0.02 * theirs.abs().max()


def test_fingerprint_follows_the_weights(make_export: MakeExport) -> None:
    export = make_export()
    first = load_backbone(f"tm-import:{export.save()}").fingerprint
    export.weights["bn_Conv1/beta"] = export.weights["bn_Conv1/beta"] + 1
    assert load_backbone(f"tm-import:{export.save()}").fingerprint != first


@pytest.mark.parametrize("entry", ["model.json", "metadata.json", "weights.bin"])
def test_missing_entry(make_export: MakeExport, entry: str) -> None:
    export = make_export()
    export.left_out = (entry,)
    with pytest.raises(UserError, match=f"export.zip cannot be imported because {entry} is miss"):
        load_teachable_machine(export.save())


def test_weights_cut_short(make_export: MakeExport) -> None:
    export = make_export()
    export.cut = 10
    with pytest.raises(UserError, match="weights are cut short"):
        load_teachable_machine(export.save())


def test_weight_left_out(make_export: MakeExport) -> None:
    export = make_export()
    del export.weights["block_7_project/kernel"]
    with pytest.raises(UserError, match="the weight block_7_project/kernel is missing"):
        load_teachable_machine(export.save())


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("block_3_project/kernel", np.zeros((1, 1, 48, 17)), "do not form a MobileNetV2"),
        ("Conv1/kernel", np.zeros((3, 3, 3)), "do not form a MobileNetV2"),
        ("Conv_1/kernel", np.zeros((1, 1, 0, 5)), "do not form a MobileNetV2"),
        ("bn_Conv1/gamma", np.full(16, np.nan), "is not a number everywhere"),
        ("dense_Dense2/kernel", np.zeros((99, 3)), "dense layers do not fit"),
        ("dense_Dense2/kernel", np.zeros((100, 2)), "number of class names"),
        ("dense_Dense3/kernel", np.zeros((3, 3)), "not the two of a Teachable Machine model"),
    ],
)
def test_wrong_weights(
    make_export: MakeExport, name: str, values: np.ndarray, sentence: str
) -> None:
    export = make_export()
    export.weights[name] = values
    with pytest.raises(UserError, match=sentence):
        load_teachable_machine(export.save())


@pytest.mark.parametrize("labels", [None, "Normal", [1, 2, 3]])
def test_wrong_labels(make_export: MakeExport, labels: Any) -> None:
    export = make_export()
    export.labels = labels
    with pytest.raises(UserError, match="lists no class names"):
        load_teachable_machine(export.save())


def weight(**changes: Any) -> list[dict[str, Any]]:
    entry = {"name": "Conv1/kernel", "shape": [1], "dtype": "float32", **changes}
    return [{"paths": ["weights.bin"], "weights": [entry]}]


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("no json", "model.json is not valid JSON"),
        ("[" * 100_000, "model.json is not valid JSON"),
        ([], "unexpected content"),
        ({}, "lists no weights"),
        ({"weightsManifest": 5}, "lists no weights"),
        ({"weightsManifest": []}, "lists no weights"),
        ({"weightsManifest": [{"paths": ["weights.bin"], "weights": [3]}]}, "lists no weights"),
        ({"weightsManifest": weight(dtype="complex64")}, "in an unknown way"),
        ({"weightsManifest": weight(shape=None)}, "in an unknown way"),
        ('{"weightsManifest":[{"paths":["weights.bin"],"weights":'
         '[{"name":"a","shape":[1e400],"dtype":"float32"}]}]}', "in an unknown way"),
        ({"weightsManifest": weight(quantization={"dtype": "int4"})}, "in an unknown way"),
        (
            {"weightsManifest": weight(quantization={"dtype": "float32", "scale": 1e300})},
            "is not a number everywhere",
        ),
        ({"weightsManifest": weight(shape=[-1])}, "impossible shape"),
        ({"weightsManifest": weight(shape=[10**6, 10**6])}, "impossible shape"),
        ({"weightsManifest": weight(shape=[2])}, "cut short"),
        ({"weightsManifest": weight()}, "is missing"),
    ],
)  # fmt: skip
def test_hostile_model_json(tmp_path: Path, model: Any, sentence: str) -> None:
    path = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model.json", model if isinstance(model, str) else json.dumps(model))
        archive.writestr("metadata.json", '{"labels": ["a", "b"]}')
        archive.writestr("weights.bin", b"\0" * 4)
    with pytest.raises(UserError, match=sentence):
        load_backbone(f"tm-import:{path}")


def test_too_large_when_unpacked(make_export: MakeExport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ichdesk.learn.tm_files._MOST_WEIGHT_BYTES", 1000)
    with pytest.raises(UserError, match=r"weights\.bin is too large"):
        load_teachable_machine(make_export().save())


def test_not_a_zip_and_a_cut_off_zip(make_export: MakeExport, tmp_path: Path) -> None:
    whole = make_export().save().read_bytes()
    for name, data in {"text.zip": b"hello", "cut.zip": whole[: len(whole) // 2]}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UserError, match=f"{name} cannot be imported"):
            load_teachable_machine(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    with pytest.raises(UserError, match="was not found"):
        load_backbone(f"tm-import:{tmp_path / 'pipe.zip'}")


def test_damaged_bytes(make_export: MakeExport) -> None:
    path = make_export().save()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(UserError, match="it is not a zip file or is damaged"):
        load_teachable_machine(path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real export is not part of the project")
@torch.inference_mode()
def test_a_real_export_knows_its_own_training_images() -> None:
    backbone, head, labels = load_teachable_machine(SHARED / "tm_export_tfjs.zip")
    pictures, classes = [], []
    with zipfile.ZipFile(SHARED / "tm_export_training_images.zip") as archive:
        for name in archive.namelist():
            if name.startswith("Class") and name.endswith(".png"):
                image = Image.open(io.BytesIO(archive.read(name))).convert("RGB")
                pictures.append(np.asarray(image))
                classes.append(labels.index(name.split("/")[0]))
    chance = torch.softmax(head(backbone.module(to_input(np.stack(pictures)))), dim=1)
    assert len(classes) == 22
    assert float(chance[torch.arange(22), torch.tensor(classes)].min()) >= 0.99
