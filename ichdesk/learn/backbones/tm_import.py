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


def _read_export(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]], bytes]:
    """Metadata, the list of weights and their bytes, all within limits."""
    if not path.is_file():  # a folder, or a device that would be read for ever
        raise UserError(f"{path.name} was not found; choose the file again.")
    try:
        with zipfile.ZipFile(path) as archive:
            model = _read_json(path, archive, "model.json")
            metadata = _read_json(path, archive, "metadata.json")
            manifest, names = _manifest(path, model)
            budget, parts = _MOST_WEIGHT_BYTES, []
            for name in names:
                parts.append(_read_entry(path, archive, name, budget))
                budget -= len(parts[-1])
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise _unusable(path, "it is not a zip file or is damaged") from error
    except (NotImplementedError, RuntimeError) as error:
        raise _unusable(path, "it is encrypted or compressed in an unknown way") from error
    return metadata, manifest, b"".join(parts)


def _read_entry(path: Path, archive: zipfile.ZipFile, name: str, most_bytes: int) -> bytes:
    """The entry whose file name is `name`, in whatever folder, never more than the limit."""
    found = [i for i in archive.infolist() if i.filename.rpartition("/")[2] == name]
    if not found:
        raise _unusable(path, f"{name} is missing")
    with archive.open(found[0]) as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise _unusable(path, f"{name} is too large")
    return data


def _read_json(path: Path, archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    data = _read_entry(path, archive, name, _MOST_JSON_BYTES)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise _unusable(path, f"{name} is not valid JSON") from None
    if not isinstance(content, dict):
        raise _unusable(path, f"{name} has an unexpected content")
    return content


def _manifest(path: Path, model: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """All weights in file order, and the names of the files that hold them."""
    try:
        groups = list(model["weightsManifest"])
        weights = [dict(weight) for group in groups for weight in group["weights"]]
        names = [str(name).rpartition("/")[2] for group in groups for name in group["paths"]]
    except (KeyError, TypeError, ValueError):
        raise _unusable(path, "model.json lists no weights") from None
    if not weights or not names:
        raise _unusable(path, "model.json lists no weights")
    return weights, names


def _parse_weights(path: Path, manifest: list[dict[str, Any]], data: bytes) -> Weights:
    """Cut the bytes into float32 tensors by name, undoing quantization."""
    weights: dict[str, Tensor] = {}
    offset = 0
    for entry in manifest:
        try:
            name, shape = str(entry["name"]), [int(size) for size in entry["shape"]]
            coded = entry.get("quantization")
            stored = np.dtype(_DTYPES[coded["dtype"] if coded else entry["dtype"]])
            scale, least = (coded.get("scale"), coded.get("min", 0.0)) if coded else (None, 0.0)
            factor, start = (1.0 if scale is None else float(scale)), float(least)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise _unusable(path, "model.json describes a weight in an unknown way") from None
        if any(size < 0 for size in shape) or math.prod(shape) > _MOST_WEIGHT_BYTES:
            raise _unusable(path, f"the weight {name} has an impossible shape")
        end = offset + math.prod(shape) * stored.itemsize
        if end > len(data):
            raise _unusable(path, "its weights are cut short")
        values = np.frombuffer(data[offset:end], stored).astype(np.float32)
        with np.errstate(all="ignore"):  # what overflows is refused below
            values = values * np.float32(factor) + np.float32(start)
        tensor = torch.from_numpy(values).reshape(shape)
        if not torch.isfinite(tensor).all():
            raise _unusable(path, f"the weight {name} is not a number everywhere")
        weights[name], offset = tensor, end
    return weights


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
