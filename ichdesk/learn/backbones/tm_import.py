"""Backbone and head from a Teachable Machine export that the user chose (TensorFlow.js zip)."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ichdesk.core.errors import UserError
from ichdesk.core.names import is_writable_text
from ichdesk.learn.backbones import BACKBONES, LISTINGS, Backbone, Listing
from ichdesk.learn.backbones.mobilenet_v2 import MobileNetV2
from ichdesk.learn.head import Head
from ichdesk.learn.tm_files import TmFiles, Weights, read_tm_files, unusable

NAME = "tm-import"


@dataclass(frozen=True)
class ImportedBackbone:
    """The feature extractor of an export; see `ichdesk.learn.backbones.Backbone`."""

    name: str
    dimension: int
    fingerprint: str
    module: nn.Module


@BACKBONES.register(NAME)
def load(argument: str) -> Backbone:
    """Load the backbone of the export at the path `argument`.

    Raises:
        UserError: No path, or the file is not a usable export.
    """
    if not argument:
        raise UserError(f"The backbone “{NAME}” needs a file; write “{NAME}:<export.zip>”.")
    files = read_tm_files(Path(argument))
    return _backbone(files, files.weights())


@LISTINGS.register(NAME)
def listings() -> list[Listing]:
    """None before a file was added."""
    return []


def load_teachable_machine(path: Path | str) -> tuple[Backbone, Head, list[str]]:
    """Load a whole exported model.

    Args:
        path: A zip with model.json, metadata.json and the weights, as Teachable Machine makes it.

    Returns:
        The backbone, the head (in eval mode) and the class names in order.

    Raises:
        UserError: The file is not a usable export; the sentence says why.
    """
    files = read_tm_files(Path(path))
    weights = files.weights()
    head, labels = head_and_labels(files, weights)
    return _backbone(files, weights), head, labels


def head_and_labels(files: TmFiles, weights: Weights) -> tuple[Head, list[str]]:
    """The two dense layers as a head that leaves the features as they are, and the class names.

    The layers are known by their order, because their names carry a counter.

    Raises:
        UserError: They are others, or do not fit the class names.
    """
    labels = files.metadata.get("labels")
    if not isinstance(labels, list) or not all(map(is_writable_text, labels)):
        raise unusable(files.path, "metadata.json lists no class names")
    dense = [weights[name] for name in weights if name.startswith("dense")]
    kernels, biases = [w for w in dense if w.ndim == 2], [w for w in dense if w.ndim == 1]
    if len(kernels) != 2 or len(biases) != 1:
        raise unusable(files.path, "its last layers are not the two of a Teachable Machine model")
    (hidden, output), (bias,) = kernels, biases
    sizes = (hidden.shape[1], output.shape[0], len(bias))
    if len(set(sizes)) > 1 or min(*hidden.shape, *output.shape) < 1:
        raise unusable(files.path, "its dense layers do not fit together")
    if output.shape[1] != len(labels):
        raise unusable(files.path, "the number of class names and of outputs differ")
    head = Head(len(hidden), len(labels), torch.Generator(), hidden_units=len(bias))
    head.hidden.load_state_dict({"weight": hidden.T, "bias": bias})
    head.output.load_state_dict({"weight": output.T})
    return head.eval().requires_grad_(False), labels


def _backbone(files: TmFiles, weights: Weights) -> Backbone:
    try:
        net = MobileNetV2.from_keras(weights)
    except KeyError as error:
        missing = f"the weight {error.args[0]} is missing"
        raise unusable(
            files.path, f"its network is not the one of Teachable Machine ({missing})"
        ) from None
    except ValueError as error:
        raise unusable(files.path, f"its layers do not form a MobileNetV2 ({error})") from None
    fingerprint = hashlib.sha256(files.data).hexdigest()
    name = f"{NAME}:{files.path}"
    return ImportedBackbone(name, net.dimension, fingerprint, net.requires_grad_(False))
