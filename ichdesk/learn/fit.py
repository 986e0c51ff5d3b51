"""Training, as one loop to read from top to bottom."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite

import torch
from torch.nn.functional import cross_entropy, one_hot

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.metrics import Counts, accuracy, confusion_matrix
from ichdesk.learn.adam import Adam
from ichdesk.learn.head import RECIPES, Head

_DIVERGED = (
    "The training failed in epoch {}: the loss grew beyond all numbers because the learning rate "
    "is too large; choose a smaller one and train again."
)


@dataclass(frozen=True, slots=True)
class Labeled:
    """Samples for training or testing: `x` (N, D) float32 features, `y` (N,) int64 classes."""

    x: torch.Tensor
    y: torch.Tensor


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Batch `batch` (from 1) of `batches` in epoch `epoch` (from 0) is done."""

    epoch: int
    batch: int
    batches: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Mean cross-entropy in nats, and counts (C, C); loss and accuracy are None without samples."""

    loss: float | None
    confusion: Counts

    @property
    def acc(self) -> float | None:
        """Share of samples whose most probable class is the right one."""
        return accuracy(self.confusion)


@dataclass(frozen=True, slots=True)
class EpochResult:
    """Epoch `epoch` (from 0) is done; both figures are of the weights after it."""

    epoch: int
    train: Evaluation
    test: Evaluation


def fit(
    head: Head, train: Labeled, test: Labeled, config: TrainConfig, generator: torch.Generator
) -> Iterator[BatchResult | EpochResult]:
    """Train the head in place, and say so after every batch and every epoch.

    The samples are shuffled once and keep that order in every epoch, as in the original. The head
    is so small that the CPU is the fastest place for it, whatever the backbone runs on. Figures of
    an epoch are of the whole features; only the steps hide some of them.

    Raises:
        UserError: The loss has grown beyond all numbers, so that no model can come of it.
    """
    recipe = RECIPES[config.head]
    if recipe.standardize:
        head.fit_scaler(train.x)
    order = torch.randperm(len(train.y), generator=generator)
    x, y = head.standardize(train.x[order]), train.y[order]  # (N, D), (N,)
    known, new = Labeled(x, y), Labeled(head.standardize(test.x), test.y)
    truth = one_hot(y, head.output.out_features).float()  # (N, C)
    starts = range(0, len(y), config.batch_size)  # none if every sample was held out
    batches = [(x[i : i + config.batch_size], truth[i : i + config.batch_size]) for i in starts]
    optimizer = Adam(head.parameters(), config.learning_rate, recipe.weight_decay)
    for epoch in range(config.epochs):
        for number, (features, classes) in enumerate(batches, start=1):  # (B, D), (B, C)
            head.differentiate(drop_out(features, recipe.dropout, generator), classes)
            optimizer.step()
            yield BatchResult(epoch, number, len(batches))
        result = EpochResult(epoch, evaluate(head.classify, known), evaluate(head.classify, new))
        yield result
        if result.train.loss is not None and not isfinite(result.train.loss):
            raise UserError(_DIVERGED.format(epoch + 1))


def drop_out(x: torch.Tensor, share: float, generator: torch.Generator) -> torch.Tensor:
    """Set a random share of the numbers to 0 and raise the rest, so that sums stay what they were.

    torch's own dropout takes its chance from a source that everybody shares.
    """
    if share == 0.0:
        return x
    shown = torch.rand(x.shape, generator=generator).ge_(share)  # 0 or 1
    return shown.mul_(x).div_(1.0 - share)


@torch.inference_mode()
def evaluate(classify: Callable[[torch.Tensor], torch.Tensor], samples: Labeled) -> Evaluation:
    """Loss and confusion matrix on these samples.

    Args:
        classify: Features (N, D) to logits (N, C): a head, or its `classify` if the features of
            the samples are standardized already.
        samples: Any number, none included.
    """
    logits = classify(samples.x)  # (N, C)
    loss = float(cross_entropy(logits, samples.y)) if len(samples.y) else None
    return Evaluation(loss, confusion_matrix(samples.y, logits.argmax(dim=1), logits.shape[1]))
