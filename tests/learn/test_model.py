"""Model files come back as they were, and hostile ones are refused with a sentence."""

import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ichdesk.core.errors import UserError
from ichdesk.learn.exporting import export_model
from ichdesk.learn.features import Extractor
from ichdesk.learn.head import Head
from ichdesk.learn.model import Model, load_extractor, load_model, require_fingerprint
from tests.fakes.backbone import NAME, FakeBackbone

LABELS = ("Hemorrhage", "Normal – ok 🧠")


def save_model(model: Model, path: Path) -> None:
    list(export_model(model, "ichdesk", path))


@pytest.fixture
def model() -> Model:
    generator = torch.Generator().manual_seed(0)
    head = Head(48, 2, generator)
    head.fit_scaler(torch.randn(20, 48, generator=generator) * 3 + 1)
    return Model(head, LABELS, NAME, "f" * 64)


def test_a_saved_model_predicts_the_same(model: Model, tmp_path: Path) -> None:
    path = tmp_path / ("m" * 240 + ".model")
    save_model(model, path)
    again = load_model(path)
    assert (again.labels, again.backbone, again.fingerprint) == (LABELS, NAME, "f" * 64)
    images = np.random.default_rng(0).integers(0, 255, (3, 224, 224, 3), np.uint8)
    extractor = load_extractor(again.backbone, torch.device("cpu"))
    expected = model.predict(images, extractor)
    np.testing.assert_array_equal(again.predict(images, extractor), expected)
    np.testing.assert_allclose(expected.sum(axis=1), 1.0, rtol=1e-5)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["folder", os.devnull])
def test_folders_and_devices_are_no_models(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="is not a model"):
        load_model(tmp_path / name)


def test_the_file_says_what_it_is_for(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "m.model"
    save_model(model, path)
    raw = path.read_bytes()
    header = json.loads(raw[8 : 8 + struct.unpack("<Q", raw[:8])[0]])
    assert header["__metadata__"]["format"] == "ichdesk-model"
    assert header["__metadata__"]["version"] == "1"
    assert "not for diagnosis" in header["__metadata__"]["notice"]


def test_a_failed_save_leaves_the_old_file(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.model"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ichdesk.core.atomic.os.fsync", full)
    with pytest.raises(UserError, match="no space left on device"):
        save_model(model, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_saving_into_a_folder_that_is_not_there(model: Model, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="choose another place"):
        save_model(model, tmp_path / "none" / "m.model")


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 a zip", bytes(100), struct.pack("<Q", 2**60) + b"{}", b"\xff" * 500]
)
def test_other_files_are_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m.model"
    path.write_bytes(data)
    with pytest.raises(UserError, match="not a model"):
        load_model(path)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.model", tmp_path):
        with pytest.raises(UserError, match=r"\.$"):
            load_model(path)


def test_huge_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.model"
    with path.open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(UserError, match="too large"):
        load_model(path)


def write(path: Path, model: Model, metadata: dict[str, str], **tensors: torch.Tensor) -> None:
    good = {
        "format": "ichdesk-model",
        "version": "1",
        "labels": '["A", "B"]',
        "backbone": NAME,
        "fingerprint": "f" * 64,
    }
    merged = {k: v.contiguous() for k, v in (model.head.state_dict() | tensors).items()}
    save_file(merged, path, {k: v for k, v in (good | metadata).items() if v != "gone"})


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ({}, None),
        ({"format": "other"}, "not a model"),
        ({"format": "gone"}, "not a model"),
        ({"version": "2"}, "newer"),
        ({"labels": "gone"}, "damaged"),
        ({"labels": "["}, "damaged"),
        ({"labels": "[" * 100_000}, "damaged"),
        ({"labels": "3"}, "damaged"),
        ({"labels": '["A"]'}, "damaged"),
        ({"labels": '["A", "B", "C"]'}, "damaged"),
        ({"labels": '["A", 2]'}, "damaged"),
        ({"backbone": "gone"}, "damaged"),
    ],
)
def test_forged_metadata(
    metadata: dict[str, str], sentence: str | None, model: Model, tmp_path: Path
) -> None:
    path = tmp_path / "m.model"
    write(path, model, metadata)
    if sentence is None:
        load_model(path)
    else:
        with pytest.raises(UserError, match=sentence):
            load_model(path)


@pytest.mark.parametrize(
    "tensors",
    [
        {"mean": torch.zeros(47)},
        {"mean": torch.zeros(())},
        {"mean": torch.zeros(0)},
        {"extra": torch.zeros(1)},
        {"scale": torch.full((48,), float("nan"))},
        {"hidden.bias": torch.zeros(100, dtype=torch.float64)},
        {"output.weight": torch.zeros(3, 100)},
    ],
)
def test_forged_tensors(tensors: dict[str, torch.Tensor], model: Model, tmp_path: Path) -> None:
    path = tmp_path / "m.model"
    write(path, model, {}, **tensors)
    with pytest.raises(UserError, match="damaged"):
        load_model(path)


def test_a_missing_tensor(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "m.model"
    save_file({"mean": torch.zeros(48)}, path, {"format": "ichdesk-model", "version": "1"})
    with pytest.raises(UserError, match="damaged"):
        load_model(path)


def test_another_version_of_the_backbone_is_refused() -> None:
    with pytest.raises(UserError, match="another version of the backbone"):
        require_fingerprint(load_extractor(NAME, torch.device("cpu")).backbone, "other")
    with pytest.raises(UserError, match="no backbone called"):
        load_extractor("unknown", torch.device("cpu"))


def test_prediction_bears_no_images(model: Model) -> None:
    extractor = Extractor(FakeBackbone(), torch.device("cpu"))
    assert model.predict(np.zeros((0, 224, 224, 3), np.uint8), extractor).shape == (0, 2)
