"""All backbones that this computer can offer, with what it takes to use each."""

from dataclasses import replace
from pathlib import Path

from ichdesk.core.config import DEFAULT_BACKBONE
from ichdesk.core.errors import UserError
from ichdesk.imaging.natural import natural_key
from ichdesk.learn.backbones import BACKBONES, LISTINGS, Backbone, Listing, load_backbone
from ichdesk.learn.backbones.tm_import import NAME as TM_IMPORT
from ichdesk.learn.own_backbones import Added, OwnBackbones

_TITLES = {DEFAULT_BACKBONE: "CT phantom (built in)"}


def catalog(own: OwnBackbones) -> list[Listing]:
    """The built-in backbone, then those from files of the user's, then the others by title."""
    shipped, others = [], []
    for name in BACKBONES:
        if name in LISTINGS:
            others += LISTINGS[name]()
        else:
            shipped.append(_shipped(name))
    shipped.sort(key=lambda listing: listing.spec != DEFAULT_BACKBONE)
    others.sort(key=lambda listing: natural_key(listing.title))
    return [*shipped, *map(_from_file, own.added), *others]


def add_file(spec: str, own: OwnBackbones) -> str:
    """Check a backbone with its file and remember it; return what to load it by from now on.

    An export of Teachable Machine is copied, so that it may be moved or deleted afterwards. Files
    of weights are too large for that and stay where they are.

    Raises:
        UserError: The file cannot be used.
    """
    name, _, file = spec.partition(":")
    path = Path(file).absolute()
    title = _title(name, path)
    parameters = parameter_count(load_backbone(f"{name}:{path}"))
    try:
        kept = own.keep_copy(path) if name == TM_IMPORT else path
        own.add(Added(f"{name}:{kept}", title, parameters))
    except OSError:  # nothing can be kept here; the file itself serves until the window closes
        return f"{name}:{path}"
    return f"{name}:{kept}"


def parameter_count(backbone: Backbone) -> int:
    """How many numbers were trained."""
    return sum(parameter.numel() for parameter in backbone.module.parameters())


def _title(name: str, path: Path) -> str:
    if name == TM_IMPORT:
        return f"Teachable Machine import: {path.stem}"
    network = LISTINGS[name]()[0].title.partition(",")[0] if name in LISTINGS else name
    return f"{network}, {path.name}"


def _shipped(name: str) -> Listing:
    """A backbone that needs nothing of the user."""
    title = _TITLES.get(name, name)
    try:
        return Listing(name, title, parameter_count(load_backbone(name)), "Part of ICHDesk")
    except UserError as error:
        return Listing(name, title, 0, "Part of ICHDesk", str(error))


def _from_file(added: Added) -> Listing:
    name, _, file = added.spec.partition(":")
    path = Path(file)
    weights = f"{path.name}, copy kept by ICHDesk" if name == TM_IMPORT else f"File {path}"
    listing = Listing(added.spec, added.title, added.parameters, weights)
    if path.is_file():
        return listing
    return replace(listing, problem=f"{path.name} is not there any more; choose the file again.")
