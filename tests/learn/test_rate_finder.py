"""Rates grow, the loss falls and runs away, and the steepest fall is found."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ichdesk.core.config import HEADS, TrainConfig
from ichdesk.learn.adam import Adam
from ichdesk.learn.rate_finder import (
    HIGHEST,
    LOWEST,
    STEPS,
    smoothed,
    suggested_rate,
    try_rates,
)
from tests.learn.test_descents import data_set, lesson

CONFIG = TrainConfig(seed=1)


@pytest.mark.parametrize("head", HEADS)
def test_rates_grow_until_the_loss_runs_away(head: str) -> None:
    tried = list(try_rates(lesson(data_set(3)), replace(CONFIG, head=head)))
    rates, losses = np.array(tried).T
    assert rates[0] == pytest.approx(LOWEST)
    np.testing.assert_allclose(np.diff(np.log10(rates)), 0.05, atol=1e-9)
    smooth = smoothed(losses)
    assert smooth.min() < 0.8 * smooth[0]
    assert len(rates) == STEPS or smooth[-1] > 4 * smooth.min()
    assert (smooth[:-1] <= 4 * np.minimum.accumulate(smooth)[:-1]).all()
    suggested = suggested_rate(rates, smooth)
    assert suggested is not None
    assert 1e-4 <= suggested <= 0.1
    assert suggested < rates[smooth.argmin()]


def test_it_is_the_same_every_time() -> None:
    first, second = (list(try_rates(lesson(data_set()), CONFIG)) for _ in range(2))
    assert first == second


def test_it_stops_at_four_times_the_best() -> None:
    tried = list(try_rates(lesson(data_set()), CONFIG))
    assert len(tried) < STEPS
    assert tried[-1][0] < HIGHEST


def test_a_loss_beyond_all_numbers_stops_it() -> None:
    config = replace(CONFIG, head="teachable-machine")
    tried = list(try_rates(lesson(data_set(scale=1e38)), config))
    assert len(tried) < STEPS
    assert np.isfinite(tried).all()


def test_smoothing_has_no_bias_at_the_start() -> None:
    np.testing.assert_allclose(smoothed(np.full(9, 0.7)), 0.7)
    steps = smoothed(np.array([0.0, 1.0]))
    assert steps[1] == pytest.approx(0.2 / 0.36)


def test_the_steepest_fall_is_suggested_to_one_digit() -> None:
    rates = np.geomspace(LOWEST, HIGHEST, STEPS)
    fall = 1.0 / (1.0 + (rates / 3.2e-3) ** 2)  # half way, and by logarithm steepest, at 0.0032
    run_away = np.where(rates > 0.5, rates * 10, 0.0)
    assert suggested_rate(rates, fall + run_away) == 0.003


def test_a_loss_that_does_not_fall_suggests_nothing() -> None:
    rates = np.geomspace(LOWEST, HIGHEST, STEPS)
    assert suggested_rate(rates, 1.0 + rates) is None
    assert suggested_rate(rates, np.full(STEPS, 0.7)) is None
    assert suggested_rate(rates[:1], np.array([0.7])) is None


def test_a_rate_may_be_set_between_steps() -> None:
    weights = [torch.nn.Parameter(torch.ones(2, 2)) for _ in range(2)]
    fixed, varied = Adam(weights[:1], 0.2, 0.5), Adam(weights[1:], 0.1, 0.5)
    varied.learning_rate = 0.2
    for parameter, optimizer in zip(weights, (fixed, varied), strict=True):
        parameter.grad = torch.ones(2, 2)
        optimizer.step()
    assert torch.equal(*weights)
    assert float(weights[0][0, 0].detach()) == pytest.approx(1.0 * 0.9 - 0.2)
