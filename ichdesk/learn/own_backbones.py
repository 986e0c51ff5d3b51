"""What ICHDesk keeps on this computer about backbones: files that were added, measured speeds."""

import json
import platform
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import platformdirs

from ichdesk.core.atomic import replacing

VERSION = 1
_MOST_FILE_BYTES = 2**20
_MOST_ADDED = 100
_FASTEST = 1e9
_LIST = "backbones.json"
_IMPORTS = "imports"


@dataclass(frozen=True, slots=True)
class Added:
    """A backbone from a file of the user's.

    Attributes:
        spec: What it is loaded by, such as "resnet18:/home/me/weights.pth".
        title: Its name for people.
        parameters: How many numbers it has.
    """

    spec: str
    title: str
    parameters: int


class OwnBackbones:
    """Reads and writes a small file; whatever cannot be read in it was never there.

    Args:
        folder: Where it lies, with copies of what was imported; None for the user's data folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        data = platformdirs.user_data_path("ichdesk", appauthor=False)
        self.folder = folder or data / "backbones"

    @property
    def added(self) -> list[Added]:
        """Backbones from files, latest first."""
        entries = self._read().get("added")
        found = map(_added, entries if isinstance(entries, list) else [])
        return [entry for entry in found if entry is not None]

    def add(self, added: Added) -> None:
        """Remember a backbone, first in the list; OSError if that is impossible."""
        kept = [other for other in self.added if other.spec != added.spec]
        entries = [asdict(entry) for entry in (added, *kept)][:_MOST_ADDED]
        self._write(self._read() | {"added": entries})

    def keep_copy(self, path: Path) -> Path:
        """Copy a file into the own folder, once for each content; OSError if that is impossible."""
        with path.open("rb") as file:
            digest = sha256(file.read()).hexdigest()
        target = self.folder / _IMPORTS / f"{path.stem[:60]}-{digest[:8]}{path.suffix}"
        if not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as source, replacing(target) as copy:
                shutil.copyfileobj(source, copy)
        return target

    def speeds(self, device: str) -> dict[str, float]:
        """Images a second by name of network, as measured on a device of this computer."""
        speeds = _object(_object(self._read(), "speeds"), _place(device))
        return {name: float(v) for name, v in speeds.items() if _is_speed(v)}

    def remember_speed(self, device: str, network: str, images_per_s: float) -> None:
        """Remember a measurement; a folder that cannot be written to forgets it."""
        content = self._read()
        here = _object(_object(content, "speeds"), _place(device)) | {network: images_per_s}
        content["speeds"] = _object(content, "speeds") | {_place(device): here}
        with suppress(OSError):
            self._write(content)

    def _read(self) -> dict[str, Any]:
        try:
            with (self.folder / _LIST).open("rb") as file:
                content = json.loads(file.read(_MOST_FILE_BYTES))
        except (OSError, ValueError, RecursionError):
            return {}
        usable = isinstance(content, dict) and content.get("version") == VERSION
        return content if usable else {}

    def _write(self, content: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({**content, "version": VERSION}, indent=1)
        with replacing(self.folder / _LIST) as file:
            file.write(text.encode("ascii"))


def _added(entry: object) -> Added | None:
    if not isinstance(entry, dict):
        return None
    spec, title, parameters = (entry.get(name) for name in ("spec", "title", "parameters"))
    if isinstance(spec, str) and isinstance(title, str) and isinstance(parameters, int):
        return Added(spec, title, parameters)
    return None


def _is_speed(value: object) -> bool:
    return isinstance(value, int | float) and 0 < value < _FASTEST


def _object(parent: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _place(device: str) -> str:
    """The computer and its device; a home folder on a server is shared by many computers."""
    return f"{platform.node()}, {device}"
