"""Requests about backbones: which there are, how fast they are, and new ones from files."""

from collections.abc import Callable

from ichdesk.core.errors import UserError
from ichdesk.learn.backbones import Download
from ichdesk.learn.catalog import add_file, catalog
from ichdesk.learn.devices import available_devices, resolve_device
from ichdesk.learn.model import load_extractor
from ichdesk.learn.own_backbones import OwnBackbones
from ichdesk.learn.speed import images_per_second
from ichdesk.protocol.messages import (
    AddBackbone,
    BackboneInfo,
    BackboneRequest,
    BackbonesListed,
    DownloadRef,
    MeasureBackbone,
    Outcome,
)


class BackboneDesk:
    """Answers requests about backbones.

    Args:
        is_cancelled: Whether to stop.
        own: What is remembered on this computer.
    """

    def __init__(
        self, is_cancelled: Callable[[], bool] = lambda: False, own: OwnBackbones | None = None
    ) -> None:
        self._is_cancelled = is_cancelled
        self._own = own or OwnBackbones()

    def answer(self, request: BackboneRequest) -> BackbonesListed:
        """Do what is asked for, then list the backbones.

        Raises:
            UserError: The backbone or the device cannot be used.
            Cancelled: The measurement was cancelled.
        """
        chosen = ""
        if isinstance(request, MeasureBackbone):
            self.measure(request.backbone, request.device)
        elif isinstance(request, AddBackbone):
            chosen = add_file(request.backbone, self._own)
        infos = tuple(self.infos(request.device))
        return BackbonesListed(request.request_id, Outcome.DONE, None, infos, chosen)

    def infos(self, device: str) -> list[BackboneInfo]:
        """All backbones, with their speeds on a device."""
        speeds = self._own.speeds(device_label(device))
        return [
            BackboneInfo(
                listing.spec,
                listing.title,
                listing.parameters,
                listing.weights,
                listing.problem,
                speeds.get(_network(listing.spec)),
                _reference(listing.download),
            )
            for listing in catalog(self._own)
        ]

    def measure(self, backbone: str, device: str) -> float:
        """Measure and remember the images per second of a backbone, whatever its weights are."""
        extractor = load_extractor(backbone, resolve_device(device))
        speed = images_per_second(extractor, self._is_cancelled)
        self._own.remember_speed(device_label(device), _network(backbone), speed)
        return speed


def device_label(device: str) -> str:
    """The name that people know a device by; the best one's for a device that is not here."""
    labels = {entry.name: entry.label for entry in available_devices()}
    try:
        return labels[resolve_device(device).type]
    except UserError:
        return next(iter(labels.values()))


def _network(spec: str) -> str:
    return spec.partition(":")[0]


def _reference(download: Download | None) -> DownloadRef | None:
    if download is None:
        return None
    return DownloadRef(download.url, download.size_mib, download.path)
