"""What a process writes down while it lives, for whoever looks at the pieces afterwards."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic

from ichdesk.core.project import Project

BEGIN, STATE, SAVING, SAVED, TOLD, DONE = "begin", "state", "saving", "saved", "told", "done"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a record: when (monotonic clock of the computer), what, and of which project."""

    at_s: float
    what: str
    content: str = ""


class Record:
    """A file of entries; each is in the hands of the system before the next thing happens."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def add(self, what: str, content: str = "") -> None:
        """Append an entry."""
        line = json.dumps(asdict(Entry(monotonic(), what, content)))
        os.write(self._file, f"{line}\n".encode())


def read_record(path: Path) -> list[Entry]:
    """All entries so far."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return []
    return [Entry(**json.loads(line)) for line in lines if line.endswith("}")]


def content(project: Project) -> str:
    """Short SHA-256 of everything that a file keeps of the project itself."""
    said = [
        [b.name, b.enabled, [[s.sha256, s.patient, s.series, s.is_test] for s in b.samples]]
        for b in project.classes
    ]
    settings = [project.config.epochs, project.config.seed, project.config.batch_size]
    return hashlib.sha256(json.dumps([said, settings]).encode()).hexdigest()[:12]
