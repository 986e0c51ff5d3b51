"""Samples become labeled features in the order that the split names them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.samples import Sample
from ichdesk.learn.experiment import (
    DataSet,
    NamedSamples,
    prepare_training,
    read_data_set,
    repeat,
)
from ichdesk.learn.features import Cancelled, Extractor, FeatureCache
from ichdesk.learn.fit import EpochResult
from tests.fakes.backbone import FakeBackbone


@pytest.fixture
def data() -> DataSet:
    """Two classes of one feature, whose value says class and position."""
    vectors = tuple(
        {i: np.array([100 * label + i], np.float32) for i in range(20) if i != 4}
        for label in range(2)
    )
    return DataSet(vectors, 1, ("One image was unreadable.",))


def test_labeled_follows_the_positions(data: DataSet) -> None:
    labeled = data.labeled([(3, 7), (0,)])
    assert labeled.x.tolist() == [[3.0], [7.0], [100.0]]
    assert labeled.y.tolist() == [0, 0, 1]
    assert data.labeled([(), ()]).x.shape == (0, 1)


def test_the_split_leaves_unreadable_samples_out(data: DataSet) -> None:
    split = data.split(0)
    assert sorted(split.train[0] + split.test[0]) == [i for i in range(20) if i != 4]
    assert len(split.test[0]) == 3


def test_a_repeat_is_the_training_with_that_seed(data: DataSet) -> None:
    config = TrainConfig(epochs=3, learning_rate=0.1)
    for seed, counts in enumerate(repeat(data, config, 3, lambda: False)):
        *_, last = prepare_training(data, replace(config, seed=seed)).results
        assert isinstance(last, EpochResult)
        assert np.array_equal(last.test.confusion, counts)


def test_another_seed_can_leave_the_split_as_it_is(data: DataSet) -> None:
    one, other, alone = (
        prepare_training(data, TrainConfig(seed=seed), split)
        for seed, split in ((1, 5), (2, 5), (5, None))
    )
    assert one.split == other.split == alone.split != data.split(1)
    first, second = next(one.head.parameters()), next(other.head.parameters())
    assert not first.equal(second)


def test_repeats_stop_when_cancelled(data: DataSet) -> None:
    asked = iter([False] * 5 + [True])
    with pytest.raises(Cancelled):
        list(repeat(data, TrainConfig(), 3, lambda: next(asked)))


def test_reading_lists_what_was_left_out(make_samples: Callable[..., tuple[Sample, ...]]) -> None:
    extractor = Extractor(FakeBackbone(), torch.device("cpu"))
    classes = [
        NamedSamples("A", make_samples(3, 60, junk=(1,))),
        NamedSamples("B", make_samples(2, 90)),
    ]
    steps = read_data_set(classes, extractor, FeatureCache(), lambda: False)
    with pytest.raises(StopIteration) as end:
        while True:
            next(steps)
    data = end.value.value
    assert [sorted(known) for known in data.vectors] == [[0, 2], [0, 1]]
    assert len(data.unreadable) == 1
    assert data.unreadable[0].startswith("A, image 2: ")


def test_two_classes_must_be_readable(make_samples: Callable[..., tuple[Sample, ...]]) -> None:
    extractor = Extractor(FakeBackbone(), torch.device("cpu"))
    classes = [
        NamedSamples("A", make_samples(1, 60, junk=(0,))),
        NamedSamples("B", make_samples(2, 90)),
    ]
    with pytest.raises(UserError, match=r"at least two classes\. A, image 1: "):
        list(read_data_set(classes, extractor, FeatureCache(), lambda: False))
