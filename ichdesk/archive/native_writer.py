"""Writing an .ichdesk file: everything of a project, and nothing else of where it comes from."""

import json
import zipfile
from contextlib import ExitStack
from typing import BinaryIO

from ichdesk.archive.manifest import Json, JsonObject
from ichdesk.archive.native import FORMAT, MAX_MODEL_BYTES, MODEL_NAME, PROJECT_NAME, VERSION
from ichdesk.archive.native_run import run_document
from ichdesk.archive.native_settings import settings_document
from ichdesk.archive.progress import Progress, reported
from ichdesk.archive.writer import SampleReader, add_entry
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun
from ichdesk.core.samples import Sample

_Key = tuple[str, str | None, str | None]


def write_native(
    project: Project, run: TrainingRun | None, file: BinaryIO, progress: Progress | None = None
) -> None:
    """Write a project with its last finished run; equal ones give equal bytes.

    The document comes first, so that a file that was cut off still says what belongs where.

    Args:
        project: What to write.
        run: Ended well, or None.
        file: Empty, for writing and seeking.
        progress: Told how many images are done; may raise `Cancelled`.

    Raises:
        UserError: A sample's bytes are gone.
    """
    with ExitStack() as files, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        reader, table = SampleReader(files), SampleTable(project)
        images = {sample.sha256: sample for sample in table.samples}  # equal bytes once
        names = {sha: f"samples/{sha}{reader.suffix(s)}" for sha, s in images.items()}
        document = project_document(project, run, table, names)
        text = json.dumps(document, separators=(",", ":"), allow_nan=False)
        add_entry(archive, PROJECT_NAME, text.encode("ascii"), zipfile.ZIP_DEFLATED)
        for sha, sample in reported(list(images.items()), progress):
            add_entry(archive, names[sha], reader.read(sample))
        if run is not None and 0 < len(run.model) <= MAX_MODEL_BYTES:
            add_entry(archive, MODEL_NAME, run.model)


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


def project_document(
    project: Project, run: TrainingRun | None, table: SampleTable, names: dict[str, str]
) -> JsonObject:
    """Everything but the images and the model, ready for JSON.

    Args:
        project: What to write.
        run: Ended well, or None.
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
            }
            for bin_ in project.classes
        ],
    }
    if run is not None:
        document["run"] = run_document(run, project, table.number_of)
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
