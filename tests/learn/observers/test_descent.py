"""The observer of a descent: the run's own path, exactly, the others, and the loss around."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ichdesk.core.config import HEADS, TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.split import Split
from ichdesk.learn import descents
from ichdesk.learn.experiment import DataSet, prepare_training
from ichdesk.learn.features import Cancelled
from ichdesk.learn.fit import EpochResult, Labeled, evaluate, fit
from ichdesk.learn.head import Head
from ichdesk.learn.model import Model
from ichdesk.learn.observers import OBSERVERS, Observation, Scene
from ichdesk.learn.observers.descent import PLANES
from tests.learn.test_descents import data_set

CONFIG = TrainConfig(epochs=8, learning_rate=0.003, seed=2)


def scene(
    config: TrainConfig = CONFIG,
    data: DataSet | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
    **options: str,
) -> Scene:
    data = data or data_set()
    training = prepare_training(data, config)
    list(training.results)
    model = Model(training.head, ("a", "b"), "", "")
    nothing = np.zeros((0, 224, 224, 3), np.uint8)
    return Scene(data, training.split, config, None, model, nothing, options, is_cancelled)


def last(seen: Scene) -> dict[str, np.ndarray]:
    *_, end = OBSERVERS["descent"](seen)
    assert end.done == end.total
    return end.arrays


def ground_at(arrays: dict[str, np.ndarray], x: float, y: float) -> float:
    """The grid's loss at the point of it that is nearest."""
    return float(arrays["loss"][np.abs(arrays["y"] - y).argmin(), np.abs(arrays["x"] - x).argmin()])


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("head", HEADS)
def test_the_path_ends_in_the_runs_model(head: str, classes: int) -> None:
    seen = scene(replace(CONFIG, head=head), data_set(classes))
    arrays = last(seen)
    assert arrays["off"].tolist() == [0.0]
    path, figures = arrays["path_1"], arrays["figures_1"]
    assert path[:, 0].tolist() == list(range(9))
    np.testing.assert_allclose(path[-1, 1:], 0.0, atol=1e-5)
    own = evaluate(seen.model.head, seen.data.labeled(seen.split.train))
    assert figures[-1, 1] == pytest.approx(own.loss, rel=1e-6)
    assert arrays["share"][1] > 0.8
    # the map around the end of the path is as high as the end
    assert ground_at(arrays, 0.0, 0.0) == pytest.approx(own.loss, rel=0.1)
    assert arrays["samples"].tolist() == [25 * classes, 25 * classes]
    assert all(values.dtype == np.float32 for values in arrays.values())


@pytest.mark.parametrize("plane", PLANES)
def test_the_map_holds_the_own_path_with_room_around(plane: str) -> None:
    arrays = last(scene(plane=plane, factor="30"))
    x, y = arrays["x"], arrays["y"]
    assert arrays["loss"].shape == (len(y), len(x)) == (46, 61)
    np.testing.assert_allclose(np.diff(x), np.diff(x)[0], rtol=1e-2)
    assert float(np.diff(x)[0]) == pytest.approx(float(np.diff(y)[0]), rel=1e-2)
    within = arrays["path_1"][:, 1:]
    assert (within > [x[2], y[2]]).all()
    assert (within < [x[-3], y[-3]]).all()
    if plane == "rates":
        for number in (0, 2):
            points = arrays[f"path_{number}"][:, 1:]
            assert (points > [x[0], y[0]]).all()
            assert (points < [x[-1], y[-1]]).all()


def test_the_three_rates_start_at_one_place() -> None:
    arrays = last(scene(factor="30"))
    np.testing.assert_allclose(arrays["rates"], [0.0001, 0.003, 0.09], rtol=1e-6)
    starts = [arrays[f"path_{number}"][0] for number in range(3)]
    np.testing.assert_allclose(starts[0], starts[1], atol=1e-5)
    np.testing.assert_allclose(starts[2], starts[1], atol=1e-5)
    ends = [arrays[f"figures_{number}"][-1, 1] for number in range(3)]
    assert ends[0] > ends[1]


def test_the_first_looks_are_sketches() -> None:
    looks = list(OBSERVERS["descent"](scene()))
    widths = [look.arrays["loss"].shape[1] for look in looks if "loss" in look.arrays]
    assert widths[0] == 13
    assert widths[-1] == 61
    assert [look.done for look in looks] == sorted(look.done for look in looks)
    assert "path_2" not in next(look for look in looks if "loss" in look.arrays).arrays


def test_one_epoch_is_a_descent_too() -> None:
    arrays = last(scene(replace(CONFIG, epochs=1)))
    assert arrays["path_1"].shape == (2, 3)
    assert np.isfinite(arrays["loss"]).all()


def runaway(head: Head, train: Labeled, test: Labeled, config: TrainConfig, chance: object):
    """The loop of training, of which a rate beyond 1 comes to grief in the second epoch."""
    for result in fit(head, train, test, config, chance):
        if isinstance(result, EpochResult) and result.epoch and config.learning_rate > 1.0:
            head.output.weight.data.fill_(np.inf)
            yield EpochResult(1, evaluate(head, train), evaluate(head, test))
            raise UserError("It is gone.")
        yield result


def test_a_rate_that_runs_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descents, "fit", runaway)
    arrays = last(scene(factor="1e6"))
    assert arrays["rates"][2] == pytest.approx(10.0)
    assert arrays["diverged"].tolist() == [0.0, 0.0, 2.0]
    assert len(arrays["figures_2"]) == 3
    assert np.isfinite(arrays["path_2"]).all()
    assert len(arrays["path_2"]) == 2
    assert arrays["loss"].shape == (46, 61)


def test_many_images_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ichdesk.learn.observers.descent._MOST_SAMPLES", 20)
    assert last(scene())["samples"].tolist() == [20, 50]


def test_a_model_of_another_training_is_off() -> None:
    seen = scene()
    other = scene(replace(CONFIG, epochs=7))
    assert last(replace(seen, trained=other.model))["off"][0] > 0.01


def test_nobody_waits_any_more() -> None:
    calls = iter([False] * 20)
    with pytest.raises(Cancelled):
        list(OBSERVERS["descent"](scene(is_cancelled=lambda: next(calls, True))))


@pytest.mark.parametrize("factor", ["1", "0", "-3", "nan", "inf", "much"])
def test_a_factor_must_set_the_rates_apart(factor: str) -> None:
    with pytest.raises(UserError, match="factor"):
        list(OBSERVERS["descent"](scene(factor=factor)))


def test_without_anything_to_learn_from_it_says_so() -> None:
    seen = scene()
    nothing = Split(((), ()), seen.split.test)
    with pytest.raises(UserError, match="No image was left"):
        list(OBSERVERS["descent"](replace(seen, split=nothing)))
    with pytest.raises(UserError, match="train one first"):
        list(OBSERVERS["descent"](replace(seen, trained=None)))


def test_the_finder_gives_a_curve_and_a_suggestion() -> None:
    looks = list(OBSERVERS["rate-finder"](scene()))
    assert all(isinstance(look, Observation) for look in looks)
    arrays = looks[-1].arrays
    assert len(arrays["rates"]) == len(arrays["losses"]) == len(arrays["smoothed"])
    assert (np.diff(arrays["rates"]) > 0).all()
    assert len(arrays["suggested"]) == 1
    assert arrays["samples"].tolist() == [50.0]
    assert looks[-1].done == looks[-1].total


def test_the_finder_stops_and_refuses() -> None:
    with pytest.raises(Cancelled):
        list(OBSERVERS["rate-finder"](scene(is_cancelled=lambda: True)))
    seen = scene()
    with pytest.raises(UserError, match="No image was left"):
        list(OBSERVERS["rate-finder"](replace(seen, split=Split(((), ()), ()))))
