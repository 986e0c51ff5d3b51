"""Frozen feature extractors: the ones that ship, and those built from a file of the user's."""

from collections.abc import Callable
from typing import Protocol

from torch import nn

from ichdesk.core.errors import UserError
from ichdesk.core.registry import Registry


class Backbone(Protocol):
    """A frozen network that turns pictures into features."""

    @property
    def name(self) -> str:
        """What `load_backbone` was asked for, such as "ct-phantom"."""

    @property
    def dimension(self) -> int:
        """D, the number of features."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights in hex; part of the key of the feature cache."""

    @property
    def module(self) -> nn.Module:
        """(N, 3, 224, 224) float32 in about [-1, 1] to (N, D) float32; in eval mode, frozen."""


BackboneLoader = Callable[[str], Backbone]
"""Loads a backbone; the argument is what follows the colon in the spec, "" if there is none."""

BACKBONES: Registry[BackboneLoader] = Registry("backbone", __name__)


def load_backbone(spec: str) -> Backbone:
    """Load a backbone by name, or by name and file, such as "tm-import:/home/me/export.zip".

    Raises:
        UserError: The name is unknown, a file is missing where one is needed or given where none
            is, or the file cannot be used.
    """
    name, _, argument = spec.partition(":")
    return BACKBONES[name.strip()](argument)


def refuse_argument(name: str, argument: str) -> None:
    """UserError if a backbone that reads no file of the user's was given one."""
    if argument:
        raise UserError(f"The backbone “{name}” takes no file; write just “{name}”.")
