"""What backbones let one see inside: the planes just before position gets lost."""

from typing import Protocol, runtime_checkable

from torch import Tensor, nn


@runtime_checkable
class HasPlanes(Protocol):
    """A network in two steps; its forward pass is `from_planes(planes(x))`."""

    def planes(self, x: Tensor) -> list[Tensor]:
        """(N, 3, 224, 224) to planes of one or more depths, each (N, K, h, w)."""

    def from_planes(self, planes: list[Tensor]) -> Tensor:
        """(N, D) features of such planes."""


class MeanPooled(nn.Module):
    """A network whose features are the means of its last planes."""

    def planes(self, x: Tensor) -> list[Tensor]:
        """(N, 3, 224, 224) to one element, (N, D, h, w)."""
        raise NotImplementedError

    def from_planes(self, planes: list[Tensor]) -> Tensor:
        """(N, D), the mean of every plane."""
        return planes[0].mean(dim=(2, 3))

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, 224, 224) to (N, D)."""
        return self.from_planes(self.planes(x))
