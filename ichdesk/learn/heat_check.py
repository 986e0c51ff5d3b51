"""The randomized-weights check: what a heat map shows once the model has forgotten everything.

Adebayo 2018 (arXiv 1810.03292): weights are drawn anew from the top layer down. A map that hardly
changes shows the picture's own edges and spots, whatever the model has learned.
"""

from copy import deepcopy
from math import ceil

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ichdesk.learn.head import Head

LEVELS = (0.0, 0.5, 1.0)
"""Share of the backbone's layers, from its top, that is random; the head always is."""


@torch.no_grad()
def randomized(backbone: nn.Module, share: float, generator: torch.Generator) -> nn.Module:
    """A copy whose last layers are as before any training (He 2015, arXiv 1502.01852)."""
    copy = deepcopy(backbone)
    kinds = nn.Conv2d | nn.Linear | nn.BatchNorm2d
    layers = [layer for layer in copy.modules() if isinstance(layer, kinds)]
    for layer in layers[len(layers) - ceil(share * len(layers)) :]:
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_parameters()
            continue
        drawn = torch.empty(layer.weight.shape)
        nn.init.kaiming_normal_(drawn, nonlinearity="relu", generator=generator)
        layer.weight.copy_(drawn)
        if layer.bias is not None:
            layer.bias.zero_()
    return copy


@torch.no_grad()
def random_head(head: Head, features: Tensor, generator: torch.Generator) -> Head:
    """A new head of the same shape, fitted to the scale of features (N, D) if the old one was."""
    classes, _ = head.output.weight.shape
    fresh = Head(len(head.mean), classes, generator)
    if bool((head.mean != 0).any()):
        fresh.fit_scaler(features.cpu())
    return fresh.to(features.device)


def rank_correlation(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    """Spearman's correlation of two lists of numbers, ties at their mean rank.

    0 where one of them is flat or there are none.
    """
    if not len(a):
        return 0.0
    x, y = (_ranks(values) for values in (a, b))
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size > 0 else 0.0


def _ranks(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    means: npt.NDArray[np.float64] = (ends - (counts - 1) / 2)[place]
    return means
