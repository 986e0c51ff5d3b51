"""What a run's model called each test image, by cell of the matrix, and where the image is now."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun
from ichdesk.core.samples import ClassBin, Sample

Cell: TypeAlias = tuple[int, int]
"""Ids of the true class and of the class that the model said."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """A test image with the model's answer.

    Attributes:
        sample: The image.
        position: Of the image in its class when the model was trained.
        cell: Ids of the true class and of the class with the highest probability.
        confidence: Probability of the class that the model said.
        of_truth: Probability of the true class.
    """

    sample: Sample
    position: int
    cell: Cell
    confidence: float
    of_truth: float

    @property
    def is_error(self) -> bool:
        """Whether the model said another class than the true one."""
        return self.cell[0] != self.cell[1]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an image is in the project: class by id, and position in it."""

    class_id: int
    index: int


def predictions(run: TrainingRun) -> tuple[Prediction, ...]:
    """All test images of a run, class after class; () if the answers were not kept."""
    answers = run.test_probabilities
    if answers is None or not 0 < len(answers) == sum(map(len, run.test)):
        return ()
    return tuple(_predictions(run, answers))


def by_cell(found: Sequence[Prediction]) -> dict[Cell, int]:
    """How many images there are in each cell that has some."""
    counts = defaultdict[Cell, int](int)
    for prediction in found:
        counts[prediction.cell] += 1
    return dict(counts)


def places(
    found: Sequence[Prediction], run: TrainingRun, project: Project
) -> tuple[Place | None, ...]:
    """Where the images of a run are now; None for those that were removed."""
    now = places_now(run, project)
    return tuple(now.get((p.cell[0], p.position)) for p in found)


class PlacesNow:
    """Where images of a run are now; those in front of every edit of their class cost nothing.

    Args:
        same: By id of the class, how many of its first images are where they were.
        others: By id of the class and position when it was trained, the others.
    """

    def __init__(self, same: dict[int, int], others: dict[tuple[int, int], Place]) -> None:
        self._same = same
        self._others = others

    def get(self, key: tuple[int, int]) -> Place | None:
        """The place of an image, by id of its class and position then; None if it was removed."""
        class_id, position = key
        if position < self._same.get(class_id, 0):
            return Place(class_id, position)
        return self._others.get(key)

    def __contains__(self, key: tuple[int, int]) -> bool:
        """Whether an image is still there."""
        return key[1] < self._same.get(key[0], 0) or key in self._others


def places_now(run: TrainingRun, project: Project) -> PlacesNow:
    """Where the images of a run are now.

    Images are told by their content, and equal images of a class by their order: edits take
    images out of a class and put others at its end, but never change the order of the rest.
    """
    same = dict[int, int]()
    stayed: dict[tuple[int, int], Place] = {}
    others = dict[str, list[Place]]()
    then_of = dict(run.key[0])
    for bin_ in project.classes:
        samples = then_of.get(bin_.id, ())
        same[bin_.id] = start = _same_in_front(samples, bin_.samples)
        kept, added = _aligned(samples, bin_, start)
        stayed |= {(bin_.id, then): Place(bin_.id, index) for then, index in kept}
        for index in added:
            others.setdefault(bin_.samples[index].sha256, []).append(Place(bin_.id, index))
    for class_id, samples in run.key[0] if others else ():
        # also those that were not tested take what is theirs
        for then in range(same.get(class_id, 0), len(samples)):
            if (class_id, then) not in stayed and (moved := others.get(samples[then].sha256)):
                nearest = min(moved, key=lambda place: place.class_id != class_id)
                stayed[class_id, then] = nearest
                moved.remove(nearest)
    return PlacesNow(same, stayed)


def _predictions(run: TrainingRun, answers: npt.NDArray[np.float32]) -> Iterator[Prediction]:
    rows = zip(answers.tolist(), answers.argmax(axis=1).tolist(), strict=True)
    for truth, ((class_id, samples), tested) in enumerate(zip(run.key[0], run.test, strict=True)):
        for position in tested:
            answer, said = next(rows)
            cell = class_id, run.class_ids[said]
            yield Prediction(samples[position], position, cell, answer[said], answer[truth])


def _same_in_front(then: tuple[Sample, ...], now: tuple[Sample, ...]) -> int:
    """How many of the first images are the same."""
    if then is now:
        return len(then)
    for index, (one, other) in enumerate(zip(then, now, strict=False)):
        if one is not other and one.sha256 != other.sha256:
            return index
    return min(len(then), len(now))


def _aligned(
    then: tuple[Sample, ...], bin_: ClassBin, start: int
) -> tuple[list[tuple[int, int]], list[int]]:
    """Pairs of (position then, position now) in order, and the positions now of all others.

    Both from `start` on; before that, they are the same.
    """
    rows = defaultdict[str, list[int]](list)
    for position in range(start, len(then)):
        rows[then[position].sha256].append(position)
    kept, added, free = list[tuple[int, int]](), list[int](), start
    for index in range(start, len(bin_.samples)):
        same = rows.get(bin_.samples[index].sha256, [])
        at = bisect_left(same, free)
        if at == len(same):
            added.append(index)
        else:
            kept.append((same[at], index))
            free = same[at] + 1
    return kept, added
