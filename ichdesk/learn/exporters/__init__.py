"""Formats in which a model leaves ICHDesk: each exporter turns it into files for other programs.

An exporter only makes bytes; `ichdesk.learn.exporting` writes them, whole or not at all. What the
format can hold goes in: resize, normalization, image steps, labels, version, test results, and
that it is for teaching, not for diagnosis (`Subject.card`).
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from ichdesk import __version__
from ichdesk.core.registry import Registry
from ichdesk.learn.backbones import Backbone, load_backbone
from ichdesk.learn.model import NOTICE, Model, require_fit

Files: TypeAlias = Mapping[str, bytes]
"""What an exporter makes: bytes by name; a name may have folders, as in "library/tf.min.js"."""

Stages: TypeAlias = Generator[str, None, Files]
"""How it makes them: it says what comes next, such as "Tracing the network", so that people can see
it and stop between two stages, and returns the files."""


class Classifier(nn.Module):
    """Backbone, head and softmax; (N, 3, 224, 224) in about [-1, 1] to (N, C) probabilities."""

    def __init__(self, backbone: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def forward(self, x: Tensor) -> Tensor:
        """Probabilities of pictures as `ichdesk.learn.pixels.to_input` gives them."""
        return torch.softmax(self.head(self.backbone(x)), dim=1)


@dataclass(frozen=True)
class Subject:
    """A model to export.

    Attributes:
        model: Head, labels, image steps and facts.
    """

    model: Model

    @cached_property
    def backbone(self) -> Backbone:
        """The network that the model stands on, loaded to the CPU.

        Raises:
            UserError: It cannot be loaded, or it is another one than the model was trained with.
        """
        backbone = load_backbone(self.model.backbone)
        require_fit(self.model, backbone)
        return backbone

    @property
    def classifier(self) -> Classifier:
        """Backbone and head in one module, in eval mode, without gradients."""
        both = Classifier(self.backbone.module, self.model.head)
        return both.eval().requires_grad_(False)

    def card(self) -> dict[str, Any]:
        """What everybody should know of the model, ready for JSON."""
        model = self.model
        return {
            "notice": NOTICE,
            "made_by": f"ICHDesk {__version__}",
            "labels": list(model.labels),
            "backbone": model.backbone.partition(":")[0],  # what follows may be a path
            "input": "RGB picture, cropped to its central square, resized to 224 x 224 px",
            "image_steps": [{"step": step.name, **dict(step.values)} for step in model.steps],
            "test": model.facts.sentences(model.labels) if model.facts else [],
        }


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format.

    Attributes:
        title: Its name for people, such as "ONNX".
        purpose: Who can use it, one sentence.
        suffix: Ending of the one file that it is; "" if it is several, in a folder or a zip.
        make: Turns a model into files; the name of a single one does not matter. Raises `UserError`
            where the format cannot hold this model.
    """

    title: str
    purpose: str
    suffix: str
    make: "Maker"


Maker: TypeAlias = Callable[[Subject], Stages]

EXPORTERS: Registry[Exporter] = Registry("export format", __name__)


def exporter(name: str, title: str, purpose: str, suffix: str = "") -> Callable[[Maker], Maker]:
    """Register the decorated function as a format; see `Exporter`."""

    def decorate(make: Maker) -> Maker:
        EXPORTERS.register(name)(Exporter(title, purpose, suffix, make))
        return make

    return decorate
