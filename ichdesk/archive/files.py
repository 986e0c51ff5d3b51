"""Project files of both kinds: opened by what they hold, saved by what their name ends with."""

from pathlib import Path

from ichdesk.archive.manifest import MANIFEST_NAME
from ichdesk.archive.native import PROJECT_NAME, SUFFIX
from ichdesk.archive.native_reader import read_native
from ichdesk.archive.native_writer import write_native
from ichdesk.archive.opened import CheckSteps, Opened, ZipSource
from ichdesk.archive.progress import Progress
from ichdesk.archive.reader import read_tm
from ichdesk.archive.store import SampleStore
from ichdesk.archive.writer import Bake, check_tm_names, unbaked, write_tm
from ichdesk.core.atomic import replacing
from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_ENTRIES
from ichdesk.core.notes import Notes, os_reason, shown_name
from ichdesk.core.ordinary import open_ordinary
from ichdesk.core.project import Project
from ichdesk.core.run_book import NO_RUNS, RunBook
from ichdesk.core.zip_entries import NotZipError, ZipIndex, read_index


def open_project(
    path: Path,
    store: SampleStore,
    progress: Progress | None = None,
    check_steps: CheckSteps = tuple,
) -> Opened:
    """Read a project of either kind; its samples are copied into the store.

    Args:
        path: The file, of any origin and in any state.
        store: Keeps the bytes of the samples.
        progress: Told how many samples are done; may raise `Cancelled`.
        check_steps: Fills in image steps; UserError if they cannot be used.

    Raises:
        UserError: Nothing in the file can be opened, or the store's disk is full.
    """
    title = shown_name(path.name)
    try:
        if path.is_dir():
            raise UserError(f"{title} is a folder; choose a project file (.ichdesk or .tm).")
        if not path.is_file():
            raise UserError(f"{title} cannot be found; was it moved or renamed?")
        with open_ordinary(path) as file:
            notes = Notes()
            index = _checked_index(read_index(file), title, notes)
            source = ZipSource(file, title, index.entries, notes)
            if _is_native(path, source):
                return read_native(source, store, progress, check_steps)
            return read_tm(source, store, progress)
    except NotZipError as error:
        raise UserError(
            f"{title} is not a class project, or it is damaged from its first byte; choose a file "
            "that was saved by ICHDesk, or by Teachable Machine with “Download project as file”."
        ) from error
    except OSError as error:
        raise UserError(
            f"{title} cannot be read ({os_reason(error)}); "
            "copy it to this computer and open the copy."
        ) from error


def save_project(
    project: Project,
    path: Path,
    progress: Progress | None = None,
    bake: Bake = unbaked,
    runs: RunBook = NO_RUNS,
) -> None:
    """Write a project: all of it to an .ichdesk file, what Teachable Machine knows to any other.

    A temporary file beside the target is written, forced to disk and then takes the target's
    place; whatever fails before, the old file stays as it was.

    Args:
        project: What to save.
        path: The file; its folder must exist.
        progress: Told how many samples are done; may raise `Cancelled`.
        bake: Turns slices in Hounsfield units into ready-made pictures, for a .tm file.
        runs: The trainings to keep, in an .ichdesk file.

    Raises:
        UserError: The file cannot be written, or a class cannot be saved under its name.
    """
    is_native = path.suffix.lower() == SUFFIX
    if not is_native:
        check_tm_names(project)
    try:
        target = path.resolve()  # replace what a link points to, not the link
        _check_target(target)
        with replacing(target) as file:
            if is_native:
                write_native(project, runs, file, progress)
            else:
                write_tm(project, file, progress, bake)
    except OSError as error:
        raise UserError(
            f"{shown_name(path.name)} cannot be saved ({os_reason(error)}); "
            "save under another name or in another folder."
        ) from error


def _checked_index(index: ZipIndex, title: str, notes: Notes) -> ZipIndex:
    if index.damaged:
        notes.add(f"{title} is damaged, perhaps cut off; what could be found in it was opened.")
    if index.cut_short:
        notes.add(f"{title} has more than {MAX_ENTRIES} entries; the others were left out.")
    return index


def _is_native(path: Path, source: ZipSource) -> bool:
    """A file may have been renamed, or have lost entries; what it holds says more than its name."""
    names = {entry.name.rsplit("/", 1)[-1] for entry in source.entries}
    return PROJECT_NAME in names or (path.suffix.lower() == SUFFIX and MANIFEST_NAME not in names)


def _check_target(target: Path) -> None:
    name = shown_name(target.name)
    if target.is_dir():
        raise UserError(f"{name} is a folder; choose another name.")
    if not target.parent.is_dir():
        raise UserError(f"The folder for {name} does not exist; choose another folder.")
    if target.exists() and not target.stat().st_mode & 0o200:
        raise UserError(f"{name} is write-protected; save under another name.")
