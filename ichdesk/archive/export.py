"""Samples as ordinary image files, in folders that every system can hold."""

import unicodedata
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from ichdesk.archive.progress import Progress, reported
from ichdesk.archive.writer import Bake, SampleReader, image_suffix, unbaked
from ichdesk.core.errors import UserError
from ichdesk.core.notes import os_reason, shown_name
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.test_set import SIDES

_FORBIDDEN = frozenset('<>:"/\\|?*')
_LONGEST_BYTES = 120
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
)


def export_samples(
    class_or_project: ClassBin | Project,
    folder: Path,
    progress: Progress | None = None,
    bake: Bake = unbaked,
) -> int:
    """Write samples to `folder`, one sub-folder per class, as 0.jpg, 1.jpg and so on.

    Where there is a fixed test set, the folders of the classes lie in `train` and in `test`. A file
    that exists is never overwritten; the new one gets a free name beside it. Slices in Hounsfield
    units become ready-made pictures by `bake`.

    Returns:
        The number of files written.

    Raises:
        UserError: The folder or a file cannot be written; what was written is removed again.
    """
    classes: tuple[ClassBin, ...]
    if isinstance(class_or_project, Project):
        classes = class_or_project.classes
    else:
        classes = (class_or_project,)
    created: list[Path] = []
    try:
        return _export(classes, folder, progress, created, bake)
    except OSError as error:
        _remove(created)
        raise UserError(
            f"The images cannot be saved to {shown_name(folder.name)} ({os_reason(error)}); "
            "choose another folder."
        ) from error
    except BaseException:
        _remove(created)
        raise


def folder_names(names: Sequence[str]) -> list[str]:
    """A folder name for each class name, allowed and unique on Windows, macOS and Linux."""
    taken: set[str] = set()
    result = []
    for name in names:
        stem = candidate = _safe(name)
        number = 2
        while _folded(candidate) in taken:
            candidate, number = f"{stem} ({number})", number + 1
        taken.add(_folded(candidate))
        result.append(candidate)
    return result


def _export(
    classes: Sequence[ClassBin],
    folder: Path,
    progress: Progress | None,
    created: list[Path],
    bake: Bake,
) -> int:
    names = folder_names([bin_.name for bin_ in classes])
    sides = {False: folder}
    if any(bin_.positions(is_test=True) for bin_ in classes):
        train, test = (_make_folder(folder / side, created) for side in SIDES)
        sides = {False: train, True: test}
    members: list[tuple[Path, int, Sample]] = []
    for bin_, name in zip(classes, names, strict=True):
        places = {is_test: _make_folder(side / name, created) for is_test, side in sides.items()}
        members.extend((places[s.is_test], index, s) for index, s in enumerate(bin_.samples))
    with ExitStack() as files:
        reader = SampleReader(files)
        for place, index, sample in reported(members, progress):
            data = reader.baked(sample, bake)
            _write_new(place, str(index), data, created)
    return len(members)


def _make_folder(wanted: Path, created: list[Path]) -> Path:
    """The folder, existing or new; a free name beside it if a file or a link bears its name."""
    place, number = wanted, 2
    while place.is_symlink() or (place.exists() and not place.is_dir()):
        place, number = wanted.with_name(f"{wanted.name} ({number})"), number + 1
    missing = [p for p in (place, *place.parents) if not p.exists()]
    for path in reversed(missing):
        path.mkdir()
        created.append(path)
    return place


def _write_new(folder: Path, stem: str, data: bytes, created: list[Path]) -> None:
    suffix = image_suffix(data)
    path, number = folder / f"{stem}{suffix}", 2
    while True:
        try:
            file = path.open("xb")
            break
        except FileExistsError:
            path, number = folder / f"{stem} ({number}){suffix}", number + 1
    created.append(path)
    with file:
        file.write(data)


def _remove(created: Sequence[Path]) -> None:
    for path in reversed(created):
        try:
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
        except OSError:
            continue  # a folder that someone else put a file into stays


def _safe(name: str) -> str:
    text = "".join("_" if c in _FORBIDDEN or ord(c) < 32 or ord(c) == 127 else c for c in name)
    text = text.strip()
    if text.startswith("."):  # hidden on macOS and Linux
        text = "_" + text[1:]
    text = text.encode("utf-8", "replace")[:_LONGEST_BYTES].decode("utf-8", "ignore")
    text = text.rstrip(". ")
    if text.split(".")[0].rstrip().lower() in _RESERVED:
        text = "_" + text
    return text or "class"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
