"""A training run as the window and the command line see it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ichdesk.core.config import TrainConfig
from ichdesk.core.metrics import Counts, wilson_interval
from ichdesk.core.project import Project
from ichdesk.core.proportions import Groups, grouped_interval, patient_groups
from ichdesk.core.samples import Sample, marked
from ichdesk.core.split_facts import SplitFacts

TrainingKey: TypeAlias = tuple[tuple[tuple[int, tuple[Sample, ...]], ...], TrainConfig]
"""Id and samples of each class, and the settings."""


class RunPhase(StrEnum):
    """Where a run stands."""

    STARTING = "starting"
    FEATURES = "features"
    TRAINING = "training"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EpochMetrics:
    """Figures after an epoch (from 0); None where there was no sample to compute them on."""

    epoch: int
    acc: float | None
    test_acc: float | None
    loss: float | None
    test_loss: float | None


@dataclass(slots=True)
class TrainingRun:
    """One click on Train: what it was trained on, how far it is, what came out.

    Attributes:
        request_id: The worker's name for it.
        class_ids: Classes in the order of the model's outputs.
        key: What it was trained on, to tell whether the model is out of date.
        done: Samples with features, or epochs trained, of `total`.
        fraction: Share of the current epoch, 0 to 1.
        phase_started_s: Monotonic clock when the phase began.
        confusion: Test counts, (C, C), row = class, column = prediction.
        test_probabilities: (N, C), in the order of `test`, classes one after another.
        split: By what rule `train` and `test` were made, and what is to be known of it.
        names: Of the classes when it was trained.
        model: What was trained, as a model file; empty until then.
        origin: Name of the model whose answers these are, if nothing was trained; else "".
    """

    request_id: int
    class_ids: tuple[int, ...]
    config: TrainConfig
    key: TrainingKey
    phase: RunPhase = RunPhase.STARTING
    done: int = 0
    total: int = 0
    fraction: float = 0.0
    phase_started_s: float = 0.0
    device: str = ""
    train: tuple[tuple[int, ...], ...] = ()
    test: tuple[tuple[int, ...], ...] = ()
    history: list[EpochMetrics] = field(default_factory=list)
    confusion: Counts | None = None
    test_probabilities: npt.NDArray[np.float32] | None = None
    unreadable: tuple[str, ...] = ()
    error: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    split: SplitFacts | None = None
    names: tuple[str, ...] = ()
    model: bytes = field(default=b"", repr=False)
    origin: str = ""

    @property
    def is_active(self) -> bool:
        """Whether the run is still going."""
        return self.phase in {RunPhase.STARTING, RunPhase.FEATURES, RunPhase.TRAINING}

    @property
    def progress(self) -> float:
        """Share of the current phase, 0 to 1."""
        return min(1.0, (self.done + self.fraction) / self.total) if self.total else 0.0

    def remaining_s(self, now_s: float) -> float | None:
        """Time that the current phase still takes at its pace so far, or None if unknown."""
        if not self.progress:
            return None
        return (now_s - self.phase_started_s) * (1.0 - self.progress) / self.progress

    @property
    def test_correct(self) -> tuple[int, int] | None:
        """Correct test predictions and how many there were; None before the first epoch."""
        if self.confusion is None:
            return None
        return int(np.trace(self.confusion)), int(self.confusion.sum())

    @property
    def test_interval(self) -> tuple[float, float] | None:
        """95 % interval of the test accuracy; at the end it knows which images are of a patient."""
        counts, answers = self.test_correct, self.test_probabilities
        tested = np.repeat(np.arange(len(self.test)), [len(rows) for rows in self.test])
        if counts is None or answers is None or not len(answers) == len(tested) == counts[1]:
            return wilson_interval(*counts) if counts else None
        right = answers.argmax(axis=1) == tested
        return grouped_interval(right, np.ones_like(right), self.test_patients)

    @property
    def test_patients(self) -> Groups | None:
        """A number for the patient of each test image, in order; None if each has another."""
        tested = zip(self.key[0], self.test, strict=True)
        known = [samples[position].patient for (_, samples), rows in tested for position in rows]
        return patient_groups(known)


def is_done(run: TrainingRun | None) -> bool:
    """Whether there is a run and it ended well."""
    return run is not None and run.phase is RunPhase.DONE


def classes_now(run: TrainingRun, project: Project) -> tuple[tuple[int, str], ...]:
    """(position in the project, name) of a run's classes, as they are called now.

    A class that was deleted since keeps a place, and its name with "(deleted)".
    """
    now = {bin_.id: (index, bin_.name) for index, bin_ in enumerate(project.classes)}
    then = zip(run.class_ids, run.names, strict=True)
    return tuple(
        now.get(class_id, (index, f"{name} (deleted)".strip()))
        for index, (class_id, name) in enumerate(then)
    )


def is_current(run: TrainingRun, project: Project) -> bool:
    """Whether training now would start from the same data and settings as the run did.

    So it would, too, once exactly the images that the run had held out are the fixed test set.
    """
    key = training_key(project)
    return run.key == key or (project.has_test_set and any(run.test) and _is_locked(run, key))


def _is_locked(run: TrainingRun, key: TrainingKey) -> bool:
    """Whether this is what the run was trained on, with its test images as the fixed test set.

    It is asked after every edit, so what is quick to see comes first.
    """
    classes, config = run.key
    if config != key[1] or _sizes(classes) != _sizes(key[0]):
        return False
    rows = zip(classes, run.test, key[0], strict=True)
    return all(marked(then, held) == now for (_, then), held, (_, now) in rows)


def _sizes(classes: tuple[tuple[int, tuple[Sample, ...]], ...]) -> list[tuple[int, int]]:
    return [(class_id, len(samples)) for class_id, samples in classes]


def training_key(project: Project) -> TrainingKey:
    """What a model depends on: enabled classes by identity, their samples, and the settings.

    Names are left out on purpose: a renamed class needs no new training.
    """
    classes = tuple((bin_.id, bin_.samples) for bin_ in project.enabled_classes if bin_.samples)
    return classes, project.config
