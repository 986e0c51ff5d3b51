"""Bringing back what a window that crashed had not saved, from its journal and its samples."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from ichdesk.archive.image_header import check_image
from ichdesk.archive.journal import FORMAT, TABLE_NAME, VERSION, run_names
from ichdesk.archive.manifest import Json, JsonObject, parse_manifest
from ichdesk.archive.native import MAX_KEY_LENGTH
from ichdesk.archive.native_run import KnownParts, read_run, read_test_set
from ichdesk.archive.native_runs import read_kept
from ichdesk.archive.native_settings import read_settings
from ichdesk.archive.opened import CheckSteps, Opened
from ichdesk.archive.progress import Progress, reported
from ichdesk.archive.spool_folder import JOURNAL_NAME
from ichdesk.archive.store import SPOOL_NAME, SampleStore
from ichdesk.core.config import DEVICES, TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_CLASSES, MAX_IMAGE_BYTES
from ichdesk.core.names import usable_name
from ichdesk.core.notes import Notes, counted, os_reason
from ichdesk.core.project import Project
from ichdesk.core.run_book import MAX_RUNS, KeptRun, RunBook
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.zip_entries import EntryError

_MAX_JOURNAL_BYTES = 2**27


@dataclass(frozen=True, slots=True)
class LeftWork:
    """What a journal is about, for the question whether to restore it.

    Attributes:
        path: The project's file; None if it has none yet.
        when: Of the last edit that is in it, in local time.
    """

    path: Path | None
    when: datetime
    classes: int
    images: int
    runs: int


def read_left_work(folder: Path) -> LeftWork | None:
    """What there is to restore in a folder; None if its journal cannot be used."""
    try:
        document = _document(folder)
        when = datetime.fromisoformat(str(document.get("when"))).astimezone()
        classes = _objects(document.get("classes"))
        images = sum(len(_list(entry.get("samples"))) for entry in classes)
        return LeftWork(
            _path(document), when, len(classes), images, len(_list(document.get("runs")))
        )
    except (OSError, ValueError):
        return None


def restore_left_work(
    folder: Path, store: SampleStore, progress: Progress | None, check_steps: CheckSteps
) -> Opened:
    """Read a journal; its samples are copied into the store, and each is compared with its SHA-256.

    Args:
        folder: Nobody else writes to it.
        store: Keeps the bytes of the samples.
        progress: Told how many samples are done; may raise `Cancelled`.
        check_steps: Fills in image steps; UserError if they cannot be used.

    Raises:
        UserError: Nothing can be restored, or the store's disk is full.
    """
    try:
        document, rows = _document(folder), _rows(folder)
        with (folder / SPOOL_NAME).open("rb") as spool:
            reader = _JournalReader(folder, store, check_steps, rows, spool)
            return reader.read(document, progress)
    except OSError as error:
        raise UserError(
            f"The changes cannot be read ({os_reason(error)}); they were left where they are."
        ) from error
    except ValueError as error:
        raise UserError("The changes that were kept are damaged and cannot be restored.") from error


@dataclass
class _JournalReader:
    """One reading of one folder.

    Attributes:
        samples: By their line; None until they are met in a class.
        lost: Samples that cannot be brought back.
    """

    folder: Path
    store: SampleStore
    check_steps: CheckSteps
    rows: Sequence["_Row | None"]
    spool: BinaryIO
    notes: Notes = field(default_factory=Notes)

    def __post_init__(self) -> None:
        self.samples: list[Sample | None] = [None] * len(self.rows)
        self.lost = 0

    def read(self, document: JsonObject, progress: Progress | None) -> Opened:
        entries = _objects(document.get("classes"))[:MAX_CLASSES]
        self._bring_back(entries, progress)
        bins = dict(self._bins(entries))
        config = self._config(document)
        runs = self._runs(document, bins)
        if self.lost:
            images = counted(self.lost, "image")
            self.notes.add(f"{images} could not be brought back: the disk does not hold them all.")
        manifest = document.get("manifest")
        text = manifest if isinstance(manifest, str) else ""
        project = Project(tuple(bins.values()), config, text)
        return Opened(project, self.notes.sentences(), runs)

    def _bring_back(self, entries: Sequence[JsonObject], progress: Progress | None) -> None:
        """Copy the samples of all classes, each once, in the order of the old spool."""
        wanted = {line for entry in entries for line in self._lines(entry)}
        for line in reported(sorted(wanted), progress):
            try:
                self.samples[line] = self._copied(self.rows[line])
            except EntryError:
                self.lost += 1

    def _lines(self, entry: JsonObject) -> Iterator[int]:
        for line in _list(entry.get("samples")):
            if type(line) is int and 0 <= line < len(self.rows):
                yield line

    def _copied(self, row: "_Row | None") -> Sample:
        if row is None:
            raise EntryError("is not described as it should be")
        self.spool.seek(row.offset)
        data = self.spool.read(row.length)
        check_image(data)
        sample = self.store.add(data)
        if sample.sha256 != row.sha256:
            raise EntryError("is not the image that was kept")
        return replace(sample, patient=row.patient, series=row.series)

    def _bins(self, entries: Sequence[JsonObject]) -> Iterator[tuple[int, ClassBin]]:
        """The classes by their number in the journal."""
        taken = set[str]()
        for place, entry in enumerate(entries):
            name = entry.get("name")
            usable = usable_name(name if isinstance(name, str) else "", taken)
            taken.add(usable)
            lines = list(self._lines(entry))
            tested = frozenset(_test_set(entry, len(lines)))
            samples = tuple(
                replace(sample, is_test=True) if position in tested else sample
                for position, line in enumerate(lines)
                if (sample := self.samples[line]) is not None
            )
            number = entry.get("number")
            bin_ = ClassBin(usable, samples, entry.get("enabled") is not False)
            yield number if type(number) is int else -1 - place, bin_

    def _config(self, document: JsonObject) -> TrainConfig:
        config = read_settings(document.get("settings"), self.notes, self.check_steps)
        device = document.get("device")
        is_known = isinstance(device, str) and device in DEVICES
        return replace(config, device=device) if is_known else config  # type: ignore[arg-type]

    # --- runs --------------------------------------------------------------------------------

    def _runs(self, document: JsonObject, bins: dict[int, ClassBin]) -> RunBook:
        highest = max(bins, default=-1)
        classes = [bins.get(number) for number in range(min(highest + 1, MAX_CLASSES))]
        parts = KnownParts(classes, self.samples, self.check_steps)
        runs = list[KeptRun]()
        for entry in _objects(document.get("runs"))[:MAX_RUNS]:
            try:
                runs.append(self._kept(entry, parts, runs[-1].number if runs else 0))
            except (OSError, ValueError, OverflowError):
                self.notes.add("A training could not be brought back; train again for it.")
        present = document.get("present")
        is_known = any(kept.number == present for kept in runs)
        last = runs[-1].number if runs else 0
        return RunBook(tuple(runs), present if is_known else None, last)  # type: ignore[arg-type]

    def _kept(self, entry: JsonObject, parts: KnownParts, last: int) -> KeptRun:
        number, file = entry.get("number"), entry.get("file")
        if type(number) is not int or type(file) is not int or number <= last:
            raise ValueError("no number")
        figures, model = (_read_some(self.folder / name) for name in run_names(file))
        run = read_run(parse_manifest(figures.decode()), parts)
        run.model = model
        return read_kept(number, entry, run, self.notes)


@dataclass(frozen=True, slots=True)
class _Row:
    """Where the bytes of a sample are, and what is known of it."""

    sha256: str
    offset: int
    length: int
    patient: str | None
    series: str | None

    @staticmethod
    def read(line: bytes) -> "_Row | None":
        """None if the line is damaged or torn."""
        try:
            said: Json = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(said, list) or len(said) != len(_Row.__slots__):
            return None
        sha256, offset, length, patient, series = said
        if not isinstance(sha256, str) or type(offset) is not int or type(length) is not int:
            return None
        if offset < 0 or not 0 <= length <= MAX_IMAGE_BYTES:
            return None
        return _Row(sha256, offset, length, _key(patient), _key(series))


def _document(folder: Path) -> JsonObject:
    document = parse_manifest(_read_some(folder / JOURNAL_NAME).decode())
    if document.get("format") != FORMAT or document.get("version") != VERSION:
        raise ValueError("no journal of this version")
    return document


def _rows(folder: Path) -> list[_Row | None]:
    try:
        return [_Row.read(line) for line in _read_some(folder / TABLE_NAME).splitlines()]
    except FileNotFoundError:  # no sample was ever in it
        return []


def _read_some(path: Path) -> bytes:
    """All of a file; ValueError if it is larger than anything that was written here."""
    with path.open("rb") as file:
        data = file.read(_MAX_JOURNAL_BYTES + 1)
    if len(data) > _MAX_JOURNAL_BYTES:
        raise ValueError("too large")
    return data


def _path(document: JsonObject) -> Path | None:
    said = document.get("path")
    return Path(said) if isinstance(said, str) and said else None


def _test_set(entry: JsonObject, count: int) -> tuple[int, ...]:
    try:
        return read_test_set(entry, count)
    except ValueError:
        return ()


def _key(value: Json) -> str | None:
    is_key = isinstance(value, str) and 0 < len(value) <= MAX_KEY_LENGTH and value.isprintable()
    return value if is_key else None  # type: ignore[return-value]


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _objects(value: Json) -> list[JsonObject]:
    return [entry for entry in _list(value) if isinstance(entry, dict)]
