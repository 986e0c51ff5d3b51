"""The images that heat maps are for, with the model's answers to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from ichdesk.core.predictions import kept_answers
from ichdesk.core.run import TrainingRun
from ichdesk.session.state import PreviewImage


class Source(Enum):
    """Which images one goes through."""

    WRONG_FIRST = "Wrong answers first"
    TEST = "All test images"
    PREVIEW = "Preview images"


@dataclass(frozen=True, slots=True)
class Item:
    """An image.

    Attributes:
        place: "label:position" of a test image when it was trained, "" for a preview.
        answer: Probability of every class; () where it is not known yet.
        truth: Index of the true class; None for a preview.
        name: Of a preview.
        pixels: Of a preview, (224, 224, 3).
    """

    place: str
    answer: tuple[float, ...] = ()
    truth: int | None = None
    name: str = ""
    pixels: npt.NDArray[np.uint8] | None = None

    @property
    def position(self) -> int:
        """Of a test image in its class when it was trained."""
        return int(self.place.partition(":")[2] or 0)

    @property
    def said(self) -> int:
        """Index of the class that the model said; 0 before it has."""
        return self.answer.index(max(self.answer)) if self.answer else 0

    @property
    def other(self) -> int:
        """The class to compare with: the true one, or else the runner-up."""
        if self.truth is not None and self.truth != self.said:
            return self.truth
        rest = [p if i != self.said else -1.0 for i, p in enumerate(self.answer)]
        return rest.index(max(rest)) if len(rest) > 1 else 1 - self.said

    @property
    def is_wrong(self) -> bool:
        """Whether the model said another class than the true one."""
        return self.truth is not None and self.said != self.truth


def tested_items(run: TrainingRun, source: Source) -> tuple[Item, ...]:
    """The test images of a run; none if the answers were not kept."""
    answers = kept_answers(run)
    if answers is None:
        return ()
    labels = np.repeat(np.arange(len(run.test)), [len(own) for own in run.test])  # (N,)
    positions = np.concatenate(run.test).astype(np.int64)
    order = np.arange(len(labels))
    if source is Source.WRONG_FIRST:
        is_wrong = answers.argmax(axis=1) != labels
        order = np.lexsort((-answers.max(axis=1) * is_wrong, ~is_wrong))  # the surest first
    columns = (labels[order].tolist(), positions[order].tolist())
    rows = zip(*columns, zip(*answers[order].T.tolist(), strict=True), strict=True)
    return tuple(Item(f"{label}:{i}", answer, label) for label, i, answer in rows)


def preview_items(images: Sequence[PreviewImage]) -> tuple[Item, ...]:
    """The preview's images, without those that could not be read."""
    readable = [image for image in images if image.pixels is not None]
    return tuple(
        Item("", image.probabilities or (), None, image.name, image.pixels) for image in readable
    )
