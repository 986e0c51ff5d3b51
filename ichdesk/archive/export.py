"""Samples as ordinary image files, in folders that every system can hold."""

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path

from ichdesk.archive.image_header import image_size
from ichdesk.archive.manifests import Export, Written, companions
from ichdesk.archive.new_files import NewFiles
from ichdesk.archive.progress import Progress, reported
from ichdesk.archive.writer import Bake, SampleReader, image_suffix, unbaked
from ichdesk.core.errors import UserError
from ichdesk.core.hu_facts import hu_facts
from ichdesk.core.notes import os_reason, shown_name
from ichdesk.core.project import Project
from ichdesk.core.sample_manifest import FILES, numbered
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.sides import Sides, sides_of
from ichdesk.core.split_facts import BY_TEST_SET
from ichdesk.core.spreadsheet import harmless
from ichdesk.core.test_set import SIDES

_FORBIDDEN = frozenset('<>:"/\\|?*')
_LONGEST_BYTES = 120
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
)


@dataclass(frozen=True, slots=True)
class ExportForm:
    """In what form samples are written.

    Attributes:
        by_side: Whether the folders of the classes lie in `train` and in `test`; None: where there
            is a fixed test set.
        has_manifest: Whether a table, the same in COCO's shape, and notes are written beside them.
        keeps_hu: Whether slices stay as they are, 16-bit PNG, and become no ready-made pictures.
        sides: Who is trained on and tested on; None for the fixed test set, or else as a training
            would split.
    """

    by_side: bool | None = None
    has_manifest: bool = False
    keeps_hu: bool = False
    sides: Sides | None = None


PICTURES = ExportForm()


def export_samples(
    class_or_project: ClassBin | Project,
    folder: Path,
    progress: Progress | None = None,
    bake: Bake = unbaked,
    form: ExportForm = PICTURES,
) -> int:
    """Write samples to `folder`, one sub-folder per class, as 0.jpg, 1.jpg and so on.

    A file that exists is never overwritten; the new one gets a free name beside it. Slices in
    Hounsfield units become ready-made pictures by `bake`, unless the form keeps them.

    Returns:
        The number of images written.

    Raises:
        UserError: The folder or a file cannot be written; what was written is removed again.
    """
    project = class_or_project
    if isinstance(project, ClassBin):
        project = Project(classes=(project,))
    new = NewFiles()
    try:
        return _Writing(project, folder, form, new).run(bake, progress)
    except OSError as error:
        new.remove()
        raise UserError(
            f"The images cannot be saved to {shown_name(folder.name)} ({os_reason(error)}); "
            "choose another folder."
        ) from error
    except BaseException:
        new.remove()
        raise


@dataclass(frozen=True, slots=True)
class _Place:
    """A sample and where it goes: number of its class, its side, folder and name without suffix."""

    sample: Sample
    label: int
    is_test: bool
    folder: Path
    stem: str


class _Writing:
    """One export to a folder."""

    def __init__(self, project: Project, folder: Path, form: ExportForm, new: NewFiles) -> None:
        self._classes = project.classes
        self._folder = folder
        self._form = form
        self._new = new
        self._sides = form.sides or _sides(project, form)
        self._by_side = bool(project.test_count) if form.by_side is None else form.by_side

    def run(self, bake: Bake, progress: Progress | None) -> int:
        places, images = list(self._places()), list[Written]()
        with ExitStack() as files:
            reader = SampleReader(files)
            for place in reported(places, progress):
                raw = reader.read(place.sample)
                is_kept = not place.sample.is_hu or self._form.keeps_hu
                data = raw if is_kept else bake(raw)
                path = self._new.write(place.folder, place.stem, image_suffix(data), data)
                if self._form.has_manifest:
                    images.append(self._written(place, path, raw, data))
        if self._form.has_manifest:
            self._write_companions(Export(self._classes, images, self._sides, self._by_side))
        return len(places)

    def _places(self) -> Iterator[_Place]:
        """Also makes the folders."""
        tops = [self._folder, self._folder]
        if self._by_side:
            tops = [self._new.make_folder(self._folder / side) for side in SIDES]
        names = folder_names([bin_.name for bin_ in self._classes])
        for label, (bin_, name) in enumerate(zip(self._classes, names, strict=True)):
            homes = [self._new.make_folder(top / name) for top in tops]
            for index, sample in enumerate(bin_.samples):
                is_test = self._sides.is_test(bin_.id, index)
                yield _Place(sample, label, is_test, homes[is_test], str(index))

    def _written(self, place: _Place, path: Path, raw: bytes, data: bytes) -> Written:
        sample = place.sample
        return Written(
            path.relative_to(self._folder).as_posix(),
            sample,
            place.label,
            place.is_test,
            image_size(data),
            hu_facts(raw) if sample.is_hu else None,
            sample.is_hu and self._form.keeps_hu,
            sha256(data).hexdigest(),
        )

    def _write_companions(self, export: Export) -> None:
        number = next(n for n in count(1) if not any(self._is_taken(name, n) for name in FILES))
        names = {name: numbered(name, number) for name in FILES}
        for name, text in companions(export, names):
            self._new.write_exactly(self._folder / name, text.encode())

    def _is_taken(self, name: str, number: int) -> bool:
        path = self._folder / numbered(name, number)
        return path.exists() or path.is_symlink()


def _sides(project: Project, form: ExportForm) -> Sides:
    if form.has_manifest or form.by_side is not None:
        return sides_of(project)
    return Sides(BY_TEST_SET, {b.id: frozenset(b.test_positions) for b in project.classes})


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


def _safe(name: str) -> str:
    text = "".join("_" if c in _FORBIDDEN or ord(c) < 32 or ord(c) == 127 else c for c in name)
    text = text.strip()
    if text.startswith("."):  # hidden on macOS and Linux
        text = "_" + text[1:]
    text = text.encode("utf-8", "replace")[:_LONGEST_BYTES].decode("utf-8", "ignore")
    text = text.rstrip(". ")
    path = f"{text}/0"
    if text.split(".")[0].rstrip().lower() in _RESERVED or harmless(path) != path:
        text = "_" + text
    return text or "class"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
