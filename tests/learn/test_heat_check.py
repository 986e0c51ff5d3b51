"""Weights drawn anew from the top down, and Spearman's correlation against scipy."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

from ichdesk.learn.head import Head
from ichdesk.learn.heat_check import random_head, randomized, rank_correlation


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def net() -> nn.Module:
    layers = [
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.Conv2d(4, 4, 3, bias=False),
        nn.Linear(4, 2),
    ]
    net = nn.Sequential(*layers)
    for parameter in net.parameters():
        nn.init.normal_(parameter, generator=generator(1))
    layers[1].running_mean.fill_(3.0)
    return net.eval().requires_grad_(False)


def changed(before: nn.Module, after: nn.Module) -> list[bool]:
    pairs = zip(before.children(), after.children(), strict=True)
    return [not torch.equal(a.weight, b.weight) for a, b in pairs]


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, [False, False, False, False]),
        (0.5, [False, False, True, True]),
        (1.0, [True, True, True, True]),
    ],
)
def test_layers_are_drawn_anew_from_the_top(
    net: nn.Module, share: float, expected: list[bool]
) -> None:
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    fresh, again = (randomized(net, share, generator(4)) for _ in range(2))
    assert changed(net, fresh) == expected
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, before[name])  # the model itself is left alone
        assert torch.equal(fresh.state_dict()[name], again.state_dict()[name])
    assert not fresh.training
    if share == 1.0:
        assert fresh[1].running_mean.abs().max() == 0
        assert fresh[3].bias.abs().max() == 0


def test_a_new_head_takes_the_scale_of_the_features_if_the_old_one_had_one() -> None:
    features = 5 * torch.randn((30, 8), generator=generator(2)) + 7
    old = Head(8, 3, generator())
    assert torch.equal(random_head(old, features, generator(1)).mean, torch.zeros(8))
    old.fit_scaler(features / 2)
    fresh = random_head(old, features, generator(1))
    torch.testing.assert_close(fresh.mean, features.mean(dim=0))
    assert not torch.equal(fresh.hidden.weight, old.hidden.weight)
    assert fresh.output.weight.shape == (3, 100)


def test_rank_correlation_is_that_of_scipy() -> None:
    rng = np.random.default_rng(0)
    for values in (3, 1000):  # few values make many ties
        a, b = rng.integers(0, values, (2, 200)).astype(np.float32)
        b = b + a / 2
        assert rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert rank_correlation(np.ones(5, np.float32), b[:5]) == 0.0
    assert rank_correlation(b[:0], b[:0]) == 0.0
