"""Where dropped images lie: files, folders, folders of folders and zips, as one list in order."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_ENTRIES, MAX_VOLUME_BYTES, unpacked_limit
from ichdesk.core.names import is_system_file, usable_name
from ichdesk.core.notes import Notes, counted, os_reason, shown_name
from ichdesk.core.ordinary import open_ordinary
from ichdesk.core.sample_manifest import Manifest, beside_images
from ichdesk.core.zip_entries import (
    EntryError,
    NotZipError,
    UnpackBudget,
    ZipEntry,
    read_entry,
    read_index,
)
from ichdesk.imaging.decode import unknown_kind
from ichdesk.imaging.kinds import HEAD_BYTES, kind_of, largest_bytes
from ichdesk.imaging.natural import natural_key
from ichdesk.imaging.quiet import quiet

_ZIP_SUFFIX = ".zip"
_IMAGE_SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif"),
    *(".png", ".webp", ".tif", ".tiff", ".bmp", ".gif"),
    *(".dcm", ".dicom", ".ima", ".nii", ".nii.gz"),
)
_SCAN_NAME = re.compile(r"[^.]+|.*\.[0-9]+")  # as scanners name files: IM000001, 1.2.840.5.17
_DISC_CONTENTS = "dicomdir"


class Source(Protocol):
    """An image's bytes, wherever they lie; `read` may be called by any thread."""

    @property
    def path(self) -> Path:
        """The file, or the zip that it is in."""

    @property
    def name(self) -> str:
        """The file name, without any folder."""

    @property
    def size(self) -> int:
        """Bytes of the file, as far as is known without reading it."""

    def read(self) -> bytes:
        """The bytes; UserError with the reason if they cannot be had."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """An image in a file of its own."""

    path: Path

    @property
    def name(self) -> str:
        """The file name, without any folder."""
        return self.path.name

    @property
    def size(self) -> int:
        """Bytes of the file; 0 if it cannot be asked."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def read(self) -> bytes:
        """Read the file, after a look at its first bytes."""
        try:
            with open_ordinary(self.path) as file:
                head = file.read(HEAD_BYTES)
                limit = _limit(head)
                data = head + file.read(limit - len(head) + 1)
        except OSError as error:
            raise UserError(f"The file cannot be read ({os_reason(error)}).") from error
        if len(data) > limit:
            raise UserError(f"The file is larger than {limit // 2**20} MB.")
        return data


@dataclass(frozen=True, slots=True)
class ZipSource:
    """An image in a zip."""

    path: Path
    entry: ZipEntry
    budget: UnpackBudget

    @property
    def name(self) -> str:
        """The file name, without any folder."""
        return self.parts[-1]

    @property
    def parts(self) -> tuple[str, ...]:
        """Folders in the zip, and the file name."""
        return _parts(self.entry.name)

    @property
    def size(self) -> int:
        """Bytes that it takes in the zip."""
        return self.entry.packed

    def read(self) -> bytes:
        """Unpack the entry."""
        try:
            with open_ordinary(self.path) as file:
                data = read_entry(file, self.entry, MAX_VOLUME_BYTES, self.budget)
        except EntryError as error:
            raise UserError(f"The zip entry {error}.") from error
        except OSError as error:
            raise UserError(f"The zip cannot be read ({os_reason(error)}).") from error
        limit = _limit(data[:HEAD_BYTES])
        if len(data) > limit:
            raise UserError(f"The zip entry is larger than {limit // 2**20} MB.")
        return data


@dataclass(frozen=True, slots=True)
class Placed:
    """A source and the class it belongs to; None is the class that it was dropped on.

    Attributes:
        manifest: Of the export that the file lies in, and the file's name in there; None if it lies
            in none.
    """

    class_name: str | None
    source: Source
    manifest: tuple[Manifest, str] | None = None


def _limit(head: bytes) -> int:
    kind = kind_of(head)
    if kind is None:
        raise unknown_kind()
    return largest_bytes(kind)


# folders and file name below what was dropped, and the source
Found: TypeAlias = tuple[tuple[str, ...], Source]


def find_sources(paths: Sequence[Path], notes: Notes) -> list[Placed]:
    """Every file behind these paths, in natural order; notes tell of paths that cannot be used."""
    placed: list[Placed] = []
    for path in sorted(paths, key=lambda p: natural_key(p.name)):
        try:
            placed.extend(_behind(path, notes))
        except OSError as error:
            notes.add(f"{shown_name(path.name)} cannot be read ({os_reason(error)}).")
    if len(placed) > MAX_ENTRIES:
        notes.add(f"There are more than {MAX_ENTRIES} files; the others were left out.")
    return placed[:MAX_ENTRIES]


def _behind(path: Path, notes: Notes) -> Iterable[Placed]:
    name = shown_name(path.name)
    if path.is_dir():
        return _by_folder(_files_below(path, notes), one_is_class=True)
    if not path.is_file():
        notes.add(f"{name} cannot be found or is no ordinary file.")
    elif path.suffix.lower() == _ZIP_SUFFIX:
        return _zipped(path, notes)
    elif _is_disc_contents(path.name):
        return _on_disc(path, notes)
    elif path.suffix.lower() in {".tm", ".ichdesk"}:
        notes.add(f"{name} is a project, not an image; use Open instead.")
    else:
        return [Placed(None, FileSource(path))]
    return []


def _files_below(folder: Path, notes: Notes) -> list[Found]:
    """Files in a folder and its sub-folders, but not behind links, which may lead anywhere."""
    found: list[Found] = []
    links = 0
    for root, folders, names in os.walk(folder):
        links += sum(Path(root, name).is_symlink() for name in (*folders, *names))
        folders[:] = [name for name in folders if not is_system_file(name)]
        above = Path(root).relative_to(folder).parts
        for name in names:
            path = Path(root, name)
            if is_system_file(name) or _is_disc_contents(name) or path.is_symlink():
                continue
            if path.is_file():
                found.append(((*above, name), FileSource(path)))
            else:
                notes.add(f"{shown_name(name)} is no ordinary file and was left out.")
        if len(found) > MAX_ENTRIES:
            break
    if links:
        which = counted(links, "link")
        notes.add(f"{which} in {shown_name(folder.name)} left out; add what they lead to itself.")
    return found


def _zipped(path: Path, notes: Notes) -> Iterable[Placed]:
    try:
        with open_ordinary(path) as file:
            index = read_index(file)
    except NotZipError:
        notes.add(f"{shown_name(path.name)} is no zip file, or it is damaged.")
        return []
    if index.damaged:
        notes.add(f"{shown_name(path.name)} is damaged; what could be found in it was added.")
    if index.cut_short:
        notes.add(f"{shown_name(path.name)} has more than {MAX_ENTRIES} files; the others are not.")
    budget = UnpackBudget(unpacked_limit(path.stat().st_size))
    found: list[Found] = []
    for entry in index.entries:
        parts = _parts(entry.name)
        if not parts or entry.name.endswith("/") or is_system_file(*parts):
            continue
        if not _is_disc_contents(parts[-1]):
            found.append((parts, ZipSource(path, entry, budget)))
    return _by_folder(found, one_is_class=False)


def _is_disc_contents(name: str) -> bool:
    """Whether a file only lists other files, those of a folder that is searched anyway."""
    return name.lower() == _DISC_CONTENTS


def _on_disc(path: Path, notes: Notes) -> Iterable[Placed]:
    from ichdesk.imaging.dicom.directory import listed_files  # noqa: PLC0415 - half a second

    try:
        with quiet():
            files, missing = listed_files(path, FileSource(path).read())
    except UserError as error:
        notes.add(f"{shown_name(path.name)} was left out. {error}")
        return []
    if missing:
        notes.add(f"{shown_name(path.name)} lists {counted(missing, 'file')} that cannot be found.")
    return [Placed(None, FileSource(file)) for file in files]


def _parts(entry_name: str) -> tuple[str, ...]:
    """Folders and file name; some Windows programs separate them by backslashes."""
    return tuple(part for part in entry_name.replace("\\", "/").split("/") if part)


def _by_folder(found: list[Found], *, one_is_class: bool) -> Iterator[Placed]:
    """Sources in natural order, each with the class that its first folder names.

    A folder around all others, as zips often have one, is not a class.
    """
    everything = {parts for parts, _ in found}
    found = [item for item in found if not beside_images(item[0], everything)]
    found.sort(key=lambda item: [natural_key(part) for part in item[0]])
    while _is_wrapped(found):
        found = [(parts[1:] or parts, source) for parts, source in found]
    named = one_is_class or len(_first_folders(found)) > 1
    for parts, source in found:
        yield Placed(_class_name(parts) if named and len(parts) > 1 else None, source)


def _is_wrapped(found: Sequence[Found]) -> bool:
    images = _images(found)
    return bool(images) and min(map(len, images)) > 2 and len(_first_folders(found)) == 1


def _first_folders(found: Sequence[Found]) -> set[str]:
    return {parts[0] for parts in _images(found) if len(parts) > 1}


def _images(found: Sequence[Found]) -> list[tuple[str, ...]]:
    """What is named like an image; without any such name, like the files of a scanner."""
    named = [parts for parts, _ in found if parts[-1].lower().endswith(_IMAGE_SUFFIXES)]
    return named or [parts for parts, _ in found if _SCAN_NAME.fullmatch(parts[-1])]


def _class_name(parts: Sequence[str]) -> str:
    return usable_name(parts[0].strip(), ())
