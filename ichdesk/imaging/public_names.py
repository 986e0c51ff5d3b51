"""Names of files as text that may be passed on: those that may be a patient's become numbers."""

import re
from collections.abc import Sequence
from os.path import commonpath
from pathlib import Path

from ichdesk.imaging.dicom.identity import Pseudonyms
from ichdesk.imaging.sources import Source, ZipSource

_UID = re.compile(r"[0-9]+(\.[0-9]+){3,}")  # PS3.5 chapter 9
_NUMBERS = re.compile(r"[0-9]{6,}")
_SMALLEST_IDENTIFIER = 100_000  # of a patient, a study or a day; smaller ones count slices


def parts_below(source: Source, paths: Sequence[Path]) -> tuple[str, ...]:
    """Folders and name of a file below what was given.

    Args:
        source: Found behind one of the paths.
        paths: Files, folders and zips; of several, what is above them all is left out.
    """
    inside = source.parts if isinstance(source, ZipSource) else ()
    outside = _below(source.path, paths)
    return inside if inside and len(paths) == 1 else (*outside, *inside)


def _below(path: Path, paths: Sequence[Path]) -> tuple[str, ...]:
    given = [each.absolute() for each in paths]
    if len(given) > 1 or not given[0].is_dir():
        given = [each.parent for each in given]
    try:
        return path.absolute().relative_to(commonpath(given)).parts
    except ValueError:  # on several disks of Windows, or listed by a DICOMDIR
        return (path.name,)


class PublicNames:
    """Names as they may be passed on, once all files have been read.

    Args:
        pseudonyms: Knows the names of all patients.
    """

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._numbers: dict[str, int] = {}

    @property
    def hidden(self) -> int:
        """How many different names became numbers."""
        return len(self._numbers)

    def text(self, parts: Sequence[str], *, is_scan: bool) -> str:
        """A path with slashes; parts that may identify a patient are numbered by appearance.

        Args:
            parts: Folders and name.
            is_scan: Scanners and archives name files after numbers that stand in their headers.
        """
        return "/".join(self._public(part, is_scan) for part in parts)

    def _public(self, part: str, is_scan: bool) -> str:
        if not (self._pseudonyms.appear_in(part) or (is_scan and _is_identifier(part))):
            return part
        return f"private-{self._numbers.setdefault(part, len(self._numbers) + 1)}"


def _is_identifier(part: str) -> bool:
    numbers = map(int, _NUMBERS.findall(part))
    return bool(_UID.search(part)) or any(number >= _SMALLEST_IDENTIFIER for number in numbers)
