"""A model to a file or folder of another format, whole or not at all."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ichdesk.core.atomic import making_folder, replacing
from ichdesk.core.errors import UserError
from ichdesk.core.notes import os_reason
from ichdesk.learn.devices import one_cpu_thread
from ichdesk.learn.exporters import EXPORTERS, Exporter, Files, Subject
from ichdesk.learn.model import Model

ZIP_SUFFIX = ".zip"
_OLDEST = (1980, 1, 1, 0, 0, 0)  # of a zip; the same model makes the same bytes


def export_model(model: Model, to: str, path: Path) -> Iterator[str]:
    """Write a model in a format.

    Args:
        model: What was trained.
        to: A name in `EXPORTERS`.
        path: A file, which is replaced if it exists; for formats of several files a zip, or a
            folder, which must not exist.

    Yields:
        What is being done; whoever stops here leaves nothing behind.

    Raises:
        UserError: The format cannot hold the model, its backbone is another one than it was
            trained with, or nothing can be written there.
    """
    kind = EXPORTERS[to]
    if makes_folder(to, path) and path.exists():
        raise UserError(f"“{path.name}” exists already; choose another name for the folder.")
    if not path.absolute().parent.is_dir():  # to know it in the end costs the time of all stages
        raise _unwritable(path, "its folder does not exist")
    if path.is_dir():
        raise _unwritable(path, "there is a folder of that name")
    with one_cpu_thread():
        files = yield from kind.make(Subject(model))
    yield "Writing"
    try:
        if makes_folder(to, path):
            _write_folder(files, path)
        else:
            _write_file(kind, files, path)
    except OSError as error:
        raise _unwritable(path, os_reason(error)) from error


def _unwritable(path: Path, reason: str) -> UserError:
    return UserError(
        f"The model could not be saved as “{path.name}” ({reason}); choose another place."
    )


def makes_folder(to: str, path: Path) -> bool:
    """Whether this format makes a folder at this place, and no file.

    The ending matters for nothing else: other names are taken as they are said.

    Raises:
        UserError: There is no such format.
    """
    return not EXPORTERS[to].suffix and path.suffix.lower() != ZIP_SUFFIX


def _write_file(kind: Exporter, files: Files, path: Path) -> None:
    data = next(iter(files.values())) if kind.suffix else _zipped(files)
    with replacing(path) as file:
        file.write(data)


def _write_folder(files: Files, path: Path) -> None:
    with making_folder(path) as folder:
        for name, data in files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)


def _zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _OLDEST), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
