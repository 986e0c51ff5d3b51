"""Models that come back from Teachable Machine's format answer as before they left."""

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ichdesk.core.errors import UserError
from ichdesk.core.model_facts import ModelFacts
from ichdesk.core.steps import Step
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.exporters import Subject
from ichdesk.learn.exporting import export_model
from ichdesk.learn.head import Head
from ichdesk.learn.model import Model, model_bytes, read_model
from ichdesk.learn.pixels import to_input
from ichdesk.learn.tm_model import load_tm_model
from tests.learn.backbones.conftest import LABELS as TM_LABELS
from tests.learn.backbones.conftest import Export, keras_weights

RANDOM = "mobilenet_v2:random"
LABELS = ("Hemorrhage", "Normal – ok 🧠", "Third")
FACTS = ModelFacts(50, 10, 9, (0.596, 0.982), ((4, 5), (3, 3), (2, 2)), "slice")
STEPS = (Step("window", (("level_hu", 30.0), ("width_hu", 90.0))),)
PICTURES = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), np.uint8)

Change = Callable[[dict[str, Any]], Any]


def trained(spec: str, labels: tuple[str, ...] = LABELS) -> Model:
    backbone = load_backbone(spec)
    head = Head(backbone.dimension, len(labels), torch.Generator().manual_seed(1))
    with torch.no_grad():
        head.fit_scaler(backbone.module(to_input(PICTURES)))
    head = head.eval().requires_grad_(False)
    return Model(head, labels, spec, backbone.fingerprint, STEPS, FACTS)


def answers(model: Model) -> np.ndarray:
    with torch.inference_mode():
        return Subject(model).classifier(to_input(PICTURES)).numpy()


def exported(model: Model, path: Path) -> Path:
    for _ in export_model(model, "tfjs", path):
        pass
    return path


@pytest.fixture(scope="module")
def phantom_model() -> Model:
    return trained("ct-phantom")


@pytest.fixture(scope="module")
def phantom_zip(phantom_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(phantom_model, tmp_path_factory.mktemp("tfjs") / "phantom.zip")


@pytest.fixture(scope="module")
def random_model() -> Model:
    return trained(RANDOM)


@pytest.fixture(scope="module")
def random_zip(random_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(random_model, tmp_path_factory.mktemp("tfjs") / "random.zip")


@pytest.fixture(scope="module")
def their_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As Teachable Machine makes it, with four hidden units."""
    from ichdesk.learn.backbones.mobilenet_v2 import MobileNetV2

    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = MobileNetV2().eval()
    weights = keras_weights(net)
    chance = np.random.default_rng(3)
    weights["dense_Dense1/kernel"] = chance.normal(size=(1280, 4))
    weights["dense_Dense1/bias"] = chance.normal(size=4)
    weights["dense_Dense2/kernel"] = chance.normal(size=(4, len(TM_LABELS)))
    return Export(net, weights, tmp_path_factory.mktemp("tm") / "export.zip").save()


def changed(source: Path, path: Path, change: Change, entry: str = "metadata.json") -> Path:
    """The same export with another JSON in it."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == entry:
                content = json.loads(data)
                change(content)
                data = json.dumps(content).encode()
            new.writestr(name, data)
    return path


def test_our_export_comes_back(phantom_model: Model, phantom_zip: Path) -> None:
    model = load_tm_model(phantom_zip)
    assert model.labels == LABELS
    assert (model.backbone, model.fingerprint) == ("ct-phantom", phantom_model.fingerprint)
    assert (model.steps, model.facts) == (STEPS, FACTS)
    np.testing.assert_allclose(answers(model), answers(phantom_model), atol=1e-5)


def test_an_untrained_backbone_comes_back(random_model: Model, random_zip: Path) -> None:
    found = load_tm_model(random_zip)
    assert found.backbone == RANDOM
    np.testing.assert_allclose(answers(found), answers(random_model), atol=1e-5)


def test_an_export_of_teachable_machine_is_a_model(their_zip: Path) -> None:
    model = load_tm_model(their_zip)
    assert model.labels == tuple(TM_LABELS)
    assert model.backbone == f"tm-import:{their_zip}"
    assert model.facts is None
    assert model.head.hidden.out_features == 4
    saved = read_model(model_bytes(model), "“m”")  # an .ichmodel can hold it, too
    np.testing.assert_array_equal(answers(saved), answers(model))


def test_a_model_on_teachable_machines_network_comes_back(their_zip: Path, tmp_path: Path) -> None:
    model = trained(f"tm-import:{their_zip}")
    path = exported(model, tmp_path / "again.zip")
    found = load_tm_model(path)
    assert found.backbone == f"tm-import:{path}"
    assert (found.labels, found.steps, found.facts) == (LABELS, STEPS, FACTS)
    ours, theirs = (load_backbone(m.backbone).module.state_dict() for m in (found, model))
    for name, tensor in theirs.items():
        np.testing.assert_array_equal(ours[name].numpy(), tensor.numpy())  # to the last bit
    np.testing.assert_allclose(answers(found), answers(model), atol=1e-5)


def own(metadata: dict[str, Any]) -> dict[str, Any]:
    found = metadata["userMetadata"]["ichdesk"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: m["userMetadata"].update(ichdesk="yes"), "says nothing that can be used"),
        (lambda m: own(m).pop("backbone"), "does not name its network"),
        (lambda m: own(m).update(fingerprint=7), "does not name its network"),
        (lambda m: own(m).update(backbone="resnet18:/etc/passwd"), "in an unknown way"),
        (lambda m: own(m).update(backbone="tm-import:/etc/passwd"), "in an unknown way"),
        (lambda m: own(m).update(backbone="no-such-net"), "no-such-net"),
        (lambda m: own(m).update(backbone="tm-import"), "the weight .* is missing"),
        (lambda m: own(m).update(fingerprint="0" * 64), "another version of the backbone"),
        (lambda m: own(m).update(steps="[" * 99_999), "cannot be read"),
        (lambda m: own(m).update(steps=[1]), "cannot be read"),
        (lambda m: own(m).update(steps='[{"step": "no-such-step"}]'), "no-such-step"),
        (lambda m: own(m).update(facts="{}"), "cannot be read"),
        (lambda m: own(m).update(facts=5), "cannot be read"),
        (lambda m: m.update(labels=["a"]), "differ"),
        (lambda m: m.update(labels=None), "lists no class names"),
    ],
)
def test_metadata_that_lies(
    phantom_zip: Path, tmp_path: Path, change: Change, sentence: str
) -> None:
    path = changed(phantom_zip, tmp_path / "hostile.zip", change)
    with pytest.raises(UserError, match=sentence):
        load_tm_model(path)


def head_entries(model: dict[str, Any]) -> list[dict[str, Any]]:
    found = model["weightsManifest"][0]["weights"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: head_entries(m)[0].update(shape=[64, 200]), "fit"),
        (lambda m: head_entries(m)[0].update(shape=[2**40, 2**40]), "impossible shape"),
        (lambda m: head_entries(m)[0].update(shape=[0, 100]), "fit"),
        (lambda m: head_entries(m)[0].update(dtype="complex"), "in an unknown way"),
        (lambda m: head_entries(m)[0].update(name="other"), "not the two"),
        (lambda m: m.pop("weightsManifest"), "lists no weights"),
        (lambda m: m["weightsManifest"][0].update(paths=["other.bin"]), "other.bin is missing"),
        (lambda m: head_entries(m).clear(), "lists no weights"),
    ],
)
def test_weights_that_lie(phantom_zip: Path, tmp_path: Path, change: Change, sentence: str) -> None:
    path = changed(phantom_zip, tmp_path / "hostile.zip", change, "model.json")
    with pytest.raises(UserError, match=sentence):
        load_tm_model(path)


def test_a_head_of_another_network_is_refused(
    phantom_model: Model, random_zip: Path, tmp_path: Path
) -> None:
    def lie(metadata: dict[str, Any]) -> None:
        own(metadata).update(backbone="ct-phantom", fingerprint=phantom_model.fingerprint)

    with pytest.raises(UserError, match="do not fit the network that it names"):
        load_tm_model(changed(random_zip, tmp_path / "hostile.zip", lie))


def test_a_file_that_is_cut_off_or_damaged(phantom_zip: Path, tmp_path: Path) -> None:
    data = phantom_zip.read_bytes()
    for cut in (0, 1, 100, len(data) // 2, len(data) - 5):
        (tmp_path / "cut.zip").write_bytes(data[:cut])
        with pytest.raises(UserError, match="cannot be imported"):
            load_tm_model(tmp_path / "cut.zip")
    shutil.copy(phantom_zip, tmp_path / "flipped.zip")
    flipped = bytearray(data)
    flipped[len(data) // 3 : len(data) // 3 + 20_000] = bytes(20_000)
    (tmp_path / "flipped.zip").write_bytes(flipped)
    try:
        found = load_tm_model(tmp_path / "flipped.zip")
    except UserError:
        return
    assert np.isfinite(answers(found)).all()  # the head lies elsewhere


def test_other_hidden_units_are_checked_in_model_files(phantom_model: Model) -> None:
    head = Head(phantom_model.head.mean.numel(), 3, torch.Generator(), hidden_units=7)
    model = replace(phantom_model, head=head)
    assert read_model(model_bytes(model), "“m”").head.hidden.out_features == 7
    head.hidden.bias = torch.nn.Parameter(torch.zeros(8))
    with pytest.raises(UserError, match="is damaged"):
        read_model(model_bytes(model), "“m”")
