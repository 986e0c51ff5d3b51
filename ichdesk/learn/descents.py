"""A training done again, with the weights kept after each epoch: the way that a descent took."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.learn.experiment import IsCancelled
from ichdesk.learn.features import Cancelled, Vector
from ichdesk.learn.fit import EpochResult, Evaluation, Labeled, evaluate, fit
from ichdesk.learn.head import RECIPES, Head
from ichdesk.learn.loss_surface import flat_weights

_MOST_KEPT = 200
_MOST_NUMBERS = 2**23  # of all weights that are kept of one training, 32 MB


@dataclass(frozen=True, slots=True)
class Lesson:
    """What there is to learn: training and test samples of C classes."""

    train: Labeled
    test: Labeled
    classes: int

    def new_head(self, config: TrainConfig) -> tuple[Head, torch.Generator]:
        """The head as a training finds it, and its source of chance from there on."""
        generator = torch.Generator().manual_seed(config.seed)
        head = Head(self.train.x.shape[1], self.classes, generator)
        if RECIPES[config.head].standardize:
            head.fit_scaler(self.train.x)
        return head, generator


class Descent:
    """One training, first epoch by epoch, then for reading.

    Attributes:
        head: Trained in place.
        epochs: Those of which the weights are kept, from 0 for the start.
        diverged: The epoch in which the loss grew beyond all numbers, or 0.
    """

    def __init__(self, lesson: Lesson, config: TrainConfig) -> None:
        self._lesson = lesson
        self._config = config
        self.head, self._generator = lesson.new_head(config)
        self._wanted = _kept_epochs(config.epochs, len(flat_weights(self.head)))
        self.epochs: list[int] = []
        self._weights: list[torch.Tensor] = []
        self._figures: list[tuple[float, ...]] = []
        self.diverged = 0

    @property
    def weights(self) -> torch.Tensor:
        """Weights of the kept epochs, (K, P), all finite."""
        return torch.stack(self._weights)

    @property
    def figures(self) -> Vector:
        """Per epoch from 0: its number, training loss, test loss, training and test accuracy.

        (epochs, 5); NaN where there was nothing to measure on.
        """
        return np.array(self._figures, np.float32).reshape(-1, 5)

    def train(self, is_cancelled: IsCancelled) -> Iterator[int]:
        """Train; yields the number of epochs that are done.

        Raises:
            Cancelled: `is_cancelled` said so, asked after every batch.
        """
        lesson = self._lesson
        self._keep(0, evaluate(self.head, lesson.train), evaluate(self.head, lesson.test))
        results = fit(self.head, lesson.train, lesson.test, self._config, self._generator)
        try:
            for result in results:
                if is_cancelled():
                    raise Cancelled
                if isinstance(result, EpochResult):
                    self._keep(result.epoch + 1, result.train, result.test)
                    yield result.epoch + 1
        except UserError:  # what came before the end is worth seeing
            self.diverged = int(self._figures[-1][0])

    def _keep(self, epoch: int, train: Evaluation, test: Evaluation) -> None:
        found = (train.loss, test.loss, train.acc, test.acc)
        self._figures.append((epoch, *(np.nan if figure is None else figure for figure in found)))
        weights = flat_weights(self.head)
        if epoch in self._wanted and bool(weights.isfinite().all()):
            self.epochs.append(epoch)
            self._weights.append(weights)


def _kept_epochs(epochs: int, numbers: int) -> set[int]:
    """Start, end and as many epochs between as there is room for; `numbers` is P."""
    most = min(_MOST_KEPT, max(8, _MOST_NUMBERS // numbers), epochs)
    return {round(epoch) for epoch in np.linspace(0, epochs, most + 1)}
