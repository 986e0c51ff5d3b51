"""Between messages and what learning takes and gives."""

from collections.abc import Generator, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.samples import Sample
from ichdesk.core.steps import DEFAULT_STEPS, parse_steps
from ichdesk.imaging.pipeline import checked
from ichdesk.learn.experiment import NamedSamples
from ichdesk.learn.features import FeatureProgress
from ichdesk.learn.fit import BatchResult, EpochResult
from ichdesk.protocol.messages import (
    BatchEnded,
    EpochEnded,
    FeaturesProgressed,
    SampleRef,
    Settings,
    TrainingRequest,
    TryModel,
)

T = TypeVar("T")


def config_of(settings: Settings) -> TrainConfig:
    """Settings of a training.

    Raises:
        UserError: They make no sense.
    """
    said = asdict(settings)
    try:
        steps = parse_steps(said.pop("steps")) if settings.steps else DEFAULT_STEPS
    except ValueError as error:
        raise UserError("The image steps cannot be read; set them again.") from error
    config = TrainConfig(**{**said, "steps": checked(steps)})
    if problem := config.problem():
        raise UserError(problem)
    return config


def named_samples(request: TrainingRequest | TryModel, index: int) -> NamedSamples:
    """Class `index` of a request."""
    entry = request.classes[index]
    return NamedSamples(entry.name, samples_of(entry.samples))


def samples_of(named: Iterable[SampleRef]) -> tuple[Sample, ...]:
    """Samples that can be read, without their names."""
    return tuple(
        Sample(Path(s.path), s.offset, s.length, s.sha256, s.patient, None, s.is_hu, s.is_test)
        for s in named
    )


def as_events(
    request_id: int, reading: Generator[FeatureProgress, None, T]
) -> Generator[FeaturesProgressed, None, T]:
    """The progress of reading as events; returns what was read."""
    while True:
        try:
            progress = next(reading)
        except StopIteration as end:
            result: T = end.value
            return result
        yield FeaturesProgressed(request_id, progress.done, progress.total, progress.cached)


def batch_ended(request_id: int, result: BatchResult) -> BatchEnded:
    """What a batch gave."""
    return BatchEnded(request_id, result.epoch, result.batch, result.batches)


def epoch_ended(request_id: int, result: EpochResult) -> EpochEnded:
    """What an epoch gave."""
    return EpochEnded(
        request_id,
        result.epoch,
        result.train.acc,
        result.test.acc,
        result.train.loss,
        result.test.loss,
        result.test.confusion,
    )
