"""The files of the TensorFlow.js format, read as its loader reads them."""

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from ichdesk.learn.backbones.mobilenet_v2 import Channels, MobileNetV2, fold_norms
from ichdesk.learn.backbones.tm_import import ImportedBackbone
from ichdesk.learn.exporters import EXPORTERS, Files, Subject
from ichdesk.learn.features import Image, Vector
from ichdesk.learn.head import Head
from ichdesk.learn.keras_graph import Layer
from ichdesk.learn.pixels import to_input
from tests.learn.keras_interpreter import run_layers

# Everything that tfjs-layers 1.3.1 registers and these files use.
KNOWN = {
    "Activation", "Add", "AveragePooling2D", "BatchNormalization", "Concatenate", "Conv2D",
    "Dense", "DepthwiseConv2D", "Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling1D",
    "GlobalMaxPooling2D", "InputLayer", "MaxPooling2D", "Multiply", "Permute", "ReLU", "Reshape",
    "UpSampling2D", "ZeroPadding2D",
}  # fmt: skip


def export(subject: Subject) -> Files:
    making = EXPORTERS["tfjs"].make(subject)
    while True:
        try:
            next(making)
        except StopIteration as end:
            return end.value


@pytest.fixture(scope="module")
def files(subject: Subject) -> Files:
    return export(subject)


@pytest.fixture(scope="module")
def small_mobilenet(subject: Subject, pictures: Image) -> Subject:
    """A model on a narrow network of Teachable Machine's kind."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = MobileNetV2(Channels.of_width(0.1)).eval().requires_grad_(False)
    fold_norms(net)
    with torch.no_grad():  # as real networks have it
        for layer in [net.stem, net.last]:
            layer.conv.bias += torch.linspace(-1.0, 1.0, len(layer.conv.bias))
    head = Head(net.dimension, 3, torch.Generator().manual_seed(1)).requires_grad_(False)
    head.fit_scaler(net(to_input(pictures)))
    backbone = ImportedBackbone("tm-import:/somewhere/secret/a.zip", net.dimension, "f" * 64, net)
    model = replace(subject.model, head=head, backbone=backbone.name, fingerprint="f" * 64)
    small = Subject(model)
    small.__dict__["backbone"] = backbone  # loaded already
    return small


@pytest.fixture(scope="module")
def small_files(small_mobilenet: Subject) -> Files:
    return export(small_mobilenet)


def layers_of(files: Files) -> list[Layer]:
    """Layers with weights by name, as `loadLayersModel` puts them together."""
    model = json.loads(files["model.json"])
    (group,) = model["weightsManifest"]
    assert group["paths"] == ["weights.bin"]
    weights, offset = dict[str, np.ndarray](), 0
    for entry in group["weights"]:
        assert entry["dtype"] == "float32"
        assert entry["name"] not in weights
        count = math.prod(entry["shape"])
        values = np.frombuffer(files["weights.bin"], "<f4", count, offset)
        weights[entry["name"]] = values.reshape(entry["shape"]).copy()
        offset += 4 * count
    assert offset == len(files["weights.bin"])
    return [_layer(entry, weights) for entry in model["modelTopology"]["config"]["layers"]]


def _layer(entry: dict[str, Any], weights: dict[str, np.ndarray]) -> Layer:
    name, config = entry["name"], entry["config"]
    assert entry["class_name"] in KNOWN
    assert config["name"] == name
    assert "/" not in name
    own = {key.partition("/")[2]: w for key, w in weights.items() if key.startswith(f"{name}/")}
    inputs = tuple(before for node in entry["inbound_nodes"] for before, *_ in node)
    return Layer(name, entry["class_name"], config, inputs, own, ())


def probabilities(files: Files, pictures: Image) -> Vector:
    return run_layers(layers_of(files), pictures)


def test_the_files_give_the_probabilities_of_the_app(
    files: Files, pictures: Image, expected: Vector
) -> None:
    np.testing.assert_allclose(probabilities(files, pictures), expected, atol=1e-5)


def test_a_network_of_teachable_machine_too(
    small_mobilenet: Subject, small_files: Files, pictures: Image
) -> None:
    with torch.inference_mode():
        expected = small_mobilenet.classifier(to_input(pictures)).numpy()
    np.testing.assert_allclose(probabilities(small_files, pictures), expected, atol=1e-5)


def test_every_weight_belongs_to_a_layer(files: Files, small_files: Files) -> None:
    """TensorFlow.js refuses weights without a layer, and layers without their weights."""
    for some in (files, small_files):
        model = json.loads(some["model.json"])
        named = {weight["name"] for weight in model["weightsManifest"][0]["weights"]}
        owned = {f"{layer.name}/{name}" for layer in layers_of(some) for name in layer.weights}
        assert named == owned


def test_the_network_of_teachable_machine_keeps_its_names(small_files: Files) -> None:
    names = {layer.name for layer in layers_of(small_files)}
    assert {"Conv1", "bn_Conv1", "block_16_project_BN", "Conv_1_bn", "dense_Dense2"} <= names


def test_metadata_is_what_the_library_of_teachable_machine_reads(
    files: Files, subject: Subject
) -> None:
    metadata = json.loads(files["metadata.json"])
    assert metadata["labels"] == list(subject.model.labels)
    assert metadata["imageSize"] == 224
    assert metadata["packageName"] == "@teachablemachine/image"
    assert {"tfjsVersion", "tmVersion", "packageVersion", "timeStamp", "modelName"} <= set(metadata)
    assert metadata["userMetadata"]["ichdesk"]["notice"] == "For teaching, not for diagnosis."


def test_no_path_of_this_computer_is_told(small_files: Files) -> None:
    assert b"secret" not in b"".join(small_files.values())


def test_the_same_model_makes_the_same_bytes(files: Files, subject: Subject) -> None:
    assert export(subject) == files
