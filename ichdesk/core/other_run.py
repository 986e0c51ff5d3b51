"""The answers of another model to a run's test images, as a run to compare with."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ichdesk.core.config import TrainConfig
from ichdesk.core.run import RunPhase, TrainingRun
from ichdesk.core.samples import Sample
from ichdesk.core.steps import Steps

Probabilities = npt.NDArray[np.float32]


def asked_samples(run: TrainingRun) -> tuple[tuple[Sample, ...], ...]:
    """The test images of a run, class after class."""
    trained_on = zip(run.key[0], run.test, strict=True)
    return tuple(tuple(samples[i] for i in rows) for (_, samples), rows in trained_on)


def mapped(
    probabilities: Probabilities, mapping: Sequence[int | None], classes: int
) -> Probabilities:
    """Probabilities of labels as probabilities of classes.

    Labels of one class are added up. What a model gives to labels without a class is left out, and
    the rest is brought to a sum of 1: the question is which of these classes it would choose.

    Args:
        probabilities: (N, L).
        mapping: Class of each label, from 0; None for a label without a class.
        classes: C.

    Returns:
        (N, C).
    """
    sums = np.zeros((len(probabilities), classes), np.float64)
    for label, class_ in enumerate(mapping):
        if class_ is not None:
            sums[:, class_] += probabilities[:, label]
    whole = sums.sum(axis=1, keepdims=True)
    even = np.full_like(sums, 1 / classes)
    shares: npt.NDArray[np.float64] = np.divide(sums, whole, out=even, where=whole > 0)
    return shares.astype(np.float32)


def other_run(
    run: TrainingRun, origin: str, answers: Probabilities, backbone: str, steps: Steps
) -> TrainingRun:
    """What another model made of the test images of a run.

    Args:
        run: Ended well.
        origin: What to call the model.
        answers: (N, C), class after class in the order of `run.test`.
        backbone: What the model stands on.
        steps: Its image steps.
    """
    truth = np.repeat(np.arange(len(run.test)), [len(rows) for rows in run.test])
    confusion = np.zeros((len(run.test),) * 2, np.int64)
    np.add.at(confusion, (truth, answers.argmax(axis=1)), 1)
    config = replace(TrainConfig(), backbone=backbone, steps=steps)
    return TrainingRun(
        0,
        run.class_ids,
        config,
        (run.key[0], config),
        RunPhase.DONE,
        device=run.device,
        train=((),) * len(run.test),
        test=run.test,
        confusion=confusion,
        test_probabilities=answers,
        split=run.split,
        names=run.names,
        origin=origin,
    )


def named_alike(labels: Sequence[str], names: Sequence[str]) -> tuple[int | None, ...]:
    """Class of each label by its name, whatever its case; None where no class is called so."""
    known = {name.strip().casefold(): place for place, name in enumerate(names)}
    return tuple(known.get(label.strip().casefold()) for label in labels)
