"""What reading a project file begins with and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO, TypeAlias

from ichdesk.core.notes import Notes
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun
from ichdesk.core.run_book import NO_RUNS, RunBook
from ichdesk.core.steps import Steps
from ichdesk.core.zip_entries import ZipEntry

TM_SUFFIX = ".tm"
MACOS_FOLDER = "__MACOSX/"  # what macOS adds to a zip: a shadow of every file

CheckSteps: TypeAlias = Callable[[Steps], Steps]


@dataclass(frozen=True, slots=True)
class ZipSource:
    """A zip whose entries have been listed.

    Attributes:
        file: Open for reading.
        title: The file's name, as sentences quote it.
        entries: As the zip lists them.
        notes: Collects a sentence for each thing that is left out.
    """

    file: BinaryIO
    title: str
    entries: tuple[ZipEntry, ...]
    notes: Notes


@dataclass(frozen=True, slots=True)
class Opened:
    """A project and one sentence for each thing in its file that was left out or changed.

    Attributes:
        project: Its samples are in the store.
        left_out: The sentences.
        runs: The trainings that the file keeps, with their models.
    """

    project: Project
    left_out: tuple[str, ...]
    runs: RunBook = NO_RUNS

    @property
    def run(self) -> TrainingRun | None:
        """The training whose model the project uses."""
        return self.runs.present_run


def unwrapped(entries: list[ZipEntry], key_name: str) -> list[ZipEntry]:
    """Without the one folder around everything that unpacking and packing again leaves.

    Args:
        entries: Of a zip.
        key_name: An entry that lies at the top of every such file.
    """
    keys = [entry.name for entry in entries if entry.name.endswith("/" + key_name)]
    if len(keys) != 1 or any(entry.name == key_name for entry in entries):
        return entries
    folder = keys[0].removesuffix(key_name)
    if not all(entry.name.startswith(folder) for entry in entries):
        return entries
    return [replace(entry, name=entry.name.removeprefix(folder)) for entry in entries]
