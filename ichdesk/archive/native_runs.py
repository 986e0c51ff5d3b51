"""The runs of an .ichdesk file: which there are, and an entry for each of them and its model."""

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ichdesk.archive.manifest import Json, JsonObject, parse_manifest
from ichdesk.archive.native import MAX_MODEL_BYTES, OLD_MODEL_NAME, document_limit
from ichdesk.archive.native_run import KnownParts, Numbers, read_run, run_document
from ichdesk.archive.opened import ZipSource
from ichdesk.archive.writer import add_entry
from ichdesk.core.notes import Notes
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun
from ichdesk.core.run_book import (
    MAX_MODELS_BYTES,
    MAX_RUNS,
    NO_RUNS,
    KeptRun,
    RunBook,
    data_fingerprint,
    note_problem,
    run_title,
    title_problem,
)
from ichdesk.core.zip_entries import EntryError, UnpackBudget, read_entry

_WHEN = "%Y-%m-%dT%H:%M:%SZ"
_HIGHEST_NUMBER = 10**9
_DATA = re.compile("[0-9a-f]{1,64}")


def runs_document(runs: RunBook) -> list[Json]:
    """Which runs there are and what their user says of them, ready for JSON."""
    return [kept_document(kept) for kept in runs]


def write_runs(archive: zipfile.ZipFile, runs: RunBook, project: Project, numbers: Numbers) -> None:
    """Add each run and its model."""
    for kept in runs:
        said = run_document(kept.run, project, numbers)
        text = json.dumps(said, separators=(",", ":"), allow_nan=False).encode("ascii")
        add_entry(archive, _run_name(kept.number), text, zipfile.ZIP_DEFLATED)
        if 0 < len(kept.run.model) <= MAX_MODEL_BYTES:
            add_entry(archive, _model_name(kept.number), kept.run.model)


@dataclass
class RunReader:
    """Reads the runs of a file; one that is damaged is left out whole and costs no other.

    Args:
        source: The file; a sentence for each thing that is left out goes to its notes.
        parts: What the runs refer to.
        budget: Bytes that the models may still unpack to.

    Attributes:
        names: Entries that belong to runs.
    """

    source: ZipSource
    parts: KnownParts
    budget: UnpackBudget
    names: set[str] = field(default_factory=set)

    def read(self, document: JsonObject) -> RunBook:
        """The runs that a document of this version names."""
        said = document.get("runs", [])
        if not isinstance(said, list):
            self.source.notes.add("The list of runs in the file is damaged; there are none now.")
            return NO_RUNS
        if len(said) > MAX_RUNS:
            self.source.notes.add(f"Runs beyond the first {MAX_RUNS} in the file were left out.")
        runs = tuple(self._all(said[:MAX_RUNS]))
        last = runs[-1].number if runs else 0
        present = document.get("present")
        trained = [kept.number for kept in runs if not kept.run.origin]
        known = present in trained and type(present) is int
        return RunBook(runs, present if known else None, last)  # type: ignore[arg-type]

    def _all(self, said: list[Json]) -> Iterator[KeptRun]:
        last, room = 0, MAX_MODELS_BYTES
        for entry in said:
            number = entry.get("number") if isinstance(entry, dict) else None
            if type(number) is not int or not last < number < _HIGHEST_NUMBER:
                self.source.notes.add("A run in the file is not described as it should be.")
                continue
            assert isinstance(entry, dict)
            last = number
            self.names |= {_run_name(number), _model_name(number)}
            self.names |= {OLD_MODEL_NAME} if "document" in entry else set()
            if (kept := self._kept(number, entry)) is not None:
                if not kept.run.origin:
                    kept.run.model = self._model(kept, room, is_old="document" in entry)
                room -= len(kept.run.model)
                yield kept

    def _kept(self, number: int, entry: JsonObject) -> KeptRun | None:
        try:
            run = read_run(self._document(number, entry), self.parts)
        except (EntryError, ValueError, OverflowError):
            title = run_title(number, read_words(number, entry, self.source.notes)[0])
            self.source.notes.add(
                f"{title[0].upper()}{title[1:]} in the file cannot be used here and was left out."
            )
            return None
        return read_kept(number, entry, run, self.source.notes)

    def _document(self, number: int, entry: JsonObject) -> Json:
        """What the file says of a run: in an entry of its own, or, in an old file, right here."""
        if "document" in entry:
            return entry["document"]
        limit = document_limit(len(self.source.entries))
        return parse_manifest(self._bytes(_run_name(number), limit).decode())

    def _model(self, kept: KeptRun, room: int, *, is_old: bool) -> bytes:
        """The bytes of a trained model, unchecked; empty, with a note, if there are none."""
        name = OLD_MODEL_NAME if is_old else _model_name(kept.number)
        try:
            return self._bytes(name, min(MAX_MODEL_BYTES, room), self.budget)
        except EntryError as error:
            self.source.notes.add(
                f"There is no trained model of {kept.title}, as it {error}; train again for one."
            )
            return b""

    def _bytes(self, name: str, limit: int, budget: UnpackBudget | None = None) -> bytes:
        entry = next((e for e in self.source.entries if e.name == name), None)
        if entry is None:
            raise EntryError("is missing in the file")
        return read_entry(self.source.file, entry, limit, budget or UnpackBudget(limit))


def _run_name(number: int) -> str:
    return f"runs/{number}.json"


def _model_name(number: int) -> str:
    return f"runs/{number}.safetensors"


def kept_document(kept: KeptRun) -> JsonObject:
    """What is known of a run besides its figures, ready for JSON."""
    when = kept.trained.strftime(_WHEN) if kept.trained else None
    said: JsonObject = {"number": kept.number, "trained": when, "data": kept.data}
    return said | {"name": kept.name, "note": kept.note}


def read_kept(number: int, entry: JsonObject, run: TrainingRun, notes: Notes) -> KeptRun:
    """A run with what `kept_document` says of it; what cannot be used is left out, with a note."""
    name, note = read_words(number, entry, notes)
    data = _text(entry.get("data")) or ""
    data = data if _DATA.fullmatch(data) else data_fingerprint(run)
    return KeptRun(number, run, _read_when(entry.get("trained")), name, note, data)


def read_words(number: int, entry: JsonObject, notes: Notes) -> tuple[str, str]:
    """Name and note of a run; empty, with a sentence in `notes`, if they are damaged."""
    name, note = (_text(entry.get(key, "")) for key in ("name", "note"))
    if name is None or title_problem(name):
        notes.add(f"The name of run {number} is damaged and was left out.")
        name = ""
    if note is None or note_problem(note):
        notes.add(f"The note on run {number} is damaged and was left out.")
        note = ""
    return name, note


def _read_when(value: Json) -> datetime | None:
    try:
        return datetime.strptime(_text(value) or "", _WHEN).replace(tzinfo=UTC)
    except ValueError:
        return None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
