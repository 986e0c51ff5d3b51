"""Messages about backbones: which there are, how fast one is, and one from a file of the user's."""

from dataclasses import dataclass

from ichdesk.protocol.parts import Outcome


@dataclass(frozen=True, slots=True)
class ListBackbones:
    """Say which backbones there are; speeds are those of a device as in `Settings.device`."""

    request_id: int
    device: str


@dataclass(frozen=True, slots=True)
class MeasureBackbone:
    """Measure how fast a backbone is on a device, remember it, and list the backbones."""

    request_id: int
    device: str
    backbone: str


@dataclass(frozen=True, slots=True)
class AddBackbone:
    """Check a backbone from a file of the user's, remember it, and list the backbones.

    Attributes:
        backbone: Name and file, such as "tm-import:/home/me/export.zip".
    """

    request_id: int
    device: str
    backbone: str


@dataclass(frozen=True, slots=True)
class DownloadRef:
    """A file that would help: its address, the size that is stated, and where it belongs."""

    url: str
    size_mib: float
    path: str


@dataclass(frozen=True, slots=True)
class BackboneInfo:
    """A backbone with its weights.

    Attributes:
        spec: What `Settings.backbone` calls it.
        title: Its name for people.
        parameters: How many numbers it has, 4 bytes each.
        weights: Where they come from.
        problem: Why it cannot be used now and what to do, one sentence; "" if it can.
        images_per_s: Its speed on the device that was asked for; None if never measured.
        download: What would help, if a download would.
    """

    spec: str
    title: str
    parameters: int
    weights: str
    problem: str = ""
    images_per_s: float | None = None
    download: DownloadRef | None = None


@dataclass(frozen=True, slots=True)
class BackbonesListed:
    """Terminal event of `ListBackbones`, `MeasureBackbone` and `AddBackbone`.

    Attributes:
        backbones: All, in the order in which to show them; empty unless the outcome is done.
        chosen: What the added backbone is called from now on; "" if none was added.
    """

    request_id: int
    outcome: Outcome
    error: str | None = None
    backbones: tuple[BackboneInfo, ...] = ()
    chosen: str = ""
