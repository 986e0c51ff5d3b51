"""Saving a project so that at any moment the file is either the old one or the new one, whole."""

import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, TypeAlias

from ichdesk.archive.image_header import is_png
from ichdesk.archive.manifest import MANIFEST_NAME, manifest_text
from ichdesk.archive.progress import Progress, reported
from ichdesk.archive.reader import MACOS_FOLDER, SEPARATOR
from ichdesk.core.atomic import replacing
from ichdesk.core.errors import UserError
from ichdesk.core.notes import os_reason, shown_name
from ichdesk.core.project import Project, name_problem
from ichdesk.core.samples import Sample

Bake: TypeAlias = Callable[[bytes], bytes]

_FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say; equal projects, equal files
_DOS = 0
_VERSION_1_0 = 10


def unbaked(_data: bytes) -> bytes:
    """What is done to slices unless a caller says how to make pictures of them: ValueError."""
    raise ValueError("slices in Hounsfield units are to be saved as pictures, but not how")


def save_project(
    project: Project, path: Path, progress: Progress | None = None, bake: Bake = unbaked
) -> None:
    """Write a project as a Teachable Machine file.

    A temporary file beside the target is written, forced to disk and then takes the target's
    place; whatever fails before, the old file stays as it was.

    Args:
        project: What to save.
        path: The .tm file; its folder must exist.
        progress: Told how many samples are done; may raise `Cancelled`.
        bake: Turns slices in Hounsfield units into ready-made pictures, all that such a file holds.

    Raises:
        UserError: The file cannot be written, or a class cannot be saved under its name.
    """
    _check_names(project)
    try:
        target = path.resolve()  # replace what a link points to, not the link
        _check_target(target)
        with replacing(target) as file:
            _write(project, file, progress, bake)
    except OSError as error:
        raise UserError(
            f"{shown_name(path.name)} cannot be saved ({os_reason(error)}); "
            "save under another name or in another folder."
        ) from error


class SampleReader:
    """Reads many samples with one open file for each file that holds some.

    Raises:
        UserError: From `read`, when a sample's bytes are gone.
    """

    def __init__(self, files: ExitStack) -> None:
        self._files = files
        self._open: dict[Path, BinaryIO] = {}

    def read(self, sample: Sample) -> bytes:
        """The bytes of a sample's encoded image."""
        try:
            if sample.path not in self._open:
                self._open[sample.path] = self._files.enter_context(sample.path.open("rb"))
            file = self._open[sample.path]
            file.seek(sample.offset)
            data = file.read(sample.length)
        except OSError as error:
            raise UserError(
                f"An image of the project cannot be read ({os_reason(error)}); "
                "its temporary copy is gone."
            ) from error
        if len(data) != sample.length:
            raise UserError("An image of the project cannot be read; its temporary copy is gone.")
        return data

    def baked(self, sample: Sample, bake: Bake) -> bytes:
        """The bytes of a ready-made picture: the sample's own, or those of a baked slice."""
        data = self.read(sample)
        return bake(data) if sample.is_hu else data


def image_suffix(data: bytes) -> str:
    """The file name extension that fits a sample's bytes."""
    return ".png" if is_png(data) else ".jpg"


def _check_names(project: Project) -> None:
    seen: set[str] = set()
    for bin_ in project.classes:
        if problem := name_problem(bin_.name):
            raise UserError(f"The class {shown_name(bin_.name)} cannot be saved. {problem}")
        if bin_.name.startswith(MACOS_FOLDER):
            raise UserError(f"A class name cannot begin with “{MACOS_FOLDER}”; choose another one.")
        if bin_.name in seen:
            raise UserError(f"Two classes are called {shown_name(bin_.name)}; rename one of them.")
        seen.add(bin_.name)


def _check_target(target: Path) -> None:
    name = shown_name(target.name)
    if target.is_dir():
        raise UserError(f"{name} is a folder; choose another name.")
    if not target.parent.is_dir():
        raise UserError(f"The folder for {name} does not exist; choose another folder.")
    if target.exists() and not target.stat().st_mode & 0o200:
        raise UserError(f"{name} is write-protected; save under another name.")


def _write(project: Project, file: BinaryIO, progress: Progress | None, bake: Bake) -> None:
    members = [
        (bin_, index, sample)
        for bin_ in project.classes
        for index, sample in enumerate(bin_.samples)
    ]
    with ExitStack() as files, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        reader = SampleReader(files)
        for bin_, index, sample in reported(members, progress):
            data = reader.baked(sample, bake)
            _add(archive, f"{bin_.name}{SEPARATOR}{index}{image_suffix(data)}", data)
        _add(archive, MANIFEST_NAME, manifest_text(project).encode("utf-8"))


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(date_time=_FIXED_DATE)
    info.filename = name  # set here, because the constructor changes backslashes on Windows
    info.create_system = _DOS
    info.extract_version = _VERSION_1_0
    archive.writestr(info, data)
    info.external_attr = 0  # zipfile has put Unix permissions there
