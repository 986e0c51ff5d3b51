"""The part that learns: two dense layers on features, and the two ways in which they learn."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import torch
from torch import nn

HIDDEN_UNITS = 100
_LEAST_SPREAD = 0.5  # of the median spread; features that hardly vary are not blown up


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a head learns.

    Attributes:
        standardize: Bring all features to one scale first.
        dropout: Share of the features that is hidden from each sample in each step
            (Srivastava 2014, JMLR 15), so that the head relies on no single one.
        weight_decay: See `Adam`; after many steps no weight is larger than about its inverse.
    """

    standardize: bool
    dropout: float
    weight_decay: float


RECIPES: Mapping[str, Recipe] = {
    "ichdesk": Recipe(standardize=True, dropout=0.5, weight_decay=5.0),
    "teachable-machine": Recipe(standardize=False, dropout=0.0, weight_decay=0.0),
}
"""By `TrainConfig.head`. The second is the original's; the first learns more from a few images."""


class Head(nn.Module):
    """Standardize, Dense(H, ReLU), Dense(C) without bias; (N, D) features to (N, C) logits.

    A new head leaves the features as they are until `fit_scaler` says otherwise.

    Args:
        dimension: D, features per sample.
        classes: C.
        generator: Source of the initial weights.
        hidden_units: H; another number than ours only for a head that was trained elsewhere.
    """

    def __init__(
        self,
        dimension: int,
        classes: int,
        generator: torch.Generator,
        hidden_units: int = HIDDEN_UNITS,
    ) -> None:
        super().__init__()
        self.mean = nn.Buffer(torch.zeros(dimension))
        self.scale = nn.Buffer(torch.ones(dimension))
        self.hidden = nn.Linear(dimension, hidden_units)
        self.output = nn.Linear(hidden_units, classes, bias=False)
        initialize_dense(self.hidden, generator)
        initialize_dense(self.output, generator)

    def fit_scaler(self, features: torch.Tensor) -> None:
        """Take mean and spread of (N, D) training features; fewer than two leave both alone."""
        if len(features) < 2:
            return
        spread, mean = torch.std_mean(features, dim=0, correction=0)
        least = _LEAST_SPREAD * float(spread.median())
        self.mean.copy_(mean)
        self.scale.copy_(1.0 / spread.clamp_min(least if least > 0.0 else 1.0))

    def standardize(self, features: torch.Tensor) -> torch.Tensor:
        """Zero mean and unit spread on the training set; (N, D) in and out."""
        return (features - self.mean) * self.scale

    def classify(self, standardized: torch.Tensor) -> torch.Tensor:
        """Logits (N, C) of standardized features (N, D)."""
        return self.output(torch.relu(self.hidden(standardized)))  # type: ignore[no-any-return]

    @torch.no_grad()
    def differentiate(self, standardized: torch.Tensor, truth: torch.Tensor) -> None:
        """Set `grad` of all weights to that of the mean cross-entropy.

        Backpropagation (Rumelhart 1986, Nature 323) through two layers, written out: torch's own
        gives the same numbers, and takes four times as long on batches as small as these.

        Args:
            standardized: Features (B, D).
            truth: 1 for the class of each sample, else 0, (B, C).
        """
        inner, bias, outer = self.hidden.weight, self.hidden.bias, self.output.weight
        hidden = torch.addmm(bias, standardized, inner.T).clamp_min_(0.0)  # (B, 100)
        said = torch.softmax(hidden @ outer.T, dim=1)  # (B, C)
        wrong = said.sub_(truth).div_(len(truth))  # the gradient with respect to the logits
        back = (wrong @ outer).mul_(hidden.sign())  # (B, 100); ReLU lets through what is above 0
        outer.grad = wrong.T @ hidden
        inner.grad = back.T @ standardized
        bias.grad = back.sum(dim=0)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits (N, C) of features (N, D) as the backbone gives them."""
        return self.classify(self.standardize(features))


def initialize_dense(layer: nn.Linear, generator: torch.Generator) -> None:
    """TensorFlow.js "varianceScaling": normal, variance 1 / fan-in, cut at two deviations.

    Source: `VarianceScaling` in tfjs-layers, initializers.ts (scale 1, fanIn, normal), the
    initializer that Teachable Machine names for both layers. Biases start at zero.
    """
    deviation = 1.0 / sqrt(layer.in_features)
    nn.init.trunc_normal_(
        layer.weight, 0.0, deviation, -2.0 * deviation, 2.0 * deviation, generator
    )
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
