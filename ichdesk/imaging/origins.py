"""Manifests of exported images, found beside files that come back."""

from dataclasses import replace
from itertools import count
from pathlib import Path

from ichdesk.core.limits import MAX_ENTRIES
from ichdesk.core.notes import Notes, os_reason, shown_name
from ichdesk.core.ordinary import open_ordinary
from ichdesk.core.sample_manifest import TABLE, Manifest, Row, numbered, read_table
from ichdesk.imaging.sources import FileSource, Placed

_LEVELS = 3  # class, side, and the folder around them
_MOST_BYTES = 1024 * MAX_ENTRIES


class Origins:
    """Looks for the manifest of files, once in each folder.

    Args:
        notes: Told of manifests that cannot be read.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._read: dict[Path, Manifest | None] = {}
        self._near: dict[Path, tuple[Manifest, str] | None] = {}

    def placed(self, item: Placed) -> Placed:
        """The same with its manifest, if there is one in its folder or in the two above."""
        if not isinstance(item.source, FileSource):
            return item
        folder = item.source.path.parent
        if folder not in self._near:
            self._near[folder] = self._found(folder.absolute())
        near = self._near[folder]
        return replace(item, manifest=(near[0], f"{near[1]}{item.source.name}")) if near else item

    def _found(self, folder: Path) -> tuple[Manifest, str] | None:
        """The nearest manifest, and the folder as it calls it."""
        for above in (folder, *folder.parents[: _LEVELS - 1]):
            if above not in self._read:
                self._read[above] = self._manifest(above)
            if manifest := self._read[above]:
                return manifest, "".join(f"{part}/" for part in folder.relative_to(above).parts)
        return None

    def _manifest(self, folder: Path) -> Manifest | None:
        """All manifests of a folder as one; None if there is none."""
        rows = list[Row]()
        for number in count(1):
            path = folder / numbered(TABLE, number)
            if not path.is_file():
                return Manifest(rows) if rows else None
            try:
                with open_ordinary(path) as file:
                    rows += read_table(file.read(_MOST_BYTES))
            except OSError as error:
                self._notes.add(f"{shown_name(path.name)} was left out ({os_reason(error)}).")
            except ValueError:
                self._notes.add(f"{shown_name(path.name)} is damaged and was left out.")
        raise AssertionError("numbers do not end")
