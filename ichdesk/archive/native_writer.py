"""Writing an .ichdesk file: everything of a project, and nothing else of where it comes from."""

import json
import zipfile
from contextlib import ExitStack
from typing import BinaryIO

from ichdesk.archive.manifest import Json, JsonObject
from ichdesk.archive.native import FORMAT, PROJECT_NAME, VERSION
from ichdesk.archive.native_run import test_set_document
from ichdesk.archive.native_runs import runs_document, write_runs
from ichdesk.archive.native_settings import settings_document
from ichdesk.archive.progress import Progress, reported
from ichdesk.archive.writer import SampleReader, add_entry
from ichdesk.core.project import Project
from ichdesk.core.run_book import RunBook
from ichdesk.core.samples import Sample

_Key = tuple[str, str | None, str | None]


def write_native(
    project: Project, runs: RunBook, file: BinaryIO, progress: Progress | None = None
) -> None:
    """Write a project with the runs that it keeps; equal ones give equal bytes.

    The document comes first, so that a file that was cut off still says what belongs where.

    Args:
        project: What to write.
        runs: With their models.
        file: Empty, for writing and seeking.
        progress: Told how many images are done; may raise `Cancelled`.

    Raises:
        UserError: A sample's bytes are gone.
    """
    with ExitStack() as files, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        reader, table = SampleReader(files), SampleTable(project)
        images = {sample.sha256: sample for sample in table.samples}  # equal bytes once
        names = {sha: f"samples/{sha}{reader.suffix(s)}" for sha, s in images.items()}
        document = project_document(project, runs, table, names)
        text = json.dumps(document, separators=(",", ":"), allow_nan=False)
        add_entry(archive, PROJECT_NAME, text.encode("ascii"), zipfile.ZIP_DEFLATED)
        for sha, sample in reported(list(images.items()), progress):
            add_entry(archive, names[sha], reader.read(sample))
        write_runs(archive, runs, project, FileNumbers(project, table))


class SampleTable:
    """The different samples of a project in the order in which they are first met.

    Samples with the same bytes, patient and series are one.
    """

    def __init__(self, project: Project) -> None:
        self._numbers: dict[_Key, int] = {}
        self.samples: list[Sample] = []
        for bin_ in project.classes:
            for sample in bin_.samples:
                if self._numbers.setdefault(_key(sample), len(self.samples)) == len(self.samples):
                    self.samples.append(sample)

    def number_of(self, sample: Sample) -> int | None:
        """The place of a sample; None if it is not in the project."""
        return self._numbers.get(_key(sample))


class FileNumbers:
    """The numbers by which runs refer to samples and classes.

    What is not in the project any more has a number beyond its list, by content and in the order
    in which it is first met; nothing else of it gets into the file.
    """

    def __init__(self, project: Project, table: SampleTable) -> None:
        self._table = table
        self._classes = {bin_.id: place for place, bin_ in enumerate(project.classes)}
        self._removed: dict[str, int] = {}

    def of_sample(self, sample: Sample) -> int:
        """Its place in the list of samples, or a number beyond the list if it was removed."""
        number = self._table.number_of(sample)
        if number is not None:
            return number
        beyond = len(self._table.samples) + len(self._removed)
        return self._removed.setdefault(sample.sha256, beyond)

    def of_class(self, class_id: int) -> int:
        """Its place in the list of classes, or a number beyond the list if it was deleted."""
        return self._classes.setdefault(class_id, len(self._classes))


def project_document(
    project: Project, runs: RunBook, table: SampleTable, names: dict[str, str]
) -> JsonObject:
    """Everything but the images and the runs themselves, ready for JSON.

    Args:
        project: What to write.
        runs: Those that the file keeps.
        table: Gives each sample its number.
        names: The entry that holds the bytes with this SHA-256.
    """
    document: JsonObject = {
        "format": FORMAT,
        "version": VERSION,
        "settings": settings_document(project.config),
        "manifest": project.manifest,
        "samples": [_sample_document(sample, names[sample.sha256]) for sample in table.samples],
        "classes": [
            {
                "name": bin_.name,
                "enabled": bin_.enabled,
                "samples": list[Json]([table.number_of(sample) for sample in bin_.samples]),
                **test_set_document(bin_.samples),
            }
            for bin_ in project.classes
        ],
    }
    if runs:
        document["runs"], document["present"] = runs_document(runs), runs.present
    return document


def _key(sample: Sample) -> _Key:
    return sample.sha256, sample.patient, sample.series


def _sample_document(sample: Sample, name: str) -> JsonObject:
    said: JsonObject = {"file": name}
    if sample.patient is not None:
        said["patient"] = sample.patient
    if sample.series is not None:
        said["series"] = sample.series
    return said
