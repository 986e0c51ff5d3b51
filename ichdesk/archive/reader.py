"""Opening a project file: what can be used is used, and what was left out is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ichdesk.archive.image_header import image_size
from ichdesk.archive.manifest import (
    MANIFEST_NAME,
    JsonObject,
    Layout,
    parse_manifest,
    read_config,
    read_layout,
)
from ichdesk.archive.progress import Progress, reported
from ichdesk.archive.store import SampleStore
from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_ENTRIES, MAX_IMAGE_BYTES, MAX_PIXELS, unpacked_limit
from ichdesk.core.names import is_system_file, usable_name
from ichdesk.core.notes import Notes, os_reason, shown_name
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.zip_entries import (
    EntryError,
    NotZipError,
    ZipEntry,
    ZipIndex,
    read_entry,
    read_index,
)

SEPARATOR = "-!-"

_LARGEST_MANIFEST = 2**20
_IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")
_MODEL_EXPORT = {"model.json", "weights.bin"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A project and one sentence for each thing in its file that was left out or changed."""

    project: Project
    left_out: tuple[str, ...]


def open_project(path: Path, store: SampleStore, progress: Progress | None = None) -> Opened:
    """Read a Teachable Machine image project; its samples are copied into the store.

    Args:
        path: The .tm file, of any origin and in any state.
        store: Keeps the bytes of the samples.
        progress: Told how many samples are done; may raise `Cancelled`.

    Raises:
        UserError: Nothing in the file can be opened, or the store's disk is full.
    """
    try:
        if path.is_dir():
            raise UserError(f"{shown_name(path.name)} is a folder; choose a project file (.tm).")
        if not path.is_file():
            raise UserError(f"{shown_name(path.name)} cannot be found; was it moved or renamed?")
        with path.open("rb") as file:
            return _read(file, path.name, store, progress)
    except OSError as error:
        raise UserError(
            f"{shown_name(path.name)} cannot be read ({os_reason(error)}); "
            "copy it to this computer and open the copy."
        ) from error


def _read(
    file: BinaryIO, file_name: str, store: SampleStore, progress: Progress | None
) -> Opened:
    title, notes = shown_name(file_name), Notes()
    index = _index(file, title, notes)
    entries = _unwrapped([e for e in index.entries if not _is_clutter(e.name)])
    candidates = [entry for entry in entries if _is_sample_name(entry.name)]
    text, manifest = _manifest(file, entries, notes)
    _refuse_foreign(title, manifest, entries, has_samples=bool(candidates))
    for entry in entries:
        if entry.name != MANIFEST_NAME and not _is_sample_name(entry.name):
            notes.add(f"{shown_name(entry.name)} was left out: it is not named like a sample.")
    config, layout = read_config(manifest, notes), read_layout(manifest, notes)
    failures = Notes()
    samples = _samples(file, candidates, store, failures, progress)
    if candidates and not samples:
        raise UserError(
            f"No image in {title} can be opened; the first reason is: {failures.sentences()[0]}"
        )
    classes = _classes(samples, layout, notes)
    return Opened(Project(classes, config, text), notes.sentences() + failures.sentences())


def _index(file: BinaryIO, title: str, notes: Notes) -> ZipIndex:
    try:
        index = read_index(file)
    except NotZipError as error:
        raise UserError(
            f"{title} is not a Teachable Machine project, or it is damaged from its first byte; "
            "choose a file that was saved with “Download project as file”."
        ) from error
    if index.damaged:
        notes.add(f"{title} is damaged, perhaps cut off; what could be found in it was opened.")
    if index.cut_short:
        notes.add(f"{title} has more than {MAX_ENTRIES} entries; the others were left out.")
    return index


def _unwrapped(entries: list[ZipEntry]) -> list[tuple[str, ZipEntry]]:
    raise NotImplementedError
