"""What color and shape each image has on the map, by what one wants to know."""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

import numpy as np
import numpy.typing as npt

from ichdesk.core.similarity import Bools, MapImages, SimilarityMap
from ichdesk.ui.theme import Palette
from ichdesk.ui.widgets.point_mark import PointMark, Shape, shape_of

Kinds = npt.NDArray[np.int64]
Coloring = tuple[Kinds, tuple[PointMark, ...]]
"""(N,) which mark each image has, and the marks with their counts."""


class ColorBy(Enum):
    """What colors tell."""

    CLASS = "Class"
    ANSWER = "Right or wrong"
    SPLIT = "Training or test"
    PATIENT = "Patient"


def coloring(
    by: ColorBy,
    shown: SimilarityMap,
    gone: Bools,
    classes: Sequence[tuple[int, str]],
    palette: Palette,
) -> Coloring:
    """Marks of all images.

    Args:
        by: What they tell.
        shown: Whose images.
        gone: (N,), whether an image was removed since; these are gray rings.
        classes: (position in the project, name) of the run's classes.
        palette: Of the theme.
    """
    kinds, marks = {
        ColorBy.CLASS: lambda: _by_class(shown, classes, palette),
        ColorBy.ANSWER: lambda: _by_answer(shown.images, palette),
        ColorBy.SPLIT: lambda: _by_split(shown.images, palette),
        ColorBy.PATIENT: lambda: _by_patient(shown.images, palette),
    }[by]()
    kinds = np.where(gone, len(marks), kinds).astype(np.int64)
    marks = [*marks, PointMark(palette.line_strong, Shape.RING, "Removed since", is_behind=True)]
    counts = np.bincount(kinds, minlength=len(marks)).tolist()
    counted = (replace(mark, count=n) for mark, n in zip(marks, counts, strict=True))
    return kinds, tuple(counted)


def _by_class(
    shown: SimilarityMap, classes: Sequence[tuple[int, str]], palette: Palette
) -> tuple[Kinds, list[PointMark]]:
    marks = [_cycled(index, name, palette) for index, name in classes]
    return shown.rows[:, 0], marks


def _by_answer(images: MapImages, palette: Palette) -> tuple[Kinds, list[PointMark]]:
    is_known = images.said >= 0
    others = "No answer kept" if (images.is_test & ~is_known).any() else "Not tested"
    marks = [
        PointMark(palette.train, Shape.CIRCLE, "Test image, called right"),
        PointMark(palette.error, Shape.CROSS, "Test image, called wrong"),
        PointMark(palette.connector, Shape.SQUARE, others, is_behind=True),
    ]
    is_error = (images.said != images.labels).astype(np.int64)
    return np.where(is_known, is_error, 2), marks


def _by_split(images: MapImages, palette: Palette) -> tuple[Kinds, list[PointMark]]:
    marks = [
        PointMark(palette.train, Shape.CIRCLE, "Training image"),
        PointMark(palette.test, Shape.DIAMOND, "Test image"),
    ]
    return images.is_test.astype(np.int64), marks


def _by_patient(images: MapImages, palette: Palette) -> tuple[Kinds, list[PointMark]]:
    """Patients are numbered as they come; who they are is not known to the project either."""
    patients = [sample.patient for sample in images.samples()]
    in_order = dict.fromkeys(filter(None, patients))
    known = {patient: number for number, patient in enumerate(in_order)}
    marks = [_cycled(number, f"Patient {number + 1}", palette) for number in known.values()]
    unknown = PointMark(palette.connector, Shape.CIRCLE, "Patient not known", is_behind=True)
    kinds = [known[patient] if patient else len(known) for patient in patients]
    return np.array(kinds, np.int64), [*marks, unknown]


def _cycled(index: int, label: str, palette: Palette) -> PointMark:
    return PointMark(palette.class_color(index), shape_of(index, len(palette.classes)), label)
