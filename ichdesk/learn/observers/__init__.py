"""Tensor work for figures: each observer looks at data and model and says what it sees.

An observer is a generator of `Observation`; a later one replaces an earlier one, so that a sketch
can be on screen while the rest is computed. It asks `Scene.stop_if_cancelled` often enough that
nobody waits, and raises `UserError` with a sentence where it cannot do its work. Its docstring
says which options it knows and which arrays it gives.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.registry import Registry
from ichdesk.core.split import Split
from ichdesk.learn.experiment import DataSet, IsCancelled
from ichdesk.learn.features import Cancelled, Extractor, Image, Vector, read_image
from ichdesk.learn.model import Model


@dataclass(frozen=True, slots=True)
class Scene:
    """What an observer may look at.

    Attributes:
        data: Features of all classes, and their samples.
        split: Positions in each class's samples that were trained on and held out.
        config: Settings of the training.
        extractor: The backbone, with the image steps of the settings.
        trained: What was trained; None where there is nothing yet.
        images: Pictures of no class, (N, 224, 224, 3) uint8.
        options: What the user chose.
        is_cancelled: Whether nobody wants to know any more.
    """

    data: DataSet
    split: Split
    config: TrainConfig
    extractor: Extractor
    trained: Model | None
    images: Image
    options: Mapping[str, str]
    is_cancelled: IsCancelled

    @property
    def model(self) -> Model:
        """What was trained; UserError if there is nothing."""
        if self.trained is None:
            raise UserError("There is no trained model to look into; train one first.")
        return self.trained

    def stop_if_cancelled(self) -> None:
        """Raise `Cancelled` if nobody wants to know any more."""
        if self.is_cancelled():
            raise Cancelled

    def pixels(self, label: int, position: int) -> Image:
        """A sample as the network sees it, (224, 224, 3) uint8.

        Raises:
            UserError: It cannot be read.
        """
        image = read_image(self.data.samples[label][position], self.extractor.steps)
        if isinstance(image, str):
            raise UserError(image)
        return image


@dataclass(frozen=True, slots=True)
class Observation:
    """What is seen so far.

    Attributes:
        arrays: float32, any shape, by name.
        done: Steps of `total`; both 0 where nobody counts.
    """

    arrays: dict[str, Vector] = field(default_factory=dict)
    done: int = 0
    total: int = 0


Observer = Callable[[Scene], Iterator[Observation]]

OBSERVERS: Registry[Observer] = Registry("observer", __name__)


def positions(rows: tuple[tuple[int, ...], ...]) -> Vector:
    """(class, position) of each sample of a split's side, classes one after another, (N, 2)."""
    pairs = [(label, position) for label, own in enumerate(rows) for position in own]
    return np.array(pairs, np.float32).reshape(-1, 2)
