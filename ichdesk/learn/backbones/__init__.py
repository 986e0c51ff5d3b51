"""Frozen feature extractors: the ones that ship, and those built from a file of the user's."""

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Download:
    """A file that is not here yet.

    Attributes:
        size_mib: Its size as its publisher states it.
        path: Where it belongs.
    """

    url: str
    size_mib: float
    path: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A backbone with its weights, as lists of backbones show it.

    Attributes:
        spec: What `load_backbone` is asked for.
        title: Its name for people.
        parameters: How many numbers were trained, or would have been; 4 bytes each.
        weights: Where they come from.
        problem: Why it cannot be used now and what to do, one sentence; "" if it can.
        download: What would help, if a download would.
    """

    spec: str
    title: str
    parameters: int
    weights: str
    problem: str = ""
    download: Download | None = None


LISTINGS: Registry[Callable[[], list[Listing]]] = Registry("backbone", __name__)
"""How each backbone is listed; what is not here ships with the app and needs nothing."""


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
