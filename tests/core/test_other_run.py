"""Another model's answers beside a run's own."""

from pathlib import Path

import numpy as np
import pytest

from ichdesk.core.config import TrainConfig
from ichdesk.core.other_run import asked_samples, mapped, named_alike, other_run
from ichdesk.core.run import RunPhase, TrainingRun
from ichdesk.core.run_comparison import RunComparison
from ichdesk.core.samples import Sample
from ichdesk.core.steps import DEFAULT_STEPS


@pytest.fixture
def run() -> TrainingRun:
    samples = tuple(Sample(Path("x"), i, 1, f"{i:064}") for i in range(6))
    key = (((1, samples[:3]), (2, samples[3:])), TrainConfig())
    return TrainingRun(
        5,
        (1, 2),
        TrainConfig(),
        key,
        RunPhase.DONE,
        train=((0,), (0,)),
        test=((1, 2), (1, 2)),
        confusion=np.array([[1, 1], [0, 2]]),
        test_probabilities=np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.1, 0.9]], np.float32),
        names=("Bleed", "Normal"),
    )


def test_names_are_found_whatever_their_case():
    assert named_alike(("normal ", "BLEED", "Other"), ("Bleed", "Normal")) == (1, 0, None)


def test_labels_of_one_class_are_added_up():
    said = np.array([[0.2, 0.4, 0.3, 0.1]], np.float32)
    np.testing.assert_allclose(mapped(said, (0, 0, 1, None), 2), [[0.6 / 0.9, 0.3 / 0.9]], 1e-6)


def test_a_model_that_says_nothing_of_the_classes_is_torn():
    said = np.array([[0.0, 0.0, 1.0]], np.float32)
    np.testing.assert_array_equal(mapped(said, (0, 1, None), 2), [[0.5, 0.5]])


def test_the_images_asked_about_are_the_test_images(run: TrainingRun):
    assert [[s.sha256[-1] for s in own] for own in asked_samples(run)] == [["1", "2"], ["4", "5"]]


def test_answers_are_compared_image_by_image(run: TrainingRun):
    answers = np.array([[0.9, 0.1], [0.7, 0.3], [0.6, 0.4], [0.1, 0.9]], np.float32)
    other = other_run(run, "m.zip", answers, "tm-import", DEFAULT_STEPS)
    np.testing.assert_array_equal(other.confusion, [[2, 0], [1, 1]])
    assert (other.test_correct, other.origin) == ((3, 4), "m.zip")
    assert other.test_interval is not None
    facts = RunComparison.of(run, other)
    assert facts.same_images
    assert (facts.paired.only_a, facts.paired.only_b, facts.paired.n) == (1, 1, 4)
