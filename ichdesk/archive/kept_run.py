"""The training that a project file keeps, read without its images."""

from pathlib import Path

from ichdesk.archive.manifest import MANIFEST_NAME
from ichdesk.archive.native import PROJECT_NAME
from ichdesk.archive.native_reader import read_runs
from ichdesk.archive.opened import CheckSteps, ZipSource
from ichdesk.core.errors import UserError
from ichdesk.core.notes import Notes, os_reason, shown_name
from ichdesk.core.ordinary import open_ordinary
from ichdesk.core.run import TrainingRun
from ichdesk.core.zip_entries import NotZipError, read_index


def is_project(path: Path) -> bool:
    """Whether a file is a zip that holds a project, whatever its name."""
    try:
        with open_ordinary(path) as file:
            names = {entry.name for entry in read_index(file).entries}
    except (OSError, NotZipError):
        return False
    return not names.isdisjoint({MANIFEST_NAME, PROJECT_NAME})


def read_kept_run(
    path: Path, check_steps: CheckSteps
) -> tuple[TrainingRun | None, tuple[str, ...]]:
    """The training whose model a project file uses; None if it keeps none.

    Images are known by what the file says of them, and have no bytes to read.

    Args:
        path: Of a project, of any origin and in any state.
        check_steps: Fills in image steps; UserError if they cannot be used.

    Returns:
        The training, and a sentence for each thing in the file that was left out.

    Raises:
        UserError: The file cannot be read, or is of a later version.
    """
    title, notes = shown_name(path.name), Notes()
    try:
        with open_ordinary(path) as file:
            source = ZipSource(file, title, read_index(file).entries, notes)
            return read_runs(source, check_steps).present_run, notes.sentences()
    except (OSError, NotZipError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else "it is damaged"
        raise UserError(f"{title} cannot be read ({reason}); choose another file.") from error
