"""The files of a Teachable Machine export, read from a zip of any origin."""

import json
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
_HOW_TO = "export the model again (in Teachable Machine: Tensorflow.js, Download my model)"

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

    def weights(self) -> Weights:
        """Cut the bytes into float32 tensors by name, undoing quantization."""
        weights, offset = {}, 0
        for entry in self.manifest:
            stored = _stored(self.path, entry)
            end = offset + stored.size_bytes
            if end > len(self.data):
                raise unusable(self.path, "its weights are cut short")
            weights[stored.name] = _tensor(self.path, stored, self.data[offset:end])
            offset = end
        return weights


@dataclass(frozen=True, slots=True)
class _Stored:
    """How a weight lies in the file; it is factor * number + start."""

    name: str
    shape: list[int]
    dtype: np.dtype[Any]
    factor: float
    start: float

    @property
    def size_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def unusable(path: Path, reason: str) -> UserError:
    """What to say of an export that cannot be used."""
    return UserError(f"{path.name} cannot be imported because {reason}; {_HOW_TO}.")


def read_tm_files(path: Path, *, only_head: bool = False) -> TmFiles:
    """Read an export within limits; nothing in it is executed.

    Args:
        path: A zip with model.json, metadata.json and the weights.
        only_head: Stop after the weights of the two dense layers.

    Raises:
        UserError: The file is not a usable export; the sentence says why.
    """
    with _opened(path) as archive:
        model = _read_json(path, archive, "model.json")
        metadata = _read_json(path, archive, "metadata.json")
        manifest, names = _manifest(path, model)
        if only_head:
            manifest = _up_to_head(manifest)
            most = sum(_stored(path, entry).size_bytes for entry in manifest)
            data = _read_start(path, archive, names, most)
        else:
            data = _read_all(path, archive, names)
    return TmFiles(path, metadata, manifest, data)


def read_tm_metadata(path: Path) -> Mapping[str, Any]:
    """What metadata.json of an export says; errors as in `read_tm_files`."""
    with _opened(path) as archive:
        return _read_json(path, archive, "metadata.json")


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The zip, with a sentence for whatever can be wrong with it."""
    if not path.is_file():  # a folder, or a device that would be read for ever
        raise UserError(f"{path.name} was not found; choose the file again.")
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, UnicodeDecodeError) as error:
        raise unusable(path, "it is not a zip file or is damaged") from error
    except (NotImplementedError, RuntimeError) as error:
        raise unusable(path, "it is encrypted or compressed in an unknown way") from error


def _read_all(path: Path, archive: zipfile.ZipFile, names: Sequence[str]) -> bytes:
    budget, parts = _MOST_WEIGHT_BYTES, []
    for name in names:
        parts.append(_read_entry(path, archive, name, budget))
        budget -= len(parts[-1])
    return b"".join(parts)


def _read_start(path: Path, archive: zipfile.ZipFile, names: Sequence[str], most: int) -> bytes:
    if most > _MOST_WEIGHT_BYTES:
        raise unusable(path, "its dense layers are too large")
    data = b""
    for name in names:
        with archive.open(_entry(path, archive, name)) as file:
            data += file.read(most - len(data))
    return data


def _entry(path: Path, archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The entry whose file name is `name`, in whatever folder."""
    found = [info for info in archive.infolist() if info.filename.rpartition("/")[2] == name]
    if not found:
        raise unusable(path, f"{name} is missing")
    return found[0]


def _read_entry(path: Path, archive: zipfile.ZipFile, name: str, most_bytes: int) -> bytes:
    with archive.open(_entry(path, archive, name)) as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise unusable(path, f"{name} is too large")
    return data


def _read_json(path: Path, archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    data = _read_entry(path, archive, name, _MOST_JSON_BYTES)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise unusable(path, f"{name} is not valid JSON") from None
    if not isinstance(content, dict):
        raise unusable(path, f"{name} has an unexpected content")
    return content


def _manifest(path: Path, model: Mapping[str, Any]) -> tuple[Manifest, list[str]]:
    """All weights in file order, and the names of the files that hold them."""
    try:
        groups = list(model["weightsManifest"])
        weights = [dict(weight) for group in groups for weight in group["weights"]]
        names = [str(name).rpartition("/")[2] for group in groups for name in group["paths"]]
    except (KeyError, TypeError, ValueError):
        raise unusable(path, "model.json lists no weights") from None
    if not weights or not names:
        raise unusable(path, "model.json lists no weights")
    return weights, names


def _up_to_head(manifest: Manifest) -> Manifest:
    layers = [str(entry.get("name")).partition("/")[0] for entry in manifest]
    return manifest[
        : max((i + 1 for i, x in enumerate(layers) if x in {HIDDEN, OUTPUT}), default=0)
    ]


def _stored(path: Path, entry: Mapping[str, Any]) -> _Stored:
    try:
        name, shape = str(entry["name"]), [int(size) for size in entry["shape"]]
        coded = entry.get("quantization")
        dtype = np.dtype(_DTYPES[coded["dtype"] if coded else entry["dtype"]])
        scale, least = (coded.get("scale"), coded.get("min", 0.0)) if coded else (None, 0.0)
        factor, start = (1.0 if scale is None else float(scale)), float(least)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise unusable(path, "model.json describes a weight in an unknown way") from None
    if any(size < 0 for size in shape) or math.prod(shape) > _MOST_WEIGHT_BYTES:
        raise unusable(path, f"the weight {name} has an impossible shape")
    return _Stored(name, shape, dtype, factor, start)


def _tensor(path: Path, stored: _Stored, data: bytes) -> Tensor:
    values = np.frombuffer(data, stored.dtype).astype(np.float32)
    with np.errstate(all="ignore"):  # what overflows is refused below
        values = values * np.float32(stored.factor) + np.float32(stored.start)
    tensor = torch.from_numpy(values).reshape(stored.shape)
    if not torch.isfinite(tensor).all():
        raise unusable(path, f"the weight {stored.name} is not a number everywhere")
    return tensor
