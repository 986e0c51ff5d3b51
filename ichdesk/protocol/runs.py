"""From the project to the worker's request, and from its events back to the run."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ichdesk.core.config import TrainConfig
from ichdesk.core.project import Project
from ichdesk.core.run import EpochMetrics, RunPhase, TrainingRun
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.steps import steps_text
from ichdesk.protocol import messages as msg

_PHASE_OF = {
    msg.Outcome.DONE: RunPhase.DONE,
    msg.Outcome.CANCELLED: RunPhase.CANCELLED,
    msg.Outcome.FAILED: RunPhase.FAILED,
}


def start_training(
    request_id: int, classes: Sequence[ClassBin], config: TrainConfig
) -> msg.StartTraining:
    """The request that trains on these classes, in this order."""
    return msg.StartTraining(
        request_id,
        tuple(msg.ClassRef(bin_.name, _refs(bin_.samples)) for bin_ in classes),
        _settings(config),
    )


def repeat_training(
    training: msg.StartTraining, repeats: int, same_split: bool = False
) -> msg.RepeatTraining:
    """The request that repeats a training with other seeds."""
    classes, settings = training.classes, training.settings
    return msg.RepeatTraining(training.request_id, classes, settings, repeats, same_split)


def observe_run(
    request_id: int, observer: str, run: TrainingRun, config: TrainConfig
) -> msg.Observe:
    """The request to look at a finished run, with its images as they were when it was trained."""
    named = zip(run.names, run.key[0], strict=True)
    classes = tuple(msg.ClassRef(name, _refs(samples)) for name, (_, samples) in named)
    model = np.frombuffer(run.model, np.uint8)
    return msg.Observe(request_id, observer, classes, _settings(config), run.train, run.test, model)


def observe_project(request_id: int, observer: str, project: Project) -> msg.Observe:
    """The request to look at the images of a project, in the order of its enabled classes."""
    filled = [bin_ for bin_ in project.enabled_classes if bin_.samples]
    training = start_training(request_id, filled, project.config)
    return msg.Observe(request_id, observer, training.classes, training.settings)


def load_model(
    request_id: int, run: TrainingRun, labels: tuple[str, ...], device: str
) -> msg.LoadModel:
    """The request that makes the model of an earlier run the current one."""
    settings = _settings(replace(run.config, device=device))
    return msg.LoadModel(request_id, np.frombuffer(run.model, np.uint8), labels, settings)


def try_model(
    request_id: int,
    path: Path,
    names: Sequence[str],
    samples: Sequence[Sequence[Sample]],
    device: str,
) -> msg.TryModel:
    """The request to ask the model of a file about these samples of each class."""
    named = zip(names, samples, strict=True)
    classes = tuple(msg.ClassRef(name, _refs(own)) for name, own in named)
    return msg.TryModel(request_id, str(path), classes, device)


def prepare_images(
    request_id: int, samples: Sequence[Sample], config: TrainConfig
) -> msg.PrepareImages:
    """The request that computes features before a training asks for them."""
    return msg.PrepareImages(request_id, _refs(samples), _settings(config))


def apply_event(run: TrainingRun, event: msg.Event, now_s: float) -> None:
    """Update a run by an event of it; `now_s` is a monotonic clock."""
    match event:
        case msg.FeaturesProgressed():
            _enter(run, RunPhase.FEATURES, now_s)
            run.done, run.total = event.done, event.total
        case msg.SplitMade():
            _enter(run, RunPhase.TRAINING, now_s)
            run.done, run.total = 0, run.config.epochs
            run.train, run.test = event.train, event.test
            run.device, run.unreadable = event.device, event.unreadable
            run.split = event.facts
        case msg.BatchEnded():
            run.fraction = event.batch / event.batches
        case msg.EpochEnded():
            run.history.append(
                EpochMetrics(event.epoch, event.acc, event.test_acc, event.loss, event.test_loss)
            )
            run.confusion = event.confusion
            run.done, run.fraction = event.epoch + 1, 0.0
        case msg.RunEnded():
            run.phase = _PHASE_OF[event.outcome]
            run.error = event.error
            run.seconds = event.seconds
            run.test_probabilities = event.test_probabilities
            run.model = event.model.tobytes()


def _enter(run: TrainingRun, phase: RunPhase, now_s: float) -> None:
    if run.phase is not phase:
        run.phase = phase
        run.phase_started_s = now_s


def _settings(config: TrainConfig) -> msg.Settings:
    return msg.Settings(
        epochs=config.epochs,
        batch_size=config.batch_size,
        learning_rate=config.learning_rate,
        seed=config.seed,
        backbone=config.backbone,
        device=config.device,
        head=config.head,
        split=config.split,
        steps=steps_text(config.steps),
    )


def _refs(samples: Sequence[Sample]) -> tuple[msg.SampleRef, ...]:
    return tuple(
        msg.SampleRef(str(s.path), s.offset, s.length, s.sha256, s.patient, s.is_hu, s.is_test)
        for s in samples
    )
