"""The parts of a `.keras` file, put together again without Keras."""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np
import pytest

from ichdesk.learn.exporters import EXPORTERS, Subject
from ichdesk.learn.exporters.keras import in_keras_order
from ichdesk.learn.features import Image, Vector
from ichdesk.learn.keras_graph import Layer
from tests.learn.keras_interpreter import run_layers

# The layers with weights of the model in conftest.py, in the order in which Keras 3.15.1 lists them
# after it has loaded the file.
KERAS_ORDER = [
    "backbone_stem", "backbone_low_second", "backbone_down_middle", "backbone_middle_first",
    "backbone_middle_second", "backbone_down_high", "backbone_high_first", "backbone_high_second",
    "backbone_down_top", "backbone_top_first", "backbone_top_second", "backbone_lateral_top",
    "backbone_lateral_high", "backbone_merge", "backbone_maps", "sqrt_scaled", "sqrt_scaled_2",
    "sqrt_scaled_3", "sqrt_scaled_4", "backbone_embed", "sqrt_scaled_5", "backbone_types",
    "backbone_signs", "cat_1_scaled", "head_hidden", "head_output",
]  # fmt: skip
NORM = ["gamma", "beta", "moving_mean", "moving_variance"]
KINDS = {
    "BatchNormalization": ("batch_normalization", NORM),
    "Conv2D": ("conv2d", ["kernel", "bias"]),
    "Dense": ("dense", ["kernel", "bias"]),
}


@dataclass(frozen=True)
class KerasFile:
    names: list[str]
    metadata: dict[str, Any]
    config: dict[str, Any]
    weights: dict[str, list[np.ndarray]]
    """By group, such as "conv2d_3"."""


def exported(subject: Subject) -> bytes:
    making = EXPORTERS["keras"].make(subject)
    while True:
        try:
            next(making)
        except StopIteration as end:
            (data,) = end.value.values()
            return data


@pytest.fixture(scope="module")
def data(subject: Subject) -> bytes:
    return exported(subject)


@pytest.fixture(scope="module")
def file(data: bytes) -> KerasFile:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as h5:
            weights = {
                name: [group["vars"][str(i)][()] for i in range(len(group["vars"]))]
                for name, group in h5["layers"].items()
            }
        parts = [json.loads(archive.read(name)) for name in ("metadata.json", "config.json")]
        return KerasFile(archive.namelist(), *parts, weights)


def as_keras_loads(file: KerasFile) -> list[Layer]:
    """Layers with the weights that Keras would give them."""
    entries = {entry["name"]: entry for entry in file.config["config"]["layers"]}
    weights: dict[str, dict[str, np.ndarray]] = {}
    counts = dict.fromkeys(KINDS, 0)
    for name in KERAS_ORDER:
        class_name = entries[name]["class_name"]
        kind, parts = KINDS[class_name]
        number = counts[class_name]
        group = file.weights[f"{kind}_{number}" if number else kind]
        weights[name] = dict(zip(parts[: len(group)], group, strict=True))
        counts[class_name] += 1
    assert sum(counts.values()) == len(file.weights)
    return [_layer(entry, weights.get(name, {})) for name, entry in entries.items()]


def _layer(entry: dict[str, Any], weights: dict[str, np.ndarray]) -> Layer:
    inputs: list[str] = []
    for node in entry["inbound_nodes"]:
        (tensors,) = node["args"]
        for tensor in tensors if isinstance(tensors, list) else [tensors]:
            inputs.append(tensor["config"]["keras_history"][0])
    return Layer(entry["name"], entry["class_name"], entry["config"], tuple(inputs), weights, ())


def test_the_file_gives_the_probabilities_of_the_app(
    file: KerasFile, pictures: Image, expected: Vector
) -> None:
    _, square, clipped, rescaled, *network = as_keras_loads(file)
    assert square.config["crop_to_aspect_ratio"]
    assert (square.config["height"], square.config["width"]) == (224, 224)  # pictures stay
    assert clipped.config["max_value"] == 255.0
    assert rescaled.config["scale"] == pytest.approx(1 / 127)
    assert rescaled.config["offset"] == -1.0
    picture = Layer(rescaled.name, "InputLayer", {}, (), {}, ())
    found = run_layers([picture, *network], pictures)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_pictures_of_any_size_go_in(file: KerasFile) -> None:
    config = file.config["config"]
    assert config["layers"][0]["config"]["batch_shape"] == [None, None, None, 3]
    assert config["input_layers"][0] == config["layers"][0]["name"]
    assert config["output_layers"][0] == config["layers"][-1]["name"]


def test_labels_and_card_are_in_the_metadata(file: KerasFile, subject: Subject) -> None:
    assert file.names == ["metadata.json", "config.json", "model.weights.h5"]
    assert file.metadata["ichdesk"]["labels"] == list(subject.model.labels)
    assert file.metadata["ichdesk"]["notice"] == "For teaching, not for diagnosis."


def test_layers_are_counted_in_the_order_of_keras() -> None:
    """What Keras 3.15.1 says of this graph."""
    inputs = {
        "i": "", "a": "i", "b": "i", "c": "b", "d": "i", "x": "dc", "y": "ax", "z": "yb",
    }  # fmt: skip
    layers = [Layer(name, "Dense", {}, tuple(before), {}, ()) for name, before in inputs.items()]
    assert [layer.name for layer in in_keras_order(layers)] == list("ibdcaxyz")


def test_the_same_model_makes_the_same_bytes(data: bytes, subject: Subject) -> None:
    assert exported(subject) == data
