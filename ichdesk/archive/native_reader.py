"""Reading an .ichdesk file of any origin: what can be used is used, the rest is told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from ichdesk.archive.image_header import check_image
from ichdesk.archive.manifest import Json, JsonObject, parse_manifest
from ichdesk.archive.native import (
    MAX_KEY_LENGTH,
    PROJECT_NAME,
    SAMPLE_NAME,
    NewerVersionError,
    document_limit,
    migrated,
)
from ichdesk.archive.native_run import KnownParts, read_test_set
from ichdesk.archive.native_runs import RunReader
from ichdesk.archive.native_settings import read_settings, settings_document
from ichdesk.archive.opened import MACOS_FOLDER, CheckSteps, Opened, ZipSource, unwrapped
from ichdesk.archive.progress import Progress, reported
from ichdesk.archive.store import SampleStore
from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_CLASSES, MAX_ENTRIES, MAX_IMAGE_BYTES, unpacked_limit
from ichdesk.core.names import is_system_file, usable_name
from ichdesk.core.notes import Notes, shown_name
from ichdesk.core.project import Project
from ichdesk.core.run_book import RunBook
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.zip_entries import EntryError, UnpackBudget, read_entry

_RESCUED = "Rescued images"


def read_native(
    source: ZipSource,
    store: SampleStore,
    progress: Progress | None,
    check_steps: CheckSteps,
) -> Opened:
    """Read a project with everything that its file keeps; samples are copied into the store.

    Args:
        source: Of any origin and in any state.
        store: Keeps the bytes of the samples.
        progress: Told how many samples are done; may raise `Cancelled`.
        check_steps: Fills in image steps; UserError if they cannot be used.

    Raises:
        UserError: Nothing in the file can be opened, it is of a later version, or the store's disk
            is full.
    """
    source = _tidied(source)
    document = _document(source)
    if document is None:
        document = _rescue_document(source)
    return _NativeReader(source, store, check_steps).read(document, progress)


def read_runs(source: ZipSource, check_steps: CheckSteps) -> RunBook:
    """Read the runs alone; their samples say whose they are, and have no bytes.

    Raises:
        UserError: The file is of a later version.
    """
    source = _tidied(source)
    document = _document(source) or {}
    records = [_Record.read(said) for said in _list(document, "samples")]
    samples = [record.without_bytes if record else None for record in records]
    budget = UnpackBudget(unpacked_limit(source.file.seek(0, 2)))
    return RunReader(source, KnownParts((), samples, check_steps), budget).read(document)


@dataclass
class _NativeReader:
    """One reading of one file.

    Attributes:
        tried: By entry name, the sample or why there is none, so that none is read twice.
        described: By record, its sample; classes and runs share them.
    """

    source: ZipSource
    store: SampleStore
    check_steps: CheckSteps
    tried: dict[str, Sample | EntryError] = field(default_factory=dict)
    described: dict["_Record", Sample] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_name = {entry.name: entry for entry in self.source.entries}
        self._budget = UnpackBudget(unpacked_limit(self.source.file.seek(0, 2)))

    def read(self, document: JsonObject, progress: Progress | None) -> Opened:
        notes = self.source.notes
        config = read_settings(document.get("settings"), notes, self.check_steps)
        records = [_Record.read(said) for said in _list(document, "samples")]
        if any(record is not None and record.lost_keys for record in records):
            notes.add("Patients or series of some images are damaged in the file and left out.")
        bins = self._filled(self._class_bins(document), document, records, progress)
        samples = [self._known(record) for record in records]
        if records and bins and not any(bin_ and bin_.samples for bin_ in bins):
            self._refuse_if_all_failed()
        reader = RunReader(self.source, KnownParts(bins, samples, self.check_steps), self._budget)
        runs = reader.read(document)
        manifest = self._manifest(document)
        self._tell_strays(records, reader.names)
        classes = tuple(bin_ for bin_ in bins if bin_ is not None)
        return Opened(Project(classes, config, manifest), notes.sentences(), runs)

    # --- classes and samples -----------------------------------------------------------------

    def _class_bins(self, document: JsonObject) -> list[ClassBin | None]:
        """The classes by their number in the file, still empty; None for a damaged one."""
        notes, taken = self.source.notes, set[str]()
        if not isinstance(document.get("classes"), list):
            notes.add("The list of classes in the file is damaged; no class could be read.")
        said = _list(document, "classes")
        if len(said) > MAX_CLASSES:
            notes.add(f"Classes beyond the first {MAX_CLASSES} were left out.")
        bins: list[ClassBin | None] = []
        for number, entry in enumerate(said[:MAX_CLASSES]):
            name = entry.get("name") if isinstance(entry, dict) else None
            if not isinstance(entry, dict) or not isinstance(name, str):
                notes.add(f"Class {number + 1} in the file is damaged and was left out.")
                bins.append(None)
                continue
            usable = usable_name(name, taken)
            if usable != name:
                notes.add(f"A class was renamed to {shown_name(usable)}: its name was not usable.")
            taken.add(usable)
            bins.append(ClassBin(usable, enabled=entry.get("enabled") is not False))
        return bins

    def _filled(
        self,
        bins: Sequence[ClassBin | None],
        document: JsonObject,
        records: Sequence["_Record | None"],
        progress: Progress | None,
    ) -> list[ClassBin | None]:
        """The classes with all samples that can be read."""
        notes, found = self.source.notes, [list[Sample]() for _ in bins]
        wanted = list(islice(_wanted(bins, document, notes), MAX_ENTRIES + 1))
        if len(wanted) > MAX_ENTRIES:
            notes.add(f"Images beyond the first {MAX_ENTRIES} were left out.")
        for number, name, index, is_test in reported(wanted[:MAX_ENTRIES], progress):
            try:
                sample = self._sample(_at(records, index))
                found[number].append(replace(sample, is_test=True) if is_test else sample)
            except EntryError as error:
                notes.add(f"An image of {shown_name(name)} was left out: it {error}.")
        return [
            bin_ and replace(bin_, samples=tuple(members))
            for bin_, members in zip(bins, found, strict=True)
        ]

    def _sample(self, record: "_Record | None") -> Sample:
        """The sample of a record; EntryError if there is none."""
        if record is None:
            raise EntryError("is not described in the file as it should be")
        if record.file not in self.tried:
            try:
                self.tried[record.file] = self._stored(record)
            except EntryError as error:
                self.tried[record.file] = error
        found = self.tried[record.file]
        if isinstance(found, EntryError):
            raise found
        return self._described(record, found)

    def _stored(self, record: "_Record") -> Sample:
        if record.file not in self._by_name:
            raise EntryError("is missing in the file")
        entry = self._by_name[record.file]
        data = read_entry(self.source.file, entry, MAX_IMAGE_BYTES, self._budget)
        check_image(data)
        sample = self.store.add(data)
        if sample.sha256 != record.sha256:
            raise EntryError("is not the image that was saved")
        return sample

    def _known(self, record: "_Record | None") -> Sample | None:
        """The sample of a record if a class has it."""
        found = self.tried.get(record.file) if record else None
        if record is None or not isinstance(found, Sample):
            return None
        return self._described(record, found)

    def _described(self, record: "_Record", stored: Sample) -> Sample:
        """The sample with what the record says of it."""
        said = self.described.get(record)
        if said is None:
            said = replace(stored, patient=record.patient, series=record.series)
            self.described[record] = said
        return said

    def _refuse_if_all_failed(self) -> None:
        failures = [error for error in self.tried.values() if isinstance(error, EntryError)]
        if failures:
            raise UserError(
                f"No image in {self.source.title} can be opened; the first of them {failures[0]}."
            )

    # --- the rest ----------------------------------------------------------------------------

    def _manifest(self, document: JsonObject) -> str:
        """What a .tm file said that this project comes from; "" if nothing, or nothing usable."""
        said = document.get("manifest")
        try:
            if said:
                parse_manifest(_text(said))
            return _text(said)
        except ValueError:
            self.source.notes.add(
                "What the file has kept of an earlier .tm file is damaged and was left out."
            )
            return ""

    def _tell_strays(self, records: Sequence["_Record | None"], others: set[str]) -> None:
        known = {record.file for record in records if record} | others | {PROJECT_NAME}
        for entry in self.source.entries:
            if entry.name not in known:
                self.source.notes.add(
                    f"{shown_name(entry.name)} was left out: it does not belong to the project."
                )


@dataclass(frozen=True, slots=True)
class _Record:
    """What the document says of a sample; `lost_keys` if a key of it was no usable text."""

    file: str
    sha256: str
    patient: str | None = None
    series: str | None = None
    lost_keys: bool = False

    @staticmethod
    def read(said: Json) -> "_Record | None":
        """None if it is no description of a sample."""
        file = said.get("file") if isinstance(said, dict) else None
        match = SAMPLE_NAME.fullmatch(file) if isinstance(file, str) else None
        if not isinstance(said, dict) or match is None:
            return None
        keys = [said.get("patient"), said.get("series")]
        patient, series = usable = [key if _is_key(key) else None for key in keys]
        return _Record(match[0], match[1], patient, series, usable != keys)  # type: ignore[arg-type]

    @property
    def without_bytes(self) -> Sample:
        """The sample as far as the record describes it."""
        return Sample(Path(), 0, 0, self.sha256, self.patient, self.series)


def _is_key(value: Json) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_KEY_LENGTH and value.isprintable()


def _tidied(source: ZipSource) -> ZipSource:
    """Without what other programs add to a zip."""
    entries = unwrapped([e for e in source.entries if not _is_clutter(e.name)], PROJECT_NAME)
    return replace(source, entries=tuple(entries))


def _document(source: ZipSource) -> JsonObject | None:
    """The document as this version has it; None if there is none that can be read."""
    entry = next((e for e in source.entries if e.name == PROJECT_NAME), None)
    limit = document_limit(len(source.entries))
    try:
        if entry is None:
            return None
        raw = read_entry(source.file, entry, limit, UnpackBudget(limit))
        return migrated(parse_manifest(raw.decode("utf-8-sig")))
    except NewerVersionError as error:
        raise UserError(
            f"{source.title} was saved by a newer version of ICHDesk; install that version to "
            "open it."
        ) from error
    except (EntryError, ValueError):
        return None


def _rescue_document(source: ZipSource) -> JsonObject:
    """One class of all images, for a file that does not say any more which belong where."""
    names = [entry.name for entry in source.entries if SAMPLE_NAME.fullmatch(entry.name)]
    if not names:
        raise UserError(
            f"{source.title} is not a class project of ICHDesk, or it is damaged beyond use; "
            "choose another file, or an older copy of it."
        )
    source.notes.add(
        f"The list of classes in {source.title} is damaged; its images are in one class, "
        f"“{_RESCUED}”, and the settings are the default."
    )
    numbers: list[Json] = list(range(len(names)))
    return {
        "settings": settings_document(TrainConfig()),
        "manifest": "",
        "samples": [{"file": name} for name in names],
        "classes": [{"name": _RESCUED, "samples": numbers}],
    }


def _at(records: "Sequence[_Record | None]", number: Json) -> "_Record | None":
    is_place = type(number) is int and 0 <= number < len(records)
    return records[number] if is_place else None  # type: ignore[index]


def _wanted(
    bins: Sequence[ClassBin | None], document: JsonObject, notes: Notes
) -> Iterator[tuple[int, str, Json, bool]]:
    """For each sample: number and name of its class, its own number, and if it is a test image."""
    for number, (bin_, entry) in enumerate(zip(bins, _list(document, "classes"), strict=False)):
        if bin_ is None or not isinstance(entry, dict):
            continue
        if not isinstance(entry.get("samples"), list):
            notes.add(f"The list of images of {shown_name(bin_.name)} is damaged; it is empty.")
        samples = _list(entry, "samples")
        tested = _test_set(entry, bin_.name, len(samples), notes)
        for position, index in enumerate(samples):
            yield number, bin_.name, index, position in tested


def _test_set(entry: JsonObject, name: str, count: int, notes: Notes) -> frozenset[int]:
    try:
        return frozenset(read_test_set(entry, count))
    except ValueError:
        notes.add(
            f"The file does not say which images of {shown_name(name)} are in the fixed test set; "
            "they are in the class."
        )
        return frozenset()


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")  # noqa: TRY004 - wrong data, not a wrong argument
    return value


def _list(document: JsonObject, name: str) -> list[Json]:
    value = document.get(name)
    return value if isinstance(value, list) else []


def _is_clutter(name: str) -> bool:
    return name.endswith("/") or name.startswith(MACOS_FOLDER) or is_system_file(*name.split("/"))
