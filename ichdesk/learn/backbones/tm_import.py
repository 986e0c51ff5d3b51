"""Backbone and head from a Teachable Machine export that the user chose (TensorFlow.js zip)."""

import hashlib
import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ichdesk.core.errors import UserError
from ichdesk.learn.backbones import BACKBONES, LISTINGS, Backbone, Listing
from ichdesk.learn.backbones.mobilenet_v2 import MobileNetV2

NAME = "tm-import"
_MOST_JSON_BYTES = 8 * 2**20
_MOST_WEIGHT_BYTES = 128 * 2**20
_DTYPES = {"float32": "<f4", "float16": "<f2", "int32": "<i4", "uint8": "<u1", "uint16": "<u2"}
_HOW_TO = "export the model again from Teachable Machine (Tensorflow.js, Download my model)"

Weights = Mapping[str, Tensor]


@dataclass(frozen=True)
class ImportedBackbone:
    """The feature extractor of an export; see `ichdesk.learn.backbones.Backbone`."""

    name: str
    dimension: int
    fingerprint: str
    module: nn.Module


class ImportedHead(nn.Module):
    """Dense(hidden, ReLU) and Dense(C) of an export; (N, D) features to (N, C) logits."""

    def __init__(self, hidden: tuple[Tensor, Tensor], output: Tensor) -> None:
        super().__init__()
        kernel, bias = hidden
        if kernel.ndim != 2 or output.ndim != 2 or kernel.shape[1] != output.shape[0]:
            raise ValueError("the dense layers do not fit together")
        self.hidden = nn.Linear(kernel.shape[0], kernel.shape[1])
        self.output = nn.Linear(output.shape[0], output.shape[1], bias=False)
        self.hidden.load_state_dict({"weight": kernel.T, "bias": bias})
        self.output.load_state_dict({"weight": output.T})

    def forward(self, features: Tensor) -> Tensor:
        """Logits; their softmax is what Teachable Machine shows."""
        logits: Tensor = self.output(torch.relu(self.hidden(features)))
        return logits


@BACKBONES.register(NAME)
def load(argument: str) -> Backbone:
    """Load the backbone of the export at the path `argument`.

    Raises:
        UserError: No path, or the file is not a usable export.
    """
    if not argument:
        raise UserError(f"The backbone “{NAME}” needs a file; write “{NAME}:<export.zip>”.")
    path = Path(argument)
    _, manifest, data = _read_export(path)
    return _backbone(path, _parse_weights(path, manifest, data), data)


@LISTINGS.register(NAME)
def listings() -> list[Listing]:
    """None before a file was added."""
    return []


def load_teachable_machine(path: Path | str) -> tuple[Backbone, nn.Module, list[str]]:
    """Load a whole exported model.

    Args:
        path: A zip with model.json, metadata.json and the weights, as Teachable Machine makes it.

    Returns:
        The backbone, the head (features to logits, in eval mode) and the class names in order.

    Raises:
        UserError: The file is not a usable export; the sentence says why.
    """
    path = Path(path)
    metadata, manifest, data = _read_export(path)
    weights = _parse_weights(path, manifest, data)
    labels = metadata.get("labels")
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise _unusable(path, "metadata.json lists no class names")
    head = _head(path, weights, manifest)
    if head.output.out_features != len(labels):
        raise _unusable(path, "the number of class names and of outputs differ")
    return _backbone(path, weights, data), head.eval().requires_grad_(False), labels


def _unusable(path: Path, reason: str) -> UserError:
    return UserError(f"{path.name} cannot be imported because {reason}; {_HOW_TO}.")


def _backbone(path: Path, weights: Weights, data: bytes) -> Backbone:
    try:
        net = MobileNetV2.from_keras(weights)
    except KeyError as error:
        raise _unusable(path, f"the weight {error.args[0]} is missing") from None
    except ValueError as error:
        raise _unusable(path, f"its layers do not form a MobileNetV2 ({error})") from None
    fingerprint = hashlib.sha256(data).hexdigest()
    return ImportedBackbone(f"{NAME}:{path}", net.dimension, fingerprint, net.requires_grad_(False))


def _head(path: Path, weights: Weights, manifest: list[dict[str, Any]]) -> ImportedHead:
    """The two dense layers, known by their order because their names carry a counter."""
    names = [str(entry["name"]) for entry in manifest]
    dense = [name for name in names if name.startswith("dense") and weights[name].ndim == 2]
    bias = [name for name in names if name.startswith("dense") and weights[name].ndim == 1]
    if len(dense) != 2 or len(bias) != 1:
        raise _unusable(path, "its last layers are not the two of a Teachable Machine model")
    try:
        return ImportedHead((weights[dense[0]], weights[bias[0]]), weights[dense[1]])
    except (ValueError, RuntimeError):
        raise _unusable(path, "its dense layers do not fit together") from None
