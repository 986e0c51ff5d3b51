"""What the command "predict" does with a project: how well a trained model knows its images."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ichdesk.archive import SampleStore
from ichdesk.cli.jobs import open_file
from ichdesk.cli.models import load_trained
from ichdesk.cli.progress import Bars
from ichdesk.core.errors import UserError
from ichdesk.core.evaluation import Figure
from ichdesk.core.evaluation_result import metrics_result
from ichdesk.core.notes import counted
from ichdesk.core.other_model import SEEN, Asked, Judgement, LabelMap, judge, map_labels
from ichdesk.core.results import NOTE
from ichdesk.core.samples import Sample
from ichdesk.core.spreadsheet import csv_text

if TYPE_CHECKING:  # loads torch
    from ichdesk.learn.features import Vector
    from ichdesk.learn.prediction import Predictor

_REMEDY = "say which class a label stands for with --label “LABEL=CLASS”"


@dataclass(frozen=True, slots=True)
class Judged:
    """How a model did on a project.

    Attributes:
        asked: The images that could be read.
        problems: A sentence on each of the others.
    """

    title: str
    mapping: LabelMap
    asked: Asked
    judgement: Judgement
    problems: tuple[str, ...]

    @property
    def warnings(self) -> list[str]:
        """What is to be known before the numbers are believed."""
        return [*self.problems, *self.mapping.sentences(_REMEDY), SEEN]

    @property
    def table(self) -> str:
        """A row for each image, as CSV, in classes of the project."""
        answers, names = self.judgement.answers, self.asked.names
        assert answers.probabilities is not None
        said = zip(self.asked.samples, self.asked.places, answers.predicted, strict=True)
        cells = (
            [
                f"{names[label]}, image {position + 1}",
                sample.patient or "",
                names[label],
                names[called],
                *(f"{p:.6f}" for p in row),
            ]
            for (sample, (label, position), called), row in zip(
                said, answers.probabilities, strict=True
            )
        )
        head = ["file", "patient", "class", "prediction", *names]
        return csv_text([head, *cells], end="\n")

    @property
    def lines(self) -> list[str]:
        """The numbers for people."""
        found, names = self.judgement.evaluation, self.asked.names
        which = "of the fixed test set" if self.asked.is_test_set else "in the enabled classes"
        lines = [
            f"{self.title}: {counted(len(self.asked.samples), 'image')} {which}",
            f"Accuracy: {_figure_text(found.accuracy)}",
        ]
        for name, figures in zip(names, found.classes, strict=True):
            lines.append(f"Sensitivity for {name}: {_figure_text(figures.sensitivity)}")
        if found.by_patient:
            lines.append("The intervals know which images are of one patient.")
        return [*lines, *self._matrix_lines(), NOTE]

    @property
    def summary(self) -> str:
        """All of them."""
        return "\n".join(self.lines)

    @property
    def result(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        mapping = self.mapping
        return {
            "labels": [
                {"label": label, "class": None if to is None else mapping.names[to]}
                for label, to in zip(mapping.labels, mapping.targets, strict=True)
            ],
            "classes": list(mapping.names),
            "n": len(self.asked.samples),
            "fixed_test_set": self.asked.is_test_set,
            "confusion": self.judgement.confusion.tolist(),
            "metrics": metrics_result(self.judgement.evaluation, mapping.names),
            "warnings": self.warnings,
            "note": NOTE,
        }

    def _matrix_lines(self) -> list[str]:
        head = ["class \\ called", *self.asked.names]
        rows = zip(self.asked.names, self.judgement.confusion, strict=True)
        cells = [head, *([name, *(f"{count:,}" for count in row)] for name, row in rows)]
        first = max(len(row[0]) for row in cells)
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)][1:]
        return [
            "  ".join(
                [row[0].ljust(first), *(c.rjust(w) for c, w in zip(row[1:], widths, strict=True))]
            )
            for row in cells
        ]


def judge_project(
    model: Path, project: Path, given: Sequence[str], device: str, bars: Bars
) -> Judged:
    """Classify the images of a project and compare with its classes.

    Args:
        model: As `load_trained` takes it.
        project: A project file.
        given: Texts "LABEL=CLASS".
        device: As in `TrainConfig.device`.
        bars: Show progress.

    Raises:
        UserError: Model or project cannot be used, or no label stands for a class.
    """
    from ichdesk.learn.prediction import Predictor  # noqa: PLC0415 - loads torch

    pairs = [_pair(text) for text in given]
    predictor = Predictor(load_trained(model), device)
    with closing(SampleStore()) as store:
        asked = Asked.of(open_file(project, store).project)
        if not asked.samples:
            raise UserError(f"{project} has no image in an enabled class; add images first.")
        mapping = map_labels(predictor.labels, asked.names, pairs)
        mapping.sentences(_REMEDY)  # before the work
        answers = _answers(predictor, asked.samples, bars)
    return _judged(f"{model.name} on {project.name}", mapping, asked, answers)


def _answers(
    predictor: "Predictor", samples: Sequence[Sample], bars: Bars
) -> "dict[str, Vector | str]":
    """Probabilities, or why there are none, by SHA-256."""
    work = predictor.samples(samples)
    while True:
        try:
            seen = next(work)
        except StopIteration as end:
            answers: dict[str, Vector | str] = end.value
            return answers
        bars.show("Classifying", seen.done, seen.total)


def _judged(
    title: str, mapping: LabelMap, asked: Asked, answers: "dict[str, Vector | str]"
) -> Judged:
    said = [answers[sample.sha256] for sample in asked.samples]
    problems = [
        f"{asked.names[label]}, image {position + 1:,} was left out. {answer}"
        for (label, position), answer in zip(asked.places, said, strict=True)
        if isinstance(answer, str)
    ]
    read = asked.only([not isinstance(answer, str) for answer in said])
    if not read.samples:
        raise UserError("No image of the project can be read; choose another project.")
    rows = np.stack([answer for answer in said if not isinstance(answer, str)])
    truth = [label for label, _ in read.places]
    patients = [sample.patient for sample in read.samples]
    return Judged(title, mapping, read, judge(mapping, rows, truth, patients), tuple(problems))


def _pair(text: str) -> tuple[str, str]:
    label, is_, name = text.partition("=")
    if not is_ or not label.strip() or not name.strip():
        raise UserError(f"“{text}” is not LABEL=CLASS; write for example Bleed=Hemorrhage.")
    return label, name


def _figure_text(figure: Figure) -> str:
    if figure.value is None or figure.interval is None:
        return figure.reason
    low, high = figure.interval
    return (
        f"{figure.hits:,} of {figure.n:,} = {figure.value:.2f} "
        f"(95 % interval {low:.2f} to {high:.2f})"
    )
