"""Any number of images through a saved model, in bounded memory."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import replace
from itertools import islice
from typing import TypeVar

import numpy as np
import torch

from ichdesk.core.ahead import ahead
from ichdesk.core.samples import Sample
from ichdesk.core.steps import Steps
from ichdesk.learn.devices import resolve_device
from ichdesk.learn.features import (
    THREADS,
    Extractor,
    FeatureCache,
    FeatureProgress,
    Image,
    Vector,
    extract,
)
from ichdesk.learn.model import Model, load_extractor, require_fit

T = TypeVar("T")
_BATCHES_AHEAD = THREADS + 2


class Predictor:
    """A model and its backbone, loaded.

    Attributes:
        labels: Class names, in the order of the outputs.
        steps: How slices in Hounsfield units are to be shown to it.

    Args:
        model: The model.
        device: As in `TrainConfig.device`.

    Raises:
        UserError: The model cannot be used here.
    """

    def __init__(self, model: Model, device: str = "auto") -> None:
        extractor = load_extractor(model.backbone, resolve_device(device))
        require_fit(model, extractor.backbone)
        self._model = model
        self._extractor: Extractor = replace(extractor, steps=model.steps)
        self.labels = model.labels
        self.steps: Steps = model.steps

    def each(self, images: Iterable[tuple[T, Image]]) -> Generator[tuple[T, Vector], None, None]:
        """Classify images one after another, in batches on several threads.

        Args:
            images: Something that tells the image, and its pixels (224, 224, 3); taken a few
                batches ahead of the results.

        Yields:
            What came with the image, and its probabilities (C,).

        Raises:
            UserError: The backbone gives no usable numbers.
        """
        batches = _batches(images, self._extractor.batch)
        with (
            ThreadPoolExecutor(THREADS, "predict", torch.set_num_threads, (1,)) as pool,
            closing(ahead(pool, self._classify, batches, _BATCHES_AHEAD)) as answers,
        ):
            for answer in answers:
                yield from answer

    def samples(
        self, samples: Sequence[Sample], is_cancelled: Callable[[], bool] = lambda: False
    ) -> Generator[FeatureProgress, None, dict[str, Vector | str]]:
        """Classify samples of a project; equal ones are computed once.

        Yields:
            Progress.

        Returns:
            Probabilities (C,) by SHA-256, or a sentence on why an image cannot be read.

        Raises:
            Cancelled: `is_cancelled` said so, asked before every batch.
        """
        table = yield from extract(samples, self._extractor, FeatureCache(), is_cancelled)
        answers: dict[str, Vector | str] = dict(table.unreadable)
        for digest, seen in table.seen.items():
            answers[digest] = self._model.classify(seen.vector[None])[0]
        return answers

    def _classify(self, batch: Sequence[tuple[T, Image]]) -> list[tuple[T, Vector]]:
        """A batch is filled up, for convolutions round differently for different batch sizes."""
        full = np.zeros((self._extractor.batch, *batch[0][1].shape), np.uint8)
        for place, (_, image) in enumerate(batch):
            full[place] = image
        with nullcontext() if self._extractor.device.type == "cpu" else self._extractor.lock:
            answers = self._model.predict(full, self._extractor)
        return [(what, row.copy()) for (what, _), row in zip(batch, answers, strict=False)]


def _batches(images: Iterable[T], size: int) -> Iterator[list[T]]:
    coming = iter(images)
    while batch := list(islice(coming, size)):
        yield batch
