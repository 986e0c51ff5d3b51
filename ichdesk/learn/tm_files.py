"""The files of a Teachable Machine export, read from a zip of any origin."""

import json
import math
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from ichdesk.core.errors import UserError

HIDDEN = "dense_Dense1"
OUTPUT = "dense_Dense2"
"""Teachable Machine's names of the two dense layers; the numbers are a counter of its own."""
_MOST_JSON_BYTES = 8 * 2**20
_MOST_WEIGHT_BYTES = 128 * 2**20
_DTYPES = {"float32": "<f4", "float16": "<f2", "int32": "<i4", "uint8": "<u1", "uint16": "<u2"}
_HOW_TO = "export the model again from Teachable Machine (Tensorflow.js, Download my model)"

Weights: TypeAlias = Mapping[str, Tensor]
Manifest: TypeAlias = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class TmFiles:
    """An export.

    Attributes:
        path: The zip.
        metadata: What metadata.json says.
        manifest: Name, shape and kind of each weight, in the order of their bytes.
        data: Those bytes, all or the first.
    """

    path: Path
    metadata: Mapping[str, Any]
    manifest: Manifest
    data: bytes
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


