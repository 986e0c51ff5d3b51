"""TensorFlow.js with the three files of a Teachable Machine export, so that its library takes them.

The library (npm @teachablemachine/image) crops and resizes a picture itself and gives the model
`x / 127 - 1`, as `ichdesk.learn.pixels` does; it asks for TensorFlow.js 1.3.1.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ichdesk.core.model_facts import facts_text
from ichdesk.core.steps import steps_text
from ichdesk.learn.backbones.mobilenet_v2 import KERAS_EPSILON, MobileNetV2
from ichdesk.learn.exporters import Stages, Subject, exporter
from ichdesk.learn.keras_graph import Layer
from ichdesk.learn.keras_layers import keras_layers
from ichdesk.learn.tm_names import HIDDEN, OUTPUT, USER_KEY, portable_backbone

_VERSIONS = {"tfjsVersion": "1.3.1", "tmVersion": "2.4.7", "packageVersion": "0.8.4-alpha2"}
_TIME = "1980-01-01T00:00:00.000Z"  # the same model makes the same bytes
_HEAD = {"head_hidden": HIDDEN, "head_output": OUTPUT}


@exporter(
    "tfjs",
    "TensorFlow.js (Teachable Machine)",
    "For web pages: opens with Teachable Machine's own library and with TensorFlow.js, and "
    "ICHDesk can import it again.",
)
def tfjs(subject: Subject) -> Stages:
    """The files model.json, weights.bin and metadata.json."""
    yield "Tracing the network"
    layers = renamed(keras_layers(subject.classifier), _HEAD)
    if isinstance(subject.backbone.module, MobileNetV2):
        layers = list(_as_teachable_machine(subject.backbone.module, layers))
    yield "Collecting the weights"
    layers_with_weights = sorted(layers, key=lambda layer: layer.name not in {HIDDEN, OUTPUT})
    weights = [
        (f"{layer.name}/{name}", weight)
        for layer in layers_with_weights  # the head first, so that importing need not read the rest
        for name, weight in layer.weights.items()
    ]
    manifest = [
        {"name": name, "shape": list(weight.shape), "dtype": "float32"} for name, weight in weights
    ]
    model = {
        "format": "layers-model",
        "generatedBy": subject.card()["made_by"],
        "convertedBy": None,
        "modelTopology": _topology(layers),
        "weightsManifest": [{"paths": ["weights.bin"], "weights": manifest}],
    }
    return {
        "model.json": json.dumps(model).encode(),
        "weights.bin": b"".join(weight.astype("<f4").tobytes() for _, weight in weights),
        "metadata.json": json.dumps(_metadata(subject), ensure_ascii=False).encode(),
    }
