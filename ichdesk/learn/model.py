"""A trained model: the head, its labels, and the name of the backbone it stands on."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as from_safetensors
from safetensors.torch import save as to_safetensors

from ichdesk.core.errors import UserError
from ichdesk.core.model_facts import ModelFacts, facts_text, parse_facts
from ichdesk.core.names import is_writable_text
from ichdesk.core.notes import os_reason
from ichdesk.core.steps import DEFAULT_STEPS, Steps, parse_steps, steps_text
from ichdesk.imaging.pipeline import checked
from ichdesk.learn.backbones import Backbone, load_backbone
from ichdesk.learn.features import Extractor, Image, Vector
from ichdesk.learn.head import Head

FORMAT = "ichdesk-model"
VERSION = 1
NOTICE = "For teaching, not for diagnosis."
_MAX_FILE_BYTES = 64 * 2**20
MOST_CLASSES = 1_000
_MAX_FEATURES = 16_384


@dataclass(frozen=True, slots=True)
class Model:
    """A head and what it needs to be used.

    Attributes:
        head: Scaler and weights, on the CPU.
        labels: Class names, in the order of the outputs.
        backbone: The setting that the backbone was loaded by, such as "ct-phantom".
        fingerprint: Of the backbone's weights; the head fits these and no others.
        steps: How slices in Hounsfield units were shown to it.
        facts: How it was tested, if that is known.
    """

    head: Head
    labels: tuple[str, ...]
    backbone: str
    fingerprint: str
    steps: Steps = DEFAULT_STEPS
    facts: ModelFacts | None = None

    @torch.inference_mode()
    def classify(self, features: Vector) -> Vector:
        """Probabilities (N, C) of features (N, D)."""
        return torch.softmax(self.head(torch.from_numpy(features)), dim=1).numpy()

    def predict(self, images: Image, extractor: Extractor) -> Vector:
        """Probabilities (N, C) of images (N, 224, 224, 3) uint8."""
        return self.classify(extractor.run(images))


def load_extractor(backbone: str, device: torch.device) -> Extractor:
    """Load a backbone to a device; UserError if it cannot be loaded."""
    loaded = load_backbone(backbone)
    loaded.module.to(device)
    return Extractor(loaded, device)


def require_fingerprint(backbone: Backbone, fingerprint: str) -> None:
    """See that a model fits a backbone; UserError if it was trained with other weights."""
    if backbone.fingerprint != fingerprint:
        raise UserError(
            f"The model was trained with another version of the backbone “{backbone.name}”; "
            "train it again with this one."
        )


def model_bytes(model: Model) -> bytes:
    """A model as the bytes of a model file (safetensors)."""
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "notice": NOTICE,
        "labels": json.dumps(model.labels, ensure_ascii=False),
        "backbone": model.backbone,
        "fingerprint": model.fingerprint,
        "steps": steps_text(model.steps),
        "facts": facts_text(model.facts),
    }
    tensors = {name: tensor.contiguous() for name, tensor in model.head.state_dict().items()}
    return to_safetensors(tensors, metadata)


def load_model(path: Path) -> Model:
    """Read a model file; nothing in it is executed.

    Raises:
        UserError: The file is missing, too large, damaged or of another kind.
    """
    title = f"“{path.name}”"
    if path.exists() and not path.is_file():  # a folder or a device
        raise _not_a_model(title)
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise UserError(f"{title} is too large for a model of ICHDesk; choose another.")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"The model {title} could not be opened ({os_reason(error)}); choose another."
        ) from error
    return read_model(data, title)


def read_model(data: bytes, title: str) -> Model:
    """Read the bytes of a model file; nothing in them is executed.

    Args:
        data: Of any origin.
        title: What sentences call the file, such as "“m.ichmodel”".

    Raises:
        UserError: They are damaged or of another kind.
    """
    try:
        tensors = from_safetensors(data)  # checks the header
        (length,) = struct.unpack_from("<Q", data)
        metadata = json.loads(data[8 : 8 + length]).get("__metadata__") or {}
    except (
        SafetensorError,
        ValueError,
        TypeError,
        KeyError,
        RecursionError,
    ) as error:
        raise _not_a_model(title) from error
    return _assemble(title, metadata, tensors)


def require_fit(model: Model, backbone: Backbone) -> None:
    """See that a model stands on a backbone; UserError if it was trained with other weights."""
    require_fingerprint(backbone, model.fingerprint)
    if len(model.head.mean) != backbone.dimension:
        raise UserError(
            f"The model does not fit the backbone “{backbone.name}” that it names, so its file is "
            "damaged; save the model again."
        )


def _assemble(title: str, metadata: Mapping[str, str], tensors: dict[str, torch.Tensor]) -> Model:
    """Check every part; a file can claim anything."""
    if metadata.get("format") != FORMAT:
        raise _not_a_model(title)
    if metadata.get("version") != str(VERSION):
        raise UserError(f"{title} was made by a newer ICHDesk; update this one.")
    try:
        labels = _labels(metadata["labels"])
        head = _head(tensors, len(labels))
        steps = parse_steps(metadata["steps"]) if "steps" in metadata else DEFAULT_STEPS
        facts = parse_facts(metadata.get("facts", ""), len(labels))
        backbone, fingerprint = metadata["backbone"], metadata["fingerprint"]
        return Model(head, labels, backbone, fingerprint, checked(steps), facts)
    except (KeyError, ValueError, TypeError, RuntimeError, RecursionError) as error:
        raise UserError(f"The model file {title} is damaged; save the model again.") from error


def _labels(text: str) -> tuple[str, ...]:
    labels = json.loads(text)
    if not isinstance(labels, list) or not all(map(is_writable_text, labels)):
        raise TypeError("labels are not a list of text")
    return tuple(labels)


def _head(tensors: dict[str, torch.Tensor], classes: int) -> Head:
    dimension = len(tensors["mean"])
    if not 2 <= classes <= MOST_CLASSES or not 1 <= dimension <= _MAX_FEATURES:
        raise ValueError(f"{classes} classes and {dimension} features")
    if not all(t.dtype == torch.float32 and t.isfinite().all() for t in tensors.values()):
        raise ValueError("weights are not finite float32 numbers")
    hidden_units = len(tensors["hidden.bias"])
    if tensors["hidden.weight"].shape != (hidden_units, dimension):
        raise ValueError("the dense layers do not fit together")
    head = Head(dimension, classes, torch.Generator(), hidden_units)
    head.load_state_dict(tensors)
    return head


def _not_a_model(title: str) -> UserError:
    return UserError(f"{title} is not a model of ICHDesk; choose a file saved by Export Model.")
