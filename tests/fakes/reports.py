"""Finished trainings to report on, small and made up, with real pictures behind them."""

from dataclasses import replace
from datetime import date

import numpy as np

from ichdesk.archive import SampleStore
from ichdesk.core.config import TrainConfig
from ichdesk.core.metrics import confusion_matrix
from ichdesk.core.project import Project
from ichdesk.core.run import EpochMetrics, RunPhase, TrainingRun, training_key
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.split_facts import BY_SLICE, SplitFacts
from ichdesk.report.source import ReportSource
from tests.fakes.projects import picture, slice_bytes

HELD_OUT = 4
DAY = date(2026, 3, 14)


def report_source(
    store: SampleStore, *names: str, images: int = 8, slices: bool = False
) -> ReportSource:
    """A report's source by the names of its classes; every fourth answer is wrong."""
    bins = []
    for label, name in enumerate(names):
        numbers = range(label * images, (label + 1) * images)
        samples = tuple(_sample(store, number, slices) for number in numbers)
        bins.append(ClassBin(name, samples))
    project = Project(tuple(bins), TrainConfig(epochs=3, seed=7))
    return ReportSource(project, finished(project), "Class of 2026", DAY, "1.2.3")


def finished(project: Project) -> TrainingRun:
    """A run on all classes that held out the last images of each."""
    bins, count = project.classes, len(project.classes)
    truth = np.repeat(np.arange(count), HELD_OUT)
    said = np.where(np.arange(len(truth)) % 4 == 3, (truth + 1) % count, truth)
    sure = np.random.default_rng(1).uniform(0.55, 0.99, len(truth)).astype(np.float32)
    answers = np.repeat(((1 - sure) / (count - 1))[:, None], count, axis=1)
    answers[np.arange(len(truth)), said] = sure
    return TrainingRun(
        1,
        tuple(bin_.id for bin_ in bins),
        project.config,
        training_key(project),
        RunPhase.DONE,
        device="cpu",
        train=tuple(tuple(range(len(b.samples) - HELD_OUT)) for b in bins),
        test=tuple(tuple(range(len(b.samples) - HELD_OUT, len(b.samples))) for b in bins),
        history=[
            EpochMetrics(0, 0.5, 0.25, 0.7, float("inf")),
            EpochMetrics(1, 0.75, None, 0.4, None),
            EpochMetrics(2, 1.0, 0.75, 0.2, 0.5),
        ],
        confusion=confusion_matrix(truth, said, count),
        test_probabilities=answers,
        seconds={"features": 1.25, "train": 0.01},
        names=tuple(bin_.name for bin_ in bins),
        split=SplitFacts(BY_SLICE, 3, 2, 1, 0, (), 2),
    )


def _sample(store: SampleStore, number: int, is_slice: bool) -> Sample:
    if not is_slice:
        return store.add(picture(number % 250))
    sample = store.add(slice_bytes(number))
    return replace(sample, is_hu=True, patient=f"p{number // 2}", series=f"s{number}")
