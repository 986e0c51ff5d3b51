"""The manifest beside exported images: its columns, and what it says when images come back."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeAlias

from ichdesk.core.split_facts import BY_TEST_SET
from ichdesk.core.spreadsheet import harmless
from ichdesk.core.test_set import SIDES

COLUMNS = (
    *("file", "class", "label", "enabled", "split", "split_by", "patient", "series", "position_mm"),
    *("source", "hu_slope", "hu_intercept", "row_mm", "column_mm", "width", "height", "sha256"),
)
TABLE, COCO, NOTES = FILES = ("manifest.csv", "annotations.json", "README.txt")
"""Written together, by these names or, where one is taken, with the same number in each."""

_NUMBERED = re.compile(r"(manifest|annotations|README)( \([0-9]+\))?\.(csv|json|txt)")
_SEPARATORS = ",;\t"
_EXCEL = "cp1252"  # of Windows in western Europe and America
_NEEDED = ("file", "class", "split", "split_by", "patient", "series", "sha256")
_IS_TEST = (SIDES[1], BY_TEST_SET)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a manifest says of an image.

    Attributes:
        class_name: As the project had it; "" if the image was moved to another folder since.
        patient: Same for images of one patient; "" if unknown. Anybody may have written it.
        series: Likewise.
        is_test: Of the fixed test set, and no folder says so.
    """

    class_name: str
    patient: str
    series: str
    is_test: bool


Row: TypeAlias = tuple[str, str, Origin]
"""File, SHA-256 and what is known of an image."""


class Manifest:
    """What was read of one manifest, or of several of one folder."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._by_place: dict[tuple[str, str], Origin] = {}
        self._by_content: dict[str, Origin] = {}
        for file, sha256, origin in rows:
            self._by_place[file, sha256] = origin
            self._by_content.setdefault(sha256, replace(origin, class_name=""))

    def find(self, file: str, sha256: str) -> Origin | None:
        """What is known of an image, also if it was moved or renamed; None if its bytes are others.

        Args:
            file: Its path from the folder of the manifest, with "/".
            sha256: Of its bytes, hex.
        """
        return self._by_place.get((file, sha256)) or self._by_content.get(sha256)


def read_table(data: bytes) -> list[Row]:
    """Read such a table, as we wrote it or as Excel saved it again; no rows if it is another one.

    Excel may save it in an encoding of the computer. Where that is not the one assumed here,
    paths with other letters match no file, and the images are known by their content.

    Raises:
        ValueError: It is damaged.
    """
    try:
        return read_rows(io.StringIO(data.decode("utf-8-sig"), newline=""))
    except UnicodeDecodeError:
        rows = read_rows(io.StringIO(data.decode(_EXCEL, "replace"), newline=""))
        if not rows:
            raise
        return rows


def read_rows(lines: Iterable[str]) -> list[Row]:
    """Read the lines of such a table, whose cells may be told apart by semicolons or tabs too.

    Returns:
        No rows if it is another table.

    Raises:
        ValueError: It is damaged.
    """
    rest = iter(lines)
    head = next(rest, "")
    separator = max(_SEPARATORS, key=head.count)
    try:
        table = csv.DictReader(chain([head], rest), delimiter=separator)
        if not set(_NEEDED) <= set(table.fieldnames or ()):
            return []
        return [_row(said) for said in table]
    except csv.Error as error:
        raise ValueError("the table is damaged") from error


def _row(said: dict[str, str | None]) -> Row:
    file, name, split, by, patient, series, sha256 = (said[key] or "" for key in _NEEDED)
    in_class_folder = file.count("/") == 1
    is_test = (split, by) == _IS_TEST and in_class_folder
    return file, sha256, Origin(_unquoted(name), patient, series, is_test)


def _unquoted(cell: str) -> str:
    """A cell as it was before it was made harmless for spreadsheets."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell


def numbered(name: str, number: int) -> str:
    """The name of a file beside others: "README.txt" and "README (2).txt"."""
    stem, _, ending = name.rpartition(".")
    return name if number == 1 else f"{stem} ({number}).{ending}"


def beside_images(parts: Sequence[str], files: Collection[tuple[str, ...]]) -> bool:
    """Whether a file is one of those that an export writes beside the images.

    Args:
        parts: Its folders and its name.
        files: Those of all files.
    """
    match = _NUMBERED.fullmatch(parts[-1])
    return match is not None and (*parts[:-1], f"manifest{match[2] or ''}.csv") in files
