"""Writing a .tm file, and what every project file is written with."""

import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, TypeAlias

from ichdesk.archive.image_header import is_png
from ichdesk.archive.manifest import MANIFEST_NAME, manifest_text
from ichdesk.archive.opened import MACOS_FOLDER
from ichdesk.archive.progress import Progress, reported
from ichdesk.archive.reader import SEPARATOR
from ichdesk.core.errors import UserError
from ichdesk.core.notes import os_reason, shown_name
from ichdesk.core.project import Project, name_problem
from ichdesk.core.samples import Sample

Bake: TypeAlias = Callable[[bytes], bytes]

_FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say; equal projects, equal files
_DOS = 0
_LEVEL = 1  # of the numbers of 20 runs, as small as with zlib's own and six times as fast
_SIGN_BYTES = 16
_VERSIONS = {zipfile.ZIP_STORED: 10, zipfile.ZIP_DEFLATED: 20}  # needed to read it


def unbaked(_data: bytes) -> bytes:
    """What is done to slices unless a caller says how to make pictures of them: ValueError."""
    raise ValueError("slices in Hounsfield units are to be saved as pictures, but not how")


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

    def suffix(self, sample: Sample) -> str:
        """The file name extension that fits a sample's bytes."""
        return image_suffix(self.read(replace(sample, length=min(sample.length, _SIGN_BYTES))))


def image_suffix(data: bytes) -> str:
    """The file name extension that fits a sample's bytes."""
    return ".png" if is_png(data) else ".jpg"


def check_tm_names(project: Project) -> None:
    """See that the names can be those of entries; a class is nothing else in such a file.

    Raises:
        UserError: One of them cannot.
    """
    seen: set[str] = set()
    for bin_ in project.classes:
        if problem := name_problem(bin_.name):
            raise UserError(f"The class {shown_name(bin_.name)} cannot be saved. {problem}")
        if bin_.name.startswith(MACOS_FOLDER):
            raise UserError(f"A class name cannot begin with “{MACOS_FOLDER}”; choose another one.")
        if bin_.name in seen:
            raise UserError(f"Two classes are called {shown_name(bin_.name)}; rename one of them.")
        seen.add(bin_.name)


def write_tm(
    project: Project, file: BinaryIO, progress: Progress | None = None, bake: Bake = unbaked
) -> None:
    """Write a project as a Teachable Machine file.

    Args:
        project: Its names are checked.
        file: Empty, for writing and seeking.
        progress: Told how many samples are done; may raise `Cancelled`.
        bake: Turns slices in Hounsfield units into ready-made pictures, all that such a file holds.

    Raises:
        UserError: A sample's bytes are gone.
    """
    members = [
        (bin_, index, sample)
        for bin_ in project.classes
        for index, sample in enumerate(bin_.samples)
    ]
    with ExitStack() as files, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        reader = SampleReader(files)
        for bin_, index, sample in reported(members, progress):
            data = reader.baked(sample, bake)
            add_entry(archive, f"{bin_.name}{SEPARATOR}{index}{image_suffix(data)}", data)
        add_entry(archive, MANIFEST_NAME, manifest_text(project).encode("utf-8"))


def add_entry(
    archive: zipfile.ZipFile, name: str, data: bytes, method: int = zipfile.ZIP_STORED
) -> None:
    """Add an entry that says nothing about when, where and by whom the file was made."""
    info = zipfile.ZipInfo(date_time=_FIXED_DATE)
    info.filename = name  # set here, because the constructor changes backslashes on Windows
    info.create_system = _DOS
    info.extract_version = _VERSIONS[method]
    info.compress_type = method
    if method == zipfile.ZIP_STORED and len(data) < zipfile.ZIP64_LIMIT:
        _add_stored(archive, info, data)
    else:
        archive.writestr(info, data, compresslevel=_LEVEL)
        info.external_attr = 0  # zipfile has put Unix permissions there


def _add_stored(archive: zipfile.ZipFile, info: zipfile.ZipInfo, data: bytes) -> None:
    """The same bytes as `writestr` makes, which for images takes longer than all the rest.

    It knows sizes and checksum only afterwards and goes back to write each header once more.
    """
    file = archive.fp
    assert file is not None
    info.CRC, info.header_offset = zlib.crc32(data), archive.start_dir
    info.file_size = info.compress_size = len(data)
    header = info.FileHeader(zip64=False)
    file.write(header)
    file.write(data)
    archive.start_dir += len(header) + len(data)
    archive.filelist.append(info)
    archive.NameToInfo[info.filename] = info
