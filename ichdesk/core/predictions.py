"""What a run's model called each test image, by cell of the matrix, and where the image is now."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun
from ichdesk.core.samples import Sample

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
    answers = kept_answers(run)
    return () if answers is None else tuple(_predictions(run, answers))


def kept_answers(run: TrainingRun) -> npt.NDArray[np.float32] | None:
    """The probabilities of all test images, class after class, (N, C); None if they were lost."""
    answers = run.test_probabilities
    is_whole = answers is not None and 0 < len(answers) == sum(map(len, run.test))
    return answers if is_whole else None


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


class Stretch(NamedTuple):
    """Images of a class that follow each other, then and now."""

    then: int
    now: int
    length: int


class PlacesNow:
    """Where images of a run are now.

    Args:
        stretches: By id of a class, the images that it still has, ascending.
        moved: By id of the class and position when it was trained, those that are elsewhere.
    """

    def __init__(
        self, stretches: Mapping[int, Sequence[Stretch]], moved: Mapping[tuple[int, int], Place]
    ) -> None:
        self._stretches = stretches
        self._starts = {id_: [stretch.then for stretch in own] for id_, own in stretches.items()}
        self._moved = moved

    def get(self, key: tuple[int, int]) -> Place | None:
        """The place of an image, by id of its class and position then; None if it was removed."""
        class_id, position = key
        at = bisect_right(self._starts.get(class_id, ()), position) - 1
        if at >= 0:
            then, now, length = self._stretches[class_id][at]
            if position < then + length:
                return Place(class_id, now + position - then)
        return self._moved.get(key)

    def are_there(self, class_id: int, count: int) -> npt.NDArray[np.bool_]:
        """Of the `count` images that a class had, whether each is still in the project."""
        there = np.zeros(count, np.bool_)
        for then, _, length in self._stretches.get(class_id, ()):
            there[then : then + length] = True
        there[[position for owner, position in self._moved if owner == class_id]] = True
        return there


def places_now(run: TrainingRun, project: Project) -> PlacesNow:
    """Where the images of a run are now.

    Images are told by their content, and equal images of a class by their order: edits take
    images out of a class and put others at its end, but never change the order of the rest.
    """
    stretches = dict[int, list[Stretch]]()
    moved, others = dict[tuple[int, int], Place](), dict[str, list[Place]]()
    then_of = dict(run.key[0])
    for bin_ in project.classes:
        stretches[bin_.id], added = _aligned(then_of.get(bin_.id, ()), bin_.samples)
        for index in added:
            others.setdefault(bin_.samples[index].sha256, []).append(Place(bin_.id, index))
    for class_id, samples in run.key[0] if others else ():
        # also those that were not tested take what is theirs
        for then in _between(stretches.get(class_id, ()), len(samples)):
            if found := others.get(samples[then].sha256):
                nearest = min(found, key=lambda place: place.class_id != class_id)
                moved[class_id, then] = nearest
                found.remove(nearest)
    return PlacesNow(stretches, moved)


def _predictions(run: TrainingRun, answers: npt.NDArray[np.float32]) -> Iterator[Prediction]:
    rows = zip(answers.tolist(), answers.argmax(axis=1).tolist(), strict=True)
    for truth, ((class_id, samples), tested) in enumerate(zip(run.key[0], run.test, strict=True)):
        for position in tested:
            answer, said = next(rows)
            cell = class_id, run.class_ids[said]
            yield Prediction(samples[position], position, cell, answer[said], answer[truth])


def _aligned(then: tuple[Sample, ...], now: tuple[Sample, ...]) -> tuple[list[Stretch], list[int]]:
    """What is in both, in the same order, and the positions now of all others."""
    if then is now:
        return [Stretch(0, 0, len(then))], []
    kept, added = list[Stretch](), list[int]()
    rows: dict[str, list[int]] | None = None  # not wanted for what was added at the end
    at = index = 0
    while index < len(now):
        if count := _same(then, at, now, index):
            kept.append(Stretch(at, index, count))
            at, index = at + count, index + count
        elif at == len(then):
            added.extend(range(index, len(now)))
            break
        else:
            rows = _rows(then) if rows is None else rows
            same = rows.get(now[index].sha256, [])
            next_ = bisect_left(same, at)
            if next_ == len(same):
                added.append(index)
                index += 1
            else:
                at = same[next_]
    return kept, added


def _same(then: tuple[Sample, ...], at: int, now: tuple[Sample, ...], index: int) -> int:
    """How many images from these positions on are the same."""
    most = min(len(then) - at, len(now) - index)
    for count in range(most):
        one, other = then[at + count], now[index + count]
        if one is not other and one.sha256 != other.sha256:
            return count
    return most


def _rows(samples: tuple[Sample, ...]) -> dict[str, list[int]]:
    """The positions of each content, ascending."""
    rows = defaultdict[str, list[int]](list)
    for position, sample in enumerate(samples):
        rows[sample.sha256].append(position)
    return rows


def _between(stretches: Sequence[Stretch], count: int) -> Iterator[int]:
    """Those of `count` positions that are in no stretch."""
    at = 0
    for then, _, length in stretches:
        yield from range(at, then)
        at = then + length
    yield from range(at, count)
