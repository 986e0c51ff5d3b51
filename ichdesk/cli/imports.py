"""What the command "import" does: images and scans into a class of a project file."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from ichdesk.archive import NATIVE_SUFFIX, TM_SUFFIX, Opened, SampleStore, save_project
from ichdesk.cli.jobs import add_test_images, open_file, warn, warn_lost
from ichdesk.cli.progress import Bars
from ichdesk.core.errors import UserError
from ichdesk.core.project import Project
from ichdesk.imaging.gather import gather
from ichdesk.imaging.gathered import Gathered, Scans
from ichdesk.imaging.pipeline import baked
from ichdesk.imaging.placement import add_gathered, by_side


def import_into(
    file: Path, paths: Sequence[Path], class_name: str | None, store: SampleStore, bars: Bars
) -> tuple[int, Scans]:
    """Add images to a project file; how many, and what the slices among them came from.

    Of a folder with nothing but `train` and `test`, the latter goes into the fixed test set. What
    was left out, what the file cannot keep, and what the test images came from, is told on standard
    error.

    Args:
        file: A .ichdesk or .tm file, new or existing; it is replaced whole or not at all.
        paths: Images, scans, folders and zips.
        class_name: Takes everything; None for classes by folder, as in the window.
        store: Keeps the bytes of the samples.
        bars: Show progress.

    Raises:
        UserError: Nothing could be added, or the file cannot be read or written.
    """
    if file.suffix.lower() not in {NATIVE_SUFFIX, TM_SUFFIX}:
        raise UserError(
            f"{file} is no project file; give one that ends in {NATIVE_SUFFIX} or {TM_SUFFIX}."
        )
    if missing := [path for path in paths if not path.exists()]:
        raise UserError(f"{missing[0]} does not exist; check the name.")
    opened = open_file(file, store) if file.exists() else Opened(Project(), ())
    project, target = opened.project, None
    if class_name is not None:
        project, target = _class_called(project, class_name)
    reading, saving = partial(bars.show, "Reading"), partial(bars.show, "Saving")
    sides = by_side(paths) if target is None else [(paths, False)]
    own = sides[0][0]
    gathered = gather(own, store.add, reading, one_class=target is not None)
    if target is not None:
        gathered = _as_one(gathered)
    project, added = add_gathered(project, gathered, target, own)
    for (folder,), _ in sides[1:]:
        project, tested = add_test_images(project, folder, store, reading)
        added += tested
    if not added:
        raise _nothing_added(gathered.left_out)
    warn(gathered.left_out)
    save_project(project, file, saving, baked(project), opened.runs)
    warn_lost(file, replace(opened, project=project))
    return added, gathered.scans


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
