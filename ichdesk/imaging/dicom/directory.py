"""The files that a DICOMDIR, the list of contents of a disc, refers to."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom import dcmread

from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_ENTRIES

_DAMAGED = "The list of contents of the disc is damaged; add the folder that it lies in."


def listed_files(directory: Path, data: bytes) -> tuple[list[Path], int]:
    """Files that a DICOMDIR lists, in its order, and how many of its entries are not there.

    Args:
        directory: The DICOMDIR; nothing outside its folder is looked at.
        data: Its bytes.

    Raises:
        UserError: It is no DICOMDIR that can be read.
    """
    try:
        wanted = list(_references(data))
    except Exception as error:  # parsers raise anything on broken data
        raise UserError(_DAMAGED) from error
    names: dict[Path, dict[str, Path]] = {}
    found = [_file(directory.parent, parts, names) for parts in wanted[:MAX_ENTRIES]]
    return [path for path in found if path is not None], found.count(None)


def _references(data: bytes) -> Iterator[list[str]]:
    dataset = dcmread(BytesIO(data), force=True, specific_tags=["DirectoryRecordSequence"])
    for record in dataset.DirectoryRecordSequence:
        name: Any = record.get("ReferencedFileID")
        if name:
            yield [name] if isinstance(name, str) else [str(part) for part in name]


def _file(folder: Path, parts: list[str], names: dict[Path, dict[str, Path]]) -> Path | None:
    """Go down by names that the folders really hold, in any case: discs change it."""
    for part in parts:
        if folder not in names:
            entries = folder.iterdir() if folder.is_dir() else ()
            names[folder] = {entry.name.casefold(): entry for entry in entries}
        entry = names[folder].get(part.strip().casefold())
        if entry is None or entry.is_symlink():
            return None
        folder = entry
    return folder if folder.is_file() else None
