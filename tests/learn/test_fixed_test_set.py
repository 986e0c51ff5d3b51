"""Samples of a fixed test set are never trained on, and nothing else is held out."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.core.config import SPLITS, TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.samples import Sample, marked
from ichdesk.core.split_facts import BY_TEST_SET
from ichdesk.learn.experiment import (
    DataSet,
    NamedSamples,
    prepare_training,
    read_data_set,
    repeat,
)
from ichdesk.learn.features import Extractor, FeatureCache
from ichdesk.learn.fit import EpochResult
from tests.fakes.backbone import FakeBackbone

classes = st.lists(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3)), max_size=12),
    min_size=1,
    max_size=4,
)


def data_of(sides: list[list[tuple[bool, bool, int]]]) -> DataSet:
    """Classes of samples as (is test, is readable, patient); a feature says class and position."""
    samples = tuple(
        tuple(
            Sample(Path("x"), 0, 1, f"{label}-{i}", f"p{patient}", is_test=is_test)
            for i, (is_test, _, patient) in enumerate(side)
        )
        for label, side in enumerate(sides)
    )
    vectors = tuple(
        {
            i: np.array([100 * k + i], np.float32)
            for i, (_, readable, _) in enumerate(own)
            if readable
        }
        for k, own in enumerate(sides)
    )
    return DataSet(vectors, 1, (), samples)


@given(classes, st.sampled_from(SPLITS), st.integers(0, 5))
def test_no_test_image_is_trained_on_and_no_other_is_held_out(
    sides: list[list[tuple[bool, bool, int]]], split: str, seed: int
) -> None:
    data = data_of([[(True, True, 0)], *sides])
    assert data.rule(split) == BY_TEST_SET
    parts = data.split(seed, data.rule(split))
    learned, tested = data.labeled(parts.train), data.labeled(parts.test)
    wanted = {
        is_test: [
            100.0 * k + i
            for k, side in enumerate([[(True, True, 0)], *sides])
            for i, (test, readable, _) in enumerate(side)
            if readable and test is is_test
        ]
        for is_test in (True, False)
    }
    assert learned.x.flatten().tolist() == wanted[False]
    assert tested.x.flatten().tolist() == wanted[True]


@pytest.fixture
def data() -> DataSet:
    rng = np.random.default_rng(0)
    vectors = tuple({i: rng.normal(k, 1, 3).astype(np.float32) for i in range(20)} for k in (0, 1))
    samples = tuple(tuple(Sample(Path("x"), 0, 1, f"{k}-{i}") for i in range(20)) for k in range(2))
    return DataSet(vectors, 3, (), samples)


def test_locked_the_training_is_the_same_to_the_last_bit(data: DataSet) -> None:
    config = TrainConfig(epochs=5)
    before = prepare_training(data, config)
    samples = tuple(
        marked(own, held) for own, held in zip(data.samples, before.split.test, strict=True)
    )
    after = prepare_training(replace(data, samples=samples), config)
    assert after.split == before.split
    for one, other in zip(before.results, after.results, strict=True):
        if isinstance(one, EpochResult) and isinstance(other, EpochResult):
            assert one.train.loss == other.train.loss
            assert one.test.loss == other.test.loss


def test_seeds_change_the_start_and_never_the_test(data: DataSet) -> None:
    samples = tuple(marked(own, [3, 4, 9, 17]) for own in data.samples)
    fixed = replace(data, samples=samples)
    config = TrainConfig(epochs=2, learning_rate=0.1)
    trainings = [prepare_training(fixed, replace(config, seed=seed)) for seed in range(3)]
    assert all(training.split == trainings[0].split for training in trainings)
    assert not next(trainings[0].head.parameters()).equal(next(trainings[1].head.parameters()))
    assert [int(counts.sum()) for counts in repeat(fixed, config, 3, lambda: False)] == [8, 8, 8]


def read(classes: list[NamedSamples]) -> Iterator[object]:
    extractor = Extractor(FakeBackbone(), torch.device("cpu"))
    return read_data_set(classes, extractor, FeatureCache(), lambda: False)


def test_classes_need_images_to_learn_from(
    make_samples: Callable[..., tuple[Sample, ...]],
) -> None:
    first, second = make_samples(3, 60), make_samples(3, 90, junk=(1, 2))
    only_tested = NamedSamples("B", marked(second, range(3)))
    with pytest.raises(UserError, match="outside the test set"):
        list(read([NamedSamples("A", first), only_tested]))
    only_damaged = NamedSamples("B", marked(second, [0]))
    with pytest.raises(UserError, match="readable images in at least two classes"):
        list(read([NamedSamples("A", first), only_damaged]))
