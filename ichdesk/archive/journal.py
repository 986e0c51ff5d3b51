"""The journal of what a window has not saved: written beside its samples, cheap to keep up to date.

`samples.bin` has the bytes, as always. `samples.jsonl` grows by one line for each different sample
and is never rewritten; `run-N.json` and `run-N.safetensors` are written once for each training.
`unsaved.json` says the rest, names samples by their line, and takes its own place in one step, so
that at any moment the folder holds a whole project. Without that file there is nothing unsaved.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path

from ichdesk.archive.manifest import Json, JsonObject
from ichdesk.archive.native_run import run_document, test_set_document
from ichdesk.archive.native_runs import kept_document
from ichdesk.archive.native_settings import settings_document
from ichdesk.archive.spool_folder import JOURNAL_NAME
from ichdesk.core.atomic import replacing
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun
from ichdesk.core.run_book import KeptRun, RunBook
from ichdesk.core.samples import ClassBin, Sample

FORMAT = "ichdesk-journal"
VERSION = 1
TABLE_NAME = "samples.jsonl"

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode  # made once: it is slow
_Key = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True, eq=False)
class Unsaved:
    """A project that differs from its file; everything in it is a value that nobody changes.

    Attributes:
        path: The project's file; None if it has none yet.
    """

    project: Project
    runs: RunBook
    path: Path | None

    def is_same(self, other: "Unsaved | None") -> bool:
        """Whether it is the same state; a look at references, however many samples there are."""
        if other is None or self.path != other.path:
            return False
        return self.project is other.project and self.runs is other.runs


class JournalWriter:
    """Keeps the journal in a folder; what was written once is not written again.

    Args:
        folder: That of the sample store.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: dict[_Key, int] = {}
        self._table_end = 0
        self._new_lines: list[bytes] = []
        self._listed: dict[int, tuple[tuple[Sample, ...], list[Json]]] = {}
        self._classes: dict[int, int] = {}
        self._runs: dict[int, tuple[TrainingRun, int]] = {}
        self._run_files = 0

    def write(self, unsaved: Unsaved, when: datetime) -> None:
        """Make the journal say this.

        Args:
            unsaved: What there is.
            when: The time, with its zone.

        Raises:
            OSError: The disk is full, or the folder is gone; what the journal said before stands.
        """
        document: JsonObject = {
            "format": FORMAT,
            "version": VERSION,
            "when": when.isoformat(timespec="seconds"),
            "path": str(unsaved.path) if unsaved.path else None,
            "settings": settings_document(unsaved.project.config),
            "device": unsaved.project.config.device,
            "manifest": unsaved.project.manifest,
            "classes": [self._class_document(bin_) for bin_ in unsaved.project.classes],
            "runs": [self._run_document(kept, unsaved.project) for kept in unsaved.runs],
            "present": unsaved.runs.present,
        }
        self._append_lines()
        with replacing(self._folder / JOURNAL_NAME) as file:
            file.write(_json(document))
        self._forget(unsaved)

    def clear(self) -> None:
        """Nothing is unsaved any more; OSError if the journal cannot be removed."""
        (self._folder / JOURNAL_NAME).unlink(missing_ok=True)

    def of_sample(self, sample: Sample) -> int:
        """The line of a sample."""
        key = sample.sha256, sample.patient, sample.series
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = len(self._lines)
            self._new_lines.append(_line(sample))
        return line

    def of_class(self, class_id: int) -> int:
        """The number of a class, now or earlier in the project."""
        return self._classes.setdefault(class_id, len(self._classes))

    def _class_document(self, bin_: ClassBin) -> JsonObject:
        return {
            "number": self.of_class(bin_.id),
            "name": bin_.name,
            "enabled": bin_.enabled,
            "samples": self._lines_of(bin_),
            **test_set_document(bin_.samples),
        }

    def _lines_of(self, bin_: ClassBin) -> list[Json]:
        """Lines of the samples of a class, looked up again only if they have changed."""
        listed = self._listed.get(bin_.id)
        if listed is None or listed[0] is not bin_.samples:
            listed = bin_.samples, [self.of_sample(sample) for sample in bin_.samples]
            self._listed[bin_.id] = listed
        return listed[1]

    def _run_document(self, kept: KeptRun, project: Project) -> JsonObject:
        if id(kept.run) not in self._runs:
            self._write_run(kept.run, project)
        return {**kept_document(kept), "file": self._runs[id(kept.run)][1]}

    def _write_run(self, run: TrainingRun, project: Project) -> None:
        text = _json(run_document(run, project, self))
        number = self._run_files + 1
        document, model = run_names(number)
        (self._folder / document).write_bytes(text)
        (self._folder / model).write_bytes(run.model)
        self._run_files = number
        self._runs[id(run)] = run, number

    def _append_lines(self) -> None:
        if not self._new_lines:
            return
        with (self._folder / TABLE_NAME).open("ab") as file:
            file.truncate(self._table_end)  # what an earlier attempt left on a full disk
            file.write(b"".join(self._new_lines))
        self._table_end += sum(map(len, self._new_lines))
        self._new_lines.clear()

    def _forget(self, unsaved: Unsaved) -> None:
        """Let go of classes and remove runs that are no longer in the project."""
        present = {bin_.id for bin_ in unsaved.project.classes}
        for class_id in self._listed.keys() - present:
            del self._listed[class_id]
        for key in self._runs.keys() - {id(kept.run) for kept in unsaved.runs}:
            for name in run_names(self._runs.pop(key)[1]):
                with suppress(OSError):
                    (self._folder / name).unlink()


def run_names(number: int) -> Iterator[str]:
    """The files of a run: its figures and its model."""
    yield from (f"run-{number}.json", f"run-{number}.safetensors")


def _json(value: object) -> bytes:
    return _encode(value).encode("ascii")


def _line(sample: Sample) -> bytes:
    """A line of the table: a JSON list, put together by hand because there are thousands."""
    words = (sample.sha256, sample.patient, sample.series)
    sha256, patient, series = ("null" if word is None else _quoted(word) for word in words)
    return f"[{sha256},{sample.offset},{sample.length},{patient},{series}]\n".encode("ascii")
