"""Reading a .tm file: what can be used is used, and what was left out is told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

from ichdesk.archive.image_header import check_image
from ichdesk.archive.manifest import (
    MANIFEST_NAME,
    JsonObject,
    Layout,
    parse_manifest,
    read_config,
    read_layout,
)
from ichdesk.archive.opened import MACOS_FOLDER, Opened, ZipSource, unwrapped
from ichdesk.archive.progress import Progress, reported
from ichdesk.archive.store import SampleStore
from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_CLASSES, MAX_IMAGE_BYTES, unpacked_limit
from ichdesk.core.names import is_system_file, usable_name
from ichdesk.core.notes import Notes, shown_name
from ichdesk.core.project import Project, name_problem
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.zip_entries import EntryError, UnpackBudget, ZipEntry, read_entry

SEPARATOR = "-!-"

_LARGEST_MANIFEST = 2**20
_IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")
_MODEL_EXPORT = {"model.json", "weights.bin"}


def read_tm(source: ZipSource, store: SampleStore, progress: Progress | None = None) -> Opened:
    """Read a Teachable Machine image project; its samples are copied into the store.

    Args:
        source: Of any origin and in any state.
        store: Keeps the bytes of the samples.
        progress: Told how many samples are done; may raise `Cancelled`.

    Raises:
        UserError: Nothing in the file can be opened, or the store's disk is full.
    """
    file, title, notes = source.file, source.title, source.notes
    entries = unwrapped([e for e in source.entries if not _is_clutter(e.name)], MANIFEST_NAME)
    candidates = [entry for entry in entries if _is_sample_name(entry.name)]
    text, manifest = _manifest(file, entries, notes)
    _refuse_foreign(title, manifest, entries, has_samples=bool(candidates))
    for entry in entries:
        if entry.name != MANIFEST_NAME and not _is_sample_name(entry.name):
            notes.add(f"{shown_name(entry.name)} was left out: it is not named like a sample.")
    config, layout = read_config(manifest, notes), read_layout(manifest, notes)
    failures = Notes()
    samples = _samples(file, _placed(candidates, layout), store, failures, progress)
    if candidates and not samples:
        raise UserError(
            f"No image in {title} can be opened; the first reason is: {failures.sentences()[0]}"
        )
    classes = _classes(samples, layout, notes)
    return Opened(Project(classes, config, text), notes.sentences() + failures.sentences())


def _is_sample_name(name: str) -> bool:
    return SEPARATOR in name and name.lower().endswith(_IMAGE_SUFFIXES)


def _is_clutter(name: str) -> bool:
    """Folders and the system's own files; a class may well be called ".x", so samples never are."""
    if name.endswith("/") or name.startswith(MACOS_FOLDER):
        return True
    return not _is_sample_name(name) and is_system_file(*name.split("/"))


def _manifest(file: BinaryIO, entries: Sequence[ZipEntry], notes: Notes) -> tuple[str, JsonObject]:
    """Text and content of the manifest; "" and nothing, with a note, if it cannot be used."""
    found = [entry for entry in entries if entry.name == MANIFEST_NAME]
    if not found:
        notes.add("The file has no settings (manifest.json); the default settings are used.")
        return "", {}
    try:
        raw = read_entry(file, found[-1], _LARGEST_MANIFEST, UnpackBudget(_LARGEST_MANIFEST))
        text = raw.decode("utf-8-sig")
        return text, parse_manifest(text)
    except (EntryError, ValueError):
        notes.add(
            "The settings in the file (manifest.json) are damaged; the default settings are used."
        )
        return "", {}


def _refuse_foreign(
    title: str, manifest: JsonObject, entries: Sequence[ZipEntry], *, has_samples: bool
) -> None:
    kind = manifest.get("type")
    if kind in ("audio", "pose"):  # a tuple: it may be a list, which no set can look up
        raise UserError(f"{title} is a Teachable Machine {kind} project; choose an image project.")
    if kind is not None and kind != "image":
        raise UserError(f"{title} is not an image project; choose an image project (.tm).")
    if has_samples or kind == "image":
        return
    if {entry.name.rsplit("/", 1)[-1] for entry in entries} >= _MODEL_EXPORT:
        raise UserError(
            f"{title} is a model exported from Teachable Machine, not a project; "
            "choose it as backbone in the training settings instead."
        )
    if any(entry.name.lower().endswith(_IMAGE_SUFFIXES) for entry in entries):
        raise UserError(
            f"{title} is a zip of images, not a project; add it to a class with Upload instead."
        )
    raise UserError(f"{title} is a zip, but there is no Teachable Machine project in it.")


def _placed(candidates: Sequence[ZipEntry], layout: Layout) -> list[tuple[ZipEntry, str, bool]]:
    """Each entry with the name of its class and whether it is in the fixed test set."""
    counts, placed = Counter[str](), []
    for entry in candidates:
        name = entry.name.rsplit(SEPARATOR, 1)[0]
        placed.append((entry, name, (name, counts[name]) in layout.test_set))
        counts[name] += 1
    return placed


def _samples(
    file: BinaryIO,
    candidates: Sequence[tuple[ZipEntry, str, bool]],
    store: SampleStore,
    notes: Notes,
    progress: Progress | None,
) -> dict[str, list[Sample]]:
    """The samples that can be read, by class name as it stands in the file."""
    budget = UnpackBudget(unpacked_limit(file.seek(0, 2)))
    samples: dict[str, list[Sample]] = {}
    for entry, name, is_test in reported(candidates, progress):
        try:
            _check_room(samples, name)
            data = read_entry(file, entry, MAX_IMAGE_BYTES, budget)
            check_image(data)
        except EntryError as error:
            notes.add(f"{shown_name(entry.name)} was left out: it {error}.")
            continue
        sample = store.add(data)
        kept = replace(sample, is_test=True) if is_test else sample
        samples.setdefault(name, []).append(kept)
    return samples


def _check_room(samples: Mapping[str, list[Sample]], name: str) -> None:
    if name not in samples and len(samples) == MAX_CLASSES:
        raise EntryError(f"belongs to a class beyond the first {MAX_CLASSES}")


def _classes(
    samples: dict[str, list[Sample]], layout: Layout, notes: Notes
) -> tuple[ClassBin, ...]:
    taken = {name for name in samples if not name_problem(name)}
    classes: list[ClassBin] = []
    for raw_name, members in samples.items():
        name = raw_name
        if name_problem(raw_name):
            name = usable_name(raw_name, taken)
            taken.add(name)
            notes.add(f"A class was renamed to {shown_name(name)}: its name could not be used.")
        classes.append(ClassBin(name, tuple(members), enabled=name not in layout.disabled))
    for position, name in layout.empty:
        if name not in taken:
            taken.add(name)
            classes.insert(position, ClassBin(name, enabled=name not in layout.disabled))
    return tuple(classes)
