"""What the command "import" does: images and scans into a class of a project file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from ichdesk.archive import SampleStore, save_project
from ichdesk.cli.jobs import open_reporting, warn
from ichdesk.cli.progress import Bars
from ichdesk.core.errors import UserError
from ichdesk.core.notes import counted, shown_name
from ichdesk.core.project import Project
from ichdesk.imaging.gather import Gathered, gather, scans_sentences
from ichdesk.imaging.pipeline import baked
from ichdesk.imaging.placement import add_gathered

NATIVE_SUFFIX = ".ichdesk"
_SUFFIXES = (".tm", NATIVE_SUFFIX)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import.

    Attributes:
        project: As it was saved.
        added: Images.
        sentences: What the slices came from, and what to know about the file.
    """

    project: Project
    added: int
    sentences: tuple[str, ...]


def import_into(
    file: Path, paths: Sequence[Path], class_name: str | None, store: SampleStore, bars: Bars
) -> Imported:
    """Add images to a project file, new or existing, and say on standard error what was skipped.

    Args:
        file: A .tm or .ichdesk file; it is replaced whole or not at all.
        paths: Images, scans, folders and zips.
        class_name: Takes everything; None for classes by folder, as in the window.
        store: Keeps the bytes of the samples.
        bars: Show progress.

    Raises:
        UserError: Nothing could be added, or the file cannot be read or written.
    """
    if file.suffix.lower() not in _SUFFIXES:
        raise UserError(f"{file} is no project file; give one that ends in .tm or .ichdesk.")
    if missing := [path for path in paths if not path.exists()]:
        raise UserError(f"{missing[0]} does not exist; check the name.")
    project = open_reporting(file, store)[0] if file.exists() else Project()
    target = None
    if class_name is not None:
        project, target = _class_called(project, class_name)
    gathered = gather(
        paths,
        store.add,
        lambda done, total: bars.show("Reading", done, total),
        one_class=target is not None,
    )
    if target is not None:
        gathered = _as_one(gathered)
    project, added = add_gathered(project, gathered, target, paths)
    if not added:
        raise _nothing_added(gathered.left_out)
    warn(gathered.left_out)
    save_project(
        project, file, lambda done, total: bars.show("Saving", done, total), baked(project)
    )
    sentences = (*scans_sentences(gathered.scans), *_not_kept(file, project))
    return Imported(project, added, sentences)


def _class_called(project: Project, name: str) -> tuple[Project, int]:
    """The project with a class of this name, and the id of the class."""
    for bin_ in project.classes:
        if bin_.name == name.strip():
            return project, bin_.id
    project = project.add_class(name)
    return project, project.classes[-1].id


def _as_one(gathered: Gathered) -> Gathered:
    """Without the classes that folders name."""
    samples = chain.from_iterable(members for _, members in gathered.classes)
    return replace(gathered, classes=((None, tuple(samples)),))


def _nothing_added(left_out: Sequence[str]) -> UserError:
    if len(left_out) == 1:
        return UserError(f"Nothing was added. {left_out[0]}")
    warn(left_out)
    return UserError(
        "Nothing was added: no image was found there that can be read; choose images, DICOM files, "
        "a folder or a zip of them."
    )


def _not_kept(file: Path, project: Project) -> tuple[str, ...]:
    """What a file of the original's format cannot hold."""
    slices = sum(sample.is_hu for bin_ in project.classes for sample in bin_.samples)
    if not slices or file.suffix.lower() == NATIVE_SUFFIX:
        return ()
    return (
        f"{shown_name(file.name)} holds pictures only: {counted(slices, 'slice')} lost "
        f"Hounsfield units, patient and series; import into a {NATIVE_SUFFIX} file to keep them.",
    )
