"""TensorFlow.js with the three files of a Teachable Machine export, so that its library takes them.

The library (npm @teachablemachine/image) crops and resizes a picture itself and gives the model
`x / 127 - 1`, as `ichdesk.learn.pixels` does; it asks for TensorFlow.js 1.3.1.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ichdesk.learn.backbones.mobilenet_v2 import EPSILON, MobileNetV2
from ichdesk.learn.exporters import Stages, Subject, exporter
from ichdesk.learn.keras_graph import Layer, Weight
from ichdesk.learn.keras_layers import keras_layers
from ichdesk.learn.pixels import SIDE_PX
from ichdesk.learn.tm_files import HIDDEN, OUTPUT
from ichdesk.learn.tm_model import user_metadata

_TFJS_VERSION = "1.3.1"
_TM_VERSION = "2.4.7"  # of the site and of the library that wrote exports in this format
_PACKAGE_VERSION = "0.8.4-alpha2"
_TIME = "1980-01-01T00:00:00.000Z"  # the same model makes the same bytes
_HEAD = {"head_hidden": HIDDEN, "head_output": OUTPUT}
_WEIGHTS_FILE = "weights.bin"


@exporter(
    "tfjs",
    "TensorFlow.js (Teachable Machine)",
    "For web pages: opens with Teachable Machine's own library and with TensorFlow.js, and "
    "ICHDesk can import it again.",
)
def tfjs(subject: Subject) -> Stages:
    """The files model.json, weights.bin and metadata.json."""
    yield "Tracing the network"
    layers = list(_as_teachable_machine(subject, keras_layers(subject.classifier)))
    yield "Collecting the weights"
    weights = list(_weights(layers))
    manifest = [
        {"name": name, "shape": list(weight.shape), "dtype": "float32"} for name, weight in weights
    ]
    model = {
        "format": "layers-model",
        "modelTopology": _topology(layers),
        "weightsManifest": [{"paths": [_WEIGHTS_FILE], "weights": manifest}],
    }
    return {
        "model.json": json.dumps(model).encode(),
        _WEIGHTS_FILE: b"".join(weight.astype("<f4").tobytes() for _, weight in weights),
        "metadata.json": json.dumps(_metadata(subject), ensure_ascii=False, indent=1).encode(),
    }


def _metadata(subject: Subject) -> dict[str, Any]:
    return {
        "tfjsVersion": _TFJS_VERSION,
        "tmVersion": _TM_VERSION,
        "packageVersion": _PACKAGE_VERSION,
        "packageName": "@teachablemachine/image",
        "timeStamp": _TIME,
        "userMetadata": user_metadata(subject.model, subject.card()),
        "modelName": "ICHDesk",
        "labels": list(subject.model.labels),
        "imageSize": SIDE_PX,
    }


def _topology(layers: Sequence[Layer]) -> dict[str, Any]:
    config = {
        "name": "ichdesk",
        "layers": [_layer(layer) for layer in layers],
        "input_layers": [[layers[0].name, 0, 0]],
        "output_layers": [[layers[-1].name, 0, 0]],
    }
    return {
        "class_name": "Model",
        "config": config,
        "keras_version": f"tfjs-layers {_TFJS_VERSION}",
        "backend": "tensor_flow.js",
    }


def _layer(layer: Layer) -> dict[str, Any]:
    inputs = [[name, 0, 0, {}] for name in layer.inputs]
    if not inputs:
        config = {"batch_input_shape": [None, *layer.shape], "dtype": "float32", "sparse": False}
    else:
        config = {**layer.config, "trainable": True}
    return {
        "name": layer.name,
        "class_name": layer.class_name,
        "config": {"name": layer.name, **config},
        "inbound_nodes": [inputs] if inputs else [],
    }


def _weights(layers: Sequence[Layer]) -> Iterator[tuple[str, Weight]]:
    """All weights; the head's come first, so that who imports it need not read the others."""
    for layer in sorted(layers, key=lambda layer: layer.name not in _HEAD.values()):
        for name, weight in layer.weights.items():
            yield f"{layer.name}/{name}", weight


def _as_teachable_machine(subject: Subject, layers: Sequence[Layer]) -> Iterator[Layer]:
    """The same layers, with the names by which Teachable Machine's are known."""
    names, norms = dict(_HEAD), dict[str, str]()
    if isinstance(subject.backbone.module, MobileNetV2):
        for path, conv, norm in subject.backbone.module.keras_names():
            traced = f"backbone.{path}.conv".replace(".", "_")
            names[traced], norms[traced] = conv, norm
    outputs: dict[str, str] = {}
    for layer in layers:
        inputs = tuple(outputs[name] for name in layer.inputs)
        named = replace(layer, name=names.get(layer.name, layer.name), inputs=inputs)
        parts = _split(named, norms[layer.name]) if layer.name in norms else [named]
        outputs[layer.name] = parts[-1].name
        yield from parts


def _split(layer: Layer, norm_name: str) -> list[Layer]:
    """A convolution and its bias as a BatchNorm of its own, which divides by exactly 1."""
    weights = dict(layer.weights)
    bias = weights.pop("bias")
    norm = {
        "gamma": np.ones_like(bias),
        "beta": bias,
        "moving_mean": np.zeros_like(bias),
        "moving_variance": np.full_like(bias, 1.0 - EPSILON),
    }
    config = {"axis": -1, "epsilon": EPSILON}
    return [
        replace(layer, config={**layer.config, "use_bias": False}, weights=weights),
        Layer(norm_name, "BatchNormalization", config, (layer.name,), norm, layer.shape),
    ]
