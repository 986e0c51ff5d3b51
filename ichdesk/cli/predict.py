"""What the command "predict" does with images: a trained model's answer to each."""

import re
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ichdesk.archive import NATIVE_SUFFIX, TM_SUFFIX
from ichdesk.cli.jobs import warn
from ichdesk.cli.models import load_trained
from ichdesk.cli.progress import Bars
from ichdesk.core.errors import UserError
from ichdesk.core.notes import Notes, counted, shown_name
from ichdesk.core.ordinary import open_ordinary
from ichdesk.core.results import NOTE
from ichdesk.core.spreadsheet import table_text
from ichdesk.core.steps import Steps
from ichdesk.imaging.dicom.identity import Pseudonyms, user_salt
from ichdesk.imaging.kinds import HEAD_BYTES, kind_of
from ichdesk.imaging.origins import Origins
from ichdesk.imaging.pipeline import Pixels
from ichdesk.imaging.public_names import PublicNames, parts_below
from ichdesk.imaging.reading import FileRead, read_files
from ichdesk.imaging.sources import FileSource, Placed, find_sources

_NAMED_AFTER_A_PATIENT = "“A file named after a patient”"

_Where: TypeAlias = tuple[int, int, str | None]
"""Number of a file, number of a picture in it from 1, and key of the patient."""


@dataclass(frozen=True, slots=True)
class Row:
    """An image and the answer to it.

    Attributes:
        file: Where it is, as text that may be passed on.
        patient: Key of the patient; "" if unknown.
        probabilities: In the order of the labels.
    """

    file: str
    patient: str
    probabilities: Sequence[float]

    @property
    def best(self) -> int:
        """Position of the label with the highest probability."""
        return int(np.argmax(self.probabilities))


@dataclass(frozen=True, slots=True)
class Predicted:
    """All answers, and a sentence on each file that could not be read.

    Attributes:
        remark: On names that were replaced, a sentence; "" if none were.
    """

    labels: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[str, ...] = ()
    remark: str = ""

    @property
    def table(self) -> str:
        """A row for each image, as CSV."""
        head = ["file", "patient", "prediction", *self.labels]
        cells = (
            [row.file, row.patient, self.labels[row.best], *(f"{p:.6f}" for p in row.probabilities)]
            for row in self.rows
        )
        return table_text([head, *cells], end="\n")

    @property
    def warnings(self) -> list[str]:
        """What is to be said of the files."""
        return [*self.problems, *filter(None, [self.remark])]

    def lines(self, *, is_brief: bool) -> list[str]:
        """The answer to each image, unless it is to be brief, and how many there are of each."""
        n, found = len(self.rows), Counter(row.best for row in self.rows)
        shares = (
            f"{label} {found[index]:,} ({found[index] / n:.1%})"
            for index, label in enumerate(self.labels)
        )
        summary = f"{counted(n, 'image')}: {', '.join(shares)}. {NOTE}"
        return [summary] if is_brief else [*map(self._line, self.rows), summary]

    @property
    def result(self) -> dict[str, Any]:
        """Everything, ready for JSON; lists follow `labels`."""
        found = Counter(row.best for row in self.rows)
        return {
            "labels": list(self.labels),
            "n": len(self.rows),
            "counts": [found[index] for index in range(len(self.labels))],
            "images": [
                {
                    "file": row.file,
                    "patient": row.patient or None,
                    "prediction": self.labels[row.best],
                    "probabilities": list(row.probabilities),
                }
                for row in self.rows
            ],
            "left_out": list(self.problems),
            "note": NOTE,
        }

    def _line(self, row: Row) -> str:
        return f"{_printable(row.file)}: {self.labels[row.best]} {row.probabilities[row.best]:.1%}"


@dataclass(slots=True)
class _Reading:
    """What is kept of the files after their pictures are gone.

    Attributes:
        names: Learns the names of all patients.
        files: Those that were read, without their pictures, and how many each had.
    """

    steps: Steps
    bars: Bars
    names: Pseudonyms = field(default_factory=lambda: Pseudonyms(user_salt()))
    files: list[tuple[FileRead, int]] = field(default_factory=list)

    def pictures(self, placed: Sequence[Placed]) -> Generator[tuple[_Where, Pixels], None, None]:
        """Read all files, and keep nothing but whose pictures they were."""
        with closing(read_files(placed, self.steps, self.names)) as files:
            for number, file in enumerate(files):
                shown, file.shown = file.shown, []
                self.files.append((file, len(shown)))
                for place, each in enumerate(shown, start=1):
                    yield (number, place, each.patient), each.pixels
                self.bars.show("Classifying", number + 1, len(placed))


def is_project(paths: Sequence[Path], labels: Sequence[str]) -> bool:
    """Whether a project is to be judged by, not images to be classified.

    Raises:
        UserError: There is more than one project, or labels are given for nothing.
    """
    projects = [path for path in paths if path.suffix.lower() in {NATIVE_SUFFIX, TM_SUFFIX}]
    if projects and len(paths) > 1:
        raise UserError(f"{projects[0]} is a project; give it alone, or give images.")
    if labels and not projects:
        raise UserError("--label says what labels stand for in a project; give a project file.")
    return bool(projects)


def classify(
    model: Path, paths: Sequence[Path], outputs: Sequence[Path], device: str, bars: Bars
) -> Predicted:
    """Classify every image behind some paths; only the answers are kept in memory.

    Args:
        model: As `load_trained` takes it.
        paths: Images, scans, folders and zips of them.
        outputs: To be written afterwards; earlier ones that lie in a folder are no images.
        device: As in `TrainConfig.device`.
        bars: Show progress.

    Raises:
        UserError: The model cannot be used, no image can be read, or an output is an image.
    """
    from ichdesk.learn.prediction import Predictor  # noqa: PLC0415 - loads torch

    predictor = Predictor(load_trained(model), device)
    notes = Notes()
    origins = Origins(notes)
    placed = _without(map(origins.placed, find_sources(paths, notes)), [model, *outputs])
    if not placed and not notes.sentences():
        raise UserError(f"{paths[0]} holds no image; choose images or a folder of them.")
    reading = _Reading(predictor.steps, bars)
    with (
        closing(reading.pictures(placed)) as pictures,
        closing(predictor.each(pictures)) as each,
    ):
        answers = [(where, answer.tolist()) for where, answer in each]
    predicted = _public(predictor.labels, answers, reading, paths, notes)
    if not predicted.rows:
        raise _nothing(predicted.problems)
    return predicted


def _nothing(problems: Sequence[str]) -> UserError:
    if len(problems) == 1:
        return UserError(problems[0])
    warn(problems)
    return UserError("No image can be read there, so nothing was written; choose other files.")


def _without(placed: Iterable[Placed], own: Sequence[Path]) -> list[Placed]:
    """Leave out the files of this command itself."""
    ours = {path.resolve() for path in own}
    kept = list[Placed]()
    for item in placed:
        path = item.source.path
        if not (isinstance(item.source, FileSource) and path.resolve() in ours):
            kept.append(item)
        elif _is_image(path):
            raise UserError(f"{path} is one of the images; choose another name for it.")
    return kept


def _is_image(path: Path) -> bool:
    try:
        with open_ordinary(path) as file:
            return kind_of(file.read(HEAD_BYTES)) is not None
    except OSError:
        return False


def _public(
    labels: tuple[str, ...],
    answers: Sequence[tuple[_Where, list[float]]],
    reading: _Reading,
    paths: Sequence[Path],
    notes: Notes,
) -> Predicted:
    """Everything with names that may be passed on, now that all patients are known."""
    names = PublicNames(reading.names)
    texts = [
        names.text(parts_below(file.source, paths), is_scan=file.is_scan)
        for file, _ in reading.files
    ]
    counts = [count for _, count in reading.files]
    rows = tuple(
        Row(f"{texts[i]} slice {place}" if counts[i] > 1 else texts[i], patient or "", answer)
        for (i, place, patient), answer in answers
    )
    problems = [_discreet(sentence, reading.names) for sentence in notes.sentences()]
    for (file, count), text in zip(reading.files, texts, strict=True):
        if file.problem:
            after = f" after its first {counted(count, 'picture')}" if count else ""
            problems.append(f"{shown_name(text)} was left out{after}. {file.problem}")
    return Predicted(labels, rows, tuple(problems), _remark(names.hidden))


def _discreet(sentence: str, pseudonyms: Pseudonyms) -> str:
    if not pseudonyms.appear_in(sentence):
        return sentence
    return re.sub("“.*”", _NAMED_AFTER_A_PATIENT, sentence)


def _remark(hidden: int) -> str:
    if not hidden:
        return ""
    may = "may identify a patient and is" if hidden == 1 else "may identify patients and are"
    return f"{counted(hidden, 'name')} of files and folders {may} shown as numbers, in their order."


def _printable(text: str) -> str:
    """File names may hold what would steer a terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)
