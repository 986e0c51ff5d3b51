"""Many images and what a model answered: as a table, as JSON and in a sentence."""

import re
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ichdesk.core.errors import UserError
from ichdesk.core.notes import Notes, counted, shown_name
from ichdesk.core.ordinary import open_ordinary
from ichdesk.core.results import NOTE
from ichdesk.core.spreadsheet import csv_text
from ichdesk.core.steps import Steps
from ichdesk.imaging.dicom.identity import Pseudonyms, user_salt
from ichdesk.imaging.kinds import HEAD_BYTES, kind_of
from ichdesk.imaging.origins import Origins
from ichdesk.imaging.pipeline import Pixels
from ichdesk.imaging.public_names import PublicNames, parts_below
from ichdesk.imaging.reading import FileRead, read_files
from ichdesk.imaging.sources import FileSource, Placed, find_sources

_NAMED_AFTER_A_PATIENT = "“A file named after a patient”"

Where: TypeAlias = tuple[int, int, str | None]
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
class Classified:
    """All answers, and a sentence on each file that could not be read.

    Attributes:
        labels: Class names, in the order of the model's outputs.
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
        return csv_text([head, *cells], end="\n")

    @property
    def summary(self) -> str:
        """How many images of each class there are."""
        n = len(self.rows)
        shares = (
            f"{label} {count:,} ({count / n:.1%})"
            for label, count in zip(self.labels, self._counts, strict=True)
        )
        return _printable(f"{counted(n, 'image')}: {', '.join(shares)}. {NOTE}")

    @property
    def result(self) -> dict[str, Any]:
        """Everything, ready for JSON; lists follow `labels`."""
        return {
            "labels": list(self.labels),
            "n": len(self.rows),
            "counts": self._counts,
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

    @property
    def warnings(self) -> list[str]:
        """What is to be said of the files."""
        return [*self.problems, *filter(None, [self.remark])]

    @property
    def lines(self) -> list[str]:
        """The answer to each image, and how many there are of each."""
        return [*(_printable(self._line(row)) for row in self.rows), self.summary]

    def _line(self, row: Row) -> str:
        return f"{row.file}: {self.labels[row.best]} {row.probabilities[row.best]:.1%}"

    @property
    def _counts(self) -> list[int]:
        found = Counter(row.best for row in self.rows)
        return [found[index] for index in range(len(self.labels))]


class ToClassify:
    """The images behind some paths: read once, of which only names are kept.

    Args:
        paths: Images, scans, folders and zips of them.
        own: What the program itself reads and writes meanwhile; if it lies in a folder, it is left
            out.

    Raises:
        UserError: There is nothing, or one of `own` is an image.
    """

    def __init__(self, paths: Sequence[Path], own: Sequence[Path]) -> None:
        self._paths = paths
        self._notes = Notes()
        origins = Origins(self._notes)
        self._placed = _without(map(origins.placed, find_sources(paths, self._notes)), own)
        if not self._placed and not self._notes.sentences():
            name = shown_name(paths[0].absolute().name)
            raise UserError(f"{name} holds no image; choose images or a folder of them.")
        self._pseudonyms = Pseudonyms(user_salt())
        self._files: list[tuple[FileRead, int]] = []

    @property
    def progress(self) -> tuple[int, int]:
        """How many files have been read, and how many there are."""
        return len(self._files), len(self._placed)

    def pictures(self, steps: Steps) -> Generator[tuple[Where, Pixels], None, None]:
        """Read all files, several at once; see `read_files`."""
        with closing(read_files(self._placed, steps, self._pseudonyms)) as files:
            for number, file in enumerate(files):
                shown, file.shown = file.shown, []
                self._files.append((file, len(shown)))
                for place, each in enumerate(shown, start=1):
                    yield (number, place, each.patient), each.pixels

    def classified(
        self, labels: tuple[str, ...], answers: Iterable[tuple[Where, Sequence[float]]]
    ) -> Classified:
        """Everything with names that may be passed on, now that all patients are known."""
        names = PublicNames(self._pseudonyms)
        texts = [
            names.text(parts_below(file.source, self._paths), is_scan=file.is_scan)
            for file, _ in self._files
        ]
        rows = tuple(
            Row(self._row_name(texts, number, place), patient or "", answer)
            for (number, place, patient), answer in answers
        )
        problems = [_discreet(text, self._pseudonyms) for text in self._notes.sentences()]
        for (file, count), text in zip(self._files, texts, strict=True):
            if file.problem:
                after = f" after its first {counted(count, 'picture')}" if count else ""
                problems.append(f"{shown_name(text)} was left out{after}. {file.problem}")
        return Classified(labels, rows, tuple(problems), _remark(names.hidden))

    def _row_name(self, texts: Sequence[str], number: int, place: int) -> str:
        has_many = self._files[number][1] > 1
        return f"{texts[number]} slice {place}" if has_many else texts[number]


def _without(placed: Iterable[Placed], own: Sequence[Path]) -> list[Placed]:
    ours = {path.resolve() for path in own}
    names = {path.name for path in ours}
    kept = list[Placed]()
    for item in placed:
        path, is_file = item.source.path, isinstance(item.source, FileSource)
        if not (is_file and path.name in names and path.resolve() in ours):
            kept.append(item)
        elif _is_image(path):
            name = shown_name(path.name)
            raise UserError(f"{name} is one of the images; write the results to another file.")
    return kept


def _is_image(path: Path) -> bool:
    try:
        with open_ordinary(path) as file:
            return kind_of(file.read(HEAD_BYTES)) is not None
    except OSError:
        return False


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
    """Names of files and classes may hold what would steer a terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)
