"""From classes of samples to a trained model, or to many, to see how far chance goes."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import torch

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.metrics import Counts
from ichdesk.core.notes import Notes
from ichdesk.core.project import too_few_text
from ichdesk.core.samples import Sample
from ichdesk.core.split import Split, split_classes, split_samples
from ichdesk.core.split_facts import BY_SLICE, split_rule
from ichdesk.learn.features import (
    Cancelled,
    Extractor,
    FeatureCache,
    FeatureProgress,
    Vector,
    extract,
)
from ichdesk.learn.fit import BatchResult, EpochResult, Labeled, fit
from ichdesk.learn.head import Head
from ichdesk.learn.near_copies import Small

IsCancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class NamedSamples:
    """A class to learn: its name, for messages, and its samples."""

    name: str
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class DataSet:
    """Features of all classes.

    Attributes:
        vectors: Per class, its readable samples' features by position in the class.
        dimension: D, numbers per sample.
        unreadable: One sentence per sample that was left out.
        samples: Per class, all of its samples; () if only the features are known.
        small: Per class, what tells near copies, by position; () likewise.
    """

    vectors: tuple[dict[int, Vector], ...]
    dimension: int
    unreadable: tuple[str, ...]
    samples: tuple[tuple[Sample, ...], ...] = ()
    small: tuple[dict[int, Small], ...] = ()

    def rule(self, split: str) -> str:
        """One of `RULES`: what a setting of `TrainConfig.split` means here."""
        return split_rule(split, chain.from_iterable(self.samples))

    def split(self, seed: int, rule: str = BY_SLICE) -> Split:
        """Hold samples out of every class, singly or by patient, or those of a fixed test set."""
        if rule == BY_SLICE:  # for this, features alone will do
            return split_classes([list(known) for known in self.vectors], seed)
        pairs = zip(self.vectors, self.samples, strict=True)
        readable = [{i: own[i] for i in known} for known, own in pairs]
        return split_samples(readable, rule, seed)

    def labeled(self, positions: Sequence[Sequence[int]]) -> Labeled:
        """These samples of each class, classes one after another: x (N, D), y (N,)."""
        rows = [
            known[position]
            for known, chosen in zip(self.vectors, positions, strict=True)
            for position in chosen
        ]
        x = np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)
        y = np.repeat(np.arange(len(positions)), [len(chosen) for chosen in positions])
        return Labeled(torch.from_numpy(x), torch.from_numpy(y.astype(np.int64)))


def read_data_set(
    classes: Sequence[NamedSamples],
    extractor: Extractor,
    cache: FeatureCache,
    is_cancelled: IsCancelled,
) -> Generator[FeatureProgress, None, DataSet]:
    """Compute the features of all classes.

    Raises:
        UserError: Fewer than two classes have an image that can be read.
        Cancelled: `is_cancelled` said so.
    """
    refuse_too_few(classes)
    samples = [sample for entry in classes for sample in entry.samples]
    table = yield from extract(samples, extractor, cache, is_cancelled)
    seen, notes = [], Notes()
    for entry in classes:
        digests = [sample.sha256 for sample in entry.samples]
        seen.append({i: table.seen[d] for i, d in enumerate(digests) if d in table.seen})
        for position, digest in enumerate(digests, start=1):
            if digest in table.unreadable:
                notes.add(f"{entry.name}, image {position}: {table.unreadable[digest]}")
    readable = [[e.samples[i] for i in known] for e, known in zip(classes, seen, strict=True)]
    if _classes_to_learn(readable) < 2:
        reason = notes.sentences()[0]
        raise UserError(f"Training needs readable images in at least two classes. {reason}")
    return DataSet(
        tuple({i: image.vector for i, image in known.items()} for known in seen),
        extractor.backbone.dimension,
        notes.sentences(),
        tuple(entry.samples for entry in classes),
        tuple({i: image.small for i, image in known.items()} for known in seen),
    )


def refuse_too_few(classes: Sequence[NamedSamples]) -> None:
    """UserError unless two classes have a sample to learn from."""
    if _classes_to_learn([entry.samples for entry in classes]) < 2:
        has_test_set = any(sample.is_test for entry in classes for sample in entry.samples)
        raise UserError(too_few_text(has_test_set=has_test_set))


def _classes_to_learn(classes: Sequence[Sequence[Sample]]) -> int:
    """How many classes have a sample that may be trained on."""
    return sum(any(not sample.is_test for sample in samples) for samples in classes)


@dataclass(frozen=True, slots=True)
class Training:
    """One training, ready to run.

    Attributes:
        head: Trained in place while `results` is iterated.
        test: Held-out samples, in the order of `split.test`.
        results: What `fit` yields.
    """

    split: Split
    head: Head
    test: Labeled
    results: Iterator[BatchResult | EpochResult]


def prepare_training(data: DataSet, config: TrainConfig, split_seed: int | None = None) -> Training:
    """Split the data and make a head; all chance comes from the seed.

    Args:
        data: To train on and to hold out from.
        config: Its seed decides initial weights and order, and the split unless `split_seed` does.
        split_seed: Another seed for the split.
    """
    seed = config.seed if split_seed is None else split_seed
    split = data.split(seed, data.rule(config.split))
    train, test = data.labeled(split.train), data.labeled(split.test)
    generator = torch.Generator().manual_seed(config.seed)
    head = Head(data.dimension, len(data.vectors), generator)
    return Training(split, head, test, fit(head, train, test, config, generator))


def repeat(
    data: DataSet,
    config: TrainConfig,
    repeats: int,
    is_cancelled: IsCancelled,
    split_seed: int | None = None,
) -> Iterator[Counts]:
    """Train with the seeds 0 to `repeats` - 1; yields each one's test counts (C, C).

    Two configurations that differ only in `split` show what a split by slice hides; with and
    without `split_seed` shows how much of the luck lies in which images are held out.

    Raises:
        Cancelled: `is_cancelled` said so, asked after every batch.
    """
    for seed in range(repeats):
        training = prepare_training(data, replace(config, seed=seed), split_seed)
        confusion = np.zeros((len(data.vectors),) * 2, np.int64)
        for result in training.results:
            if is_cancelled():
                raise Cancelled
            if isinstance(result, EpochResult):
                confusion = result.test.confusion
        yield confusion
