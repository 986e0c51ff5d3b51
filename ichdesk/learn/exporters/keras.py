"""Keras 3: one `.keras` file, written without Keras.

A `.keras` file is a zip of metadata.json, config.json (the layers) and model.weights.h5 (HDF5). The
weights lie under "layers/conv2d_3/vars/0": Keras counts layers of a kind in an order of its own,
whatever their names are (`keras.src.ops.function.map_graph`).
"""

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ichdesk.learn.exporters import Stages, Subject, exporter
from ichdesk.learn.keras_graph import INPUT, PICTURE, Layer
from ichdesk.learn.keras_layers import keras_layers
from ichdesk.learn.pixels import SIDE_PX

_KERAS_VERSION = "3.9.0"  # the oldest that was tried
_TIME = "1980-01-01@00:00:00"  # the same model makes the same bytes
_OLDEST = (1980, 1, 1, 0, 0, 0)
_INPUT = (
    "RGB pictures of one size, (batch, height, width, 3), values from 0 to 255; the model crops "
    "them to their central square and resizes it to 224 px with a Lanczos filter"
)


@exporter(
    "keras",
    "Keras",
    "For Python with Keras 3 on TensorFlow or JAX: keras.models.load_model opens it.",
    ".keras",
)
def keras(subject: Subject) -> Stages:
    """A model that takes pictures as they are."""
    yield "Tracing the network"
    traced = keras_layers(subject.classifier)
    layers = [*_from_pixels(), *traced[1:]]
    yield "Writing the weights"
    weights = _hdf5(layers)
    metadata = {
        "keras_version": _KERAS_VERSION,
        "date_saved": _TIME,
        "ichdesk": subject.card() | {"input": _INPUT},
    }
    parts = {
        "metadata.json": json.dumps(metadata, ensure_ascii=False, indent=1).encode(),
        "config.json": json.dumps(_config(layers)).encode(),
        "model.weights.h5": weights,
    }
    return {"model.keras": _zipped(parts)}


def _from_pixels() -> list[Layer]:
    """What makes pictures of any size what the network takes.

    The filter is ICHDesk's own; Keras on PyTorch has no such filter. It can overshoot 0 and 255.
    """
    size = {"height": SIDE_PX, "width": SIDE_PX, "crop_to_aspect_ratio": True}
    lanczos = {"interpolation": "lanczos3", "antialias": True}
    scale = {"scale": 1.0 / 127.0, "offset": -1.0}
    any_size: Any = (None, None, 3)
    return [
        Layer("image", "InputLayer", {}, (), {}, any_size),
        Layer("central_square", "Resizing", size | lanczos, ("image",), {}, PICTURE),
        Layer("clipped", "ReLU", {"max_value": 255.0}, ("central_square",), {}, PICTURE),
        Layer(INPUT, "Rescaling", scale, ("clipped",), {}, PICTURE),
    ]


def _config(layers: Sequence[Layer]) -> dict[str, Any]:
    shapes = {layer.name: layer.shape for layer in layers}
    config = {
        "name": "ichdesk",
        "trainable": True,
        "layers": [_layer(layer, shapes) for layer in layers],
        "input_layers": [layers[0].name, 0, 0],
        "output_layers": [layers[-1].name, 0, 0],
    }
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": config,
        "registered_name": "Functional",
    }


def _layer(layer: Layer, shapes: dict[str, Any]) -> dict[str, Any]:
    config = {"name": layer.name, **layer.config}
    if not layer.inputs:
        config |= {"batch_shape": [None, *layer.shape], "dtype": "float32"}
    tensors = [_tensor(name, shapes[name]) for name in layer.inputs]
    args = [tensors] if len(tensors) > 1 else tensors
    return {
        "module": "keras.layers",
        "class_name": layer.class_name,
        "config": config,
        "registered_name": None,
        "name": layer.name,
        "inbound_nodes": [{"args": args, "kwargs": {}}] if args else [],
    }


def _tensor(name: str, shape: Sequence[int | None]) -> dict[str, Any]:
    config = {"shape": [None, *shape], "dtype": "float32", "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def _hdf5(layers: Sequence[Layer]) -> bytes:
    import h5py  # noqa: PLC0415 - brings a library of its own, and few ever export

    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        for path, layer in _placed(layers):
            for index, weight in enumerate(layer.weights.values()):
                file[f"layers/{path}/vars/{index}"] = weight
    return out.getvalue()


def _placed(layers: Sequence[Layer]) -> Iterator[tuple[str, Layer]]:
    """Each layer with what Keras calls its weights: its kind and a number, such as "conv2d_3"."""
    seen: Counter[str] = Counter()
    for layer in in_keras_order(layers):
        kind = _snake_case(layer.class_name)
        yield f"{kind}_{seen[kind]}" if seen[kind] else kind, layer
        seen[kind] += 1


def in_keras_order(layers: Sequence[Layer]) -> list[Layer]:
    """The farther from the output the earlier; at one distance, as a walk from there meets them."""
    by_name = {layer.name: layer for layer in layers}
    distance = dict.fromkeys(by_name, 0)
    for layer in reversed(layers):
        for name in layer.inputs:
            distance[name] = max(distance[name], distance[layer.name] + 1)
    met: dict[str, int] = {}
    ahead = [layers[-1].name]
    while ahead:
        name = ahead.pop()
        if name not in met:
            met[name] = len(met)
            ahead.extend(reversed(by_name[name].inputs))
    return sorted(layers, key=lambda layer: (-distance[layer.name], met[layer.name]))


def _snake_case(name: str) -> str:
    """As Keras writes the names of its classes: "DepthwiseConv2D" is "depthwise_conv2d"."""
    parted = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", parted).lower()


def _zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _OLDEST), data)
    return out.getvalue()
