"""Test images by their true class, with the accuracy of each class and of all together."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ichdesk.core.evaluation import Answers, Figure, evaluate
from ichdesk.core.predictions import Prediction, predictions
from ichdesk.core.run import TrainingRun

Group: TypeAlias = tuple[int, ...]
"""Ids of classes that count as one."""


class Order(Enum):
    """Which images of a column come first.

    `WORST`: errors before right answers, and the surest error and the least sure right answer
    first, so that the model does better and better down the column.
    """

    WORST = "Most confident error first"
    SUREST = "Most confident first"
    PROJECT = "In the order of the project"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which images of a column are listed, and how.

    Attributes:
        said: Only those of which the model said one of these classes; () for all.
    """

    errors_only: bool = False
    said: Group = ()
    order: Order = Order.WORST


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The test images of one class, or of several that count as one.

    Attributes:
        accuracy: Share of its images that were called one of its classes.
        images: In the order of the project.
    """

    group: Group
    accuracy: Figure
    images: tuple[Prediction, ...]

    def is_right(self, image: Prediction) -> bool:
        """Whether the answer to one of its images counts as right."""
        return image.cell[1] in self.group

    def listed(self, choice: Choice) -> tuple[Prediction, ...]:
        """The images that are wanted, in the order that is wanted."""
        chosen = [
            image
            for image in self.images
            if not (choice.errors_only and self.is_right(image))
            and (not choice.said or image.cell[1] in choice.said)
        ]
        if choice.order is Order.SUREST:
            chosen.sort(key=lambda image: -image.confidence)
        elif choice.order is Order.WORST:
            chosen.sort(key=self._goodness)
        return tuple(chosen)

    def _goodness(self, image: Prediction) -> tuple[bool, float]:
        is_right = self.is_right(image)
        return is_right, image.confidence if is_right else -image.confidence


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """All test images of a run.

    Attributes:
        accuracy: Of all columns together.
        images: In the order of the project.
        probabilities: Of each image, shape (N, classes), classes in the order of `class_ids`.
        by_patient: Whether the intervals know which images are of one patient.
    """

    columns: tuple[Column, ...]
    accuracy: Figure
    images: tuple[Prediction, ...]
    probabilities: npt.NDArray[np.float32]
    class_ids: Group
    by_patient: bool


def gallery(run: TrainingRun, negative: int | None = None) -> Gallery | None:
    """The test images of a run; None if their answers were not kept.

    Args:
        run: A run that is done.
        negative: Id of the class to set against all others as one; a wrong class among the
            others is then right. None leaves every class by itself.
    """
    images, answers = predictions(run), Answers.of(run)
    if not images or answers is None or answers.probabilities is None:
        return None
    groups = groups_of(run.class_ids, negative)
    column = np.array([_column(groups, class_id) for class_id in run.class_ids])  # (classes,)
    found = evaluate(
        replace(
            answers,
            truth=column[answers.truth],
            predicted=column[answers.predicted],
            classes=len(groups),
            probabilities=None,
        )
    )
    columns = tuple(
        Column(group, figures.sensitivity, tuple(i for i in images if i.cell[0] in group))
        for group, figures in zip(groups, found.classes, strict=True)
    )
    known = images, answers.probabilities, run.class_ids
    return Gallery(columns, found.accuracy, *known, found.by_patient)


def groups_of(class_ids: Group, negative: int | None = None) -> tuple[Group, ...]:
    """Every class by itself, or one of at least two against all others."""
    if negative not in class_ids or len(class_ids) < 2:
        return tuple((class_id,) for class_id in class_ids)
    return (negative,), tuple(class_id for class_id in class_ids if class_id != negative)


def gallery_table(shown: Gallery, names: Mapping[int, str]) -> list[list[str]]:
    """A row for each test image, headings first; positions in the class are counted from 1.

    Where classes count as one, a last column says whether the answer is right all the same.
    """
    ids = shown.class_ids
    merged = len(shown.columns) < len(ids)
    heading = ["Class", "Image", "Said", *(f"Probability of {names[i]}" for i in ids), "Right"]
    rows = [[*heading, "Right as grouped"] if merged else heading]
    column_of = {class_id: column for column in shown.columns for class_id in column.group}
    for image, answer in zip(shown.images, shown.probabilities, strict=True):
        truth, said = image.cell
        row = [names[truth], str(image.position + 1), names[said], *(f"{p:.4f}" for p in answer)]
        row.append(_yes(not image.is_error))
        rows.append([*row, _yes(column_of[truth].is_right(image))] if merged else row)
    return rows


def _column(groups: tuple[Group, ...], class_id: int) -> int:
    return next(number for number, group in enumerate(groups) if class_id in group)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
