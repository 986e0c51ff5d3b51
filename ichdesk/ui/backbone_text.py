"""What is said about a backbone: size, speed, where its weights come from, what to do."""

from pathlib import Path
from urllib.parse import urlsplit

from ichdesk.core.config import DEFAULT_BACKBONE
from ichdesk.protocol.messages import BackboneInfo, DownloadRef

IMPORT = "tm-import"
NOT_MEASURED = "not measured yet"
_BYTES = 4  # of a parameter
_BUILT_IN = "CT phantom (built in)"


def title_text(spec: str, info: BackboneInfo | None) -> str:
    """The name of a backbone for people, also before the list of them has come."""
    if info is not None:
        return info.title
    name, _, file = spec.partition(":")
    if name == IMPORT and file:
        return f"Teachable Machine import: {Path(file).stem}"
    return _BUILT_IN if spec == DEFAULT_BACKBONE else spec


def size_text(info: BackboneInfo) -> str:
    """How large a network is: "11.2 M parameters, 45 MB"."""
    return short_size_text(info).replace(" M,", " M parameters,")


def short_size_text(info: BackboneInfo) -> str:
    """The same for a column: "11.2 M, 45 MB"."""
    megabytes = info.parameters * _BYTES / 1e6
    return f"{info.parameters / 1e6:.1f} M, {megabytes:.{megabytes < 10:d}f} MB"


def speed_text(info: BackboneInfo) -> str:
    """How fast it was on this computer."""
    if info.images_per_s is None:
        return NOT_MEASURED
    return f"{info.images_per_s:.{info.images_per_s < 10:d}f} images/s"


def status_text(info: BackboneInfo) -> str:
    """Whether it can be used, in a few words."""
    if info.download:
        return "not on this computer"
    return "not available" if info.problem else "ready"


def facts_text(info: BackboneInfo | None) -> str:
    """Three lines on the chosen backbone; "" if nothing is known of it."""
    if info is None:
        return ""
    speed = "Speed " * (info.images_per_s is None) + speed_text(info)
    return f"{size_text(info)}\n{speed}\n{info.problem or info.weights}"


def details_text(info: BackboneInfo) -> str:
    """What a backbone is, where its weights come from, or what to do to get them."""
    what = f"{info.title}: {size_text(info)}."
    if info.download:
        return f"{what} {info.problem} {download_text(info.download)}"
    return f"{what} {info.problem or info.weights + '.'}"


def download_text(download: DownloadRef) -> str:
    """What a click on Download does."""
    path = Path(download.path)
    return (
        f"Download gets {path.name} ({megabytes_text(download)}) from "
        f"{urlsplit(download.url).hostname} into {path.parent}; nothing else is sent or fetched."
    )


def megabytes_text(download: DownloadRef) -> str:
    """The size of a download as its publisher states it."""
    return f"{download.size_mib:.1f} MB"


def takes_weights(info: BackboneInfo) -> bool:
    """Whether a file of weights can be chosen for this network."""
    name = info.spec.partition(":")[0]
    return name not in {IMPORT, DEFAULT_BACKBONE}
