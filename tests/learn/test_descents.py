"""A training done again takes the very same path, and a bad one ends with what it has."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ichdesk.core.config import HEADS, TrainConfig
from ichdesk.learn import descents
from ichdesk.learn.descents import Descent, Lesson
from ichdesk.learn.experiment import DataSet, prepare_training
from ichdesk.learn.features import Cancelled
from ichdesk.learn.fit import EpochResult
from ichdesk.learn.loss_surface import flat_weights

CONFIG = TrainConfig(epochs=6, learning_rate=0.003, seed=4)


def data_set(classes: int = 2, n: int = 30, dimension: int = 12, scale: float = 1.0) -> DataSet:
    rng = np.random.default_rng(0)
    centers = rng.normal(0, 1, (classes, dimension))
    rows = [(c + rng.normal(size=(n, dimension))).clip(-3, 3) * scale for c in centers]
    return DataSet(tuple(dict(enumerate(own.astype(np.float32))) for own in rows), dimension, ())


def lesson(data: DataSet, config: TrainConfig = CONFIG) -> Lesson:
    split = data.split(config.seed)
    return Lesson(data.labeled(split.train), data.labeled(split.test), len(data.vectors))


def trained(config: TrainConfig, data: DataSet | None = None) -> Descent:
    descent = Descent(lesson(data or data_set(), config), config)
    assert list(descent.train(lambda: False)) or descent.diverged
    return descent


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("head", HEADS)
def test_it_is_the_training_itself(head: str, classes: int) -> None:
    config, data = replace(CONFIG, head=head), data_set(classes)
    descent = trained(config, data)
    training = prepare_training(data, config)
    results = [result for result in training.results if isinstance(result, EpochResult)]
    assert torch.equal(descent.weights[-1], flat_weights(training.head))
    assert descent.epochs == list(range(7))
    np.testing.assert_array_equal(
        descent.figures[1:],
        np.array(
            [(r.epoch + 1, r.train.loss, r.test.loss, r.train.acc, r.test.acc) for r in results],
            np.float32,
        ),
    )
    assert descent.figures[0, 1] > descent.figures[-1, 1]


def test_one_epoch_has_a_start_and_an_end() -> None:
    descent = trained(replace(CONFIG, epochs=1))
    assert descent.epochs == [0, 1]
    assert len(descent.figures) == 2
    assert not torch.equal(*descent.weights)


def test_of_many_epochs_some_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descents, "_MOST_KEPT", 9)
    descent = trained(replace(CONFIG, epochs=30))
    assert descent.epochs[0] == 0
    assert descent.epochs[-1] == 30
    assert len(descent.epochs) == len(descent.weights) == 10
    assert len(descent.figures) == 31


def test_a_large_head_keeps_fewer_epochs() -> None:
    assert len(descents._kept_epochs(1_000, 13_000)) == 201
    assert len(descents._kept_epochs(1_000, 2**23 // 50)) == 51
    assert len(descents._kept_epochs(1_000, 2**23)) == 9
    assert len(descents._kept_epochs(3, 2**23)) == 4


def test_a_loss_beyond_all_numbers_ends_it() -> None:
    data = data_set(scale=1e38)
    descent = trained(replace(CONFIG, learning_rate=10.0, head="teachable-machine"), data)
    assert descent.diverged >= 1
    assert descent.diverged == descent.figures[-1, 0]
    assert not np.isfinite(descent.figures[-1, 1])
    assert bool(descent.weights.isfinite().all())


def test_without_test_images_there_is_no_figure_of_them() -> None:
    whole = lesson(data_set())
    descent = Descent(replace(whole, test=data_set().labeled([[], []])), CONFIG)
    list(descent.train(lambda: False))
    assert np.isnan(descent.figures[:, [2, 4]]).all()
    assert np.isfinite(descent.figures[:, [1, 3]]).all()


def test_nobody_waits_any_more() -> None:
    with pytest.raises(Cancelled):
        list(Descent(lesson(data_set()), CONFIG).train(lambda: True))
