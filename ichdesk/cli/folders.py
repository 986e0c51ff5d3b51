"""What the command "convert" does to make a folder of images."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ichdesk.archive import ExportForm, Opened, Progress, export_samples
from ichdesk.core.errors import UserError
from ichdesk.core.sides import sides_of
from ichdesk.imaging.pipeline import baked

LAYOUTS = (CLASSES, SPLIT) = ("classes", "split")
_UNSAID = {"layout": None, "manifest": None, "hu": False}


def refuse_options(given: Mapping[str, Any]) -> None:
    """UserError if something was said of the form of a folder, but there is none."""
    if given != _UNSAID:
        raise UserError("--layout, --manifest and --hu are for folders; leave them out.")


def write_folder(
    opened: Opened,
    folder: Path,
    progress: Progress,
    *,
    layout: str | None = None,
    manifest: bool | None = None,
    hu: bool = False,
) -> int:
    """Write the images of a project to a folder, and say how many there were.

    Args:
        opened: The project, and the runs that its file keeps.
        folder: New or existing; nothing in it is written over.
        progress: Told how far it is.
        layout: One of `LAYOUTS`; None for `SPLIT` where there is a fixed test set.
        manifest: Whether to write one; None for yes.
        hu: Whether to keep Hounsfield units.
    """
    project = opened.project
    by_side = project.has_test_set if layout is None else layout == SPLIT
    sides = sides_of(project, opened.runs.present_run)
    form = ExportForm(by_side, manifest is not False, hu, sides)
    return export_samples(project, folder, progress, baked(project), form)
