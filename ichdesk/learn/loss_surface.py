"""The loss of a head over a plane through its weights: where the plane lies, and how high it is.

Hidden layer and output are both linear in the weights, so on a plane the hidden sums of all samples
are three matrices, computed once; a point of the plane then costs two small products.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.nn.functional import cross_entropy

from ichdesk.learn.fit import Labeled
from ichdesk.learn.head import HIDDEN_UNITS, Head

_LEAST_SQUARE = 1e-6  # of the longer axis; what bends less than this is a straight line


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane in the space of all P weights of a head.

    Attributes:
        origin: Weights at (0, 0), (P,).
        axes: Two directions, (2, P), each as long as one unit of its axis.
    """

    origin: torch.Tensor
    axes: torch.Tensor

    def project(self, weights: torch.Tensor) -> torch.Tensor:
        """Feet of the perpendiculars from weights (N, P) on the plane, (N, 2)."""
        products = (weights - self.origin) @ self.axes.T
        return torch.matmul(products, torch.linalg.inv(self._gram))

    def share(self, weights: torch.Tensor) -> float:
        """How much of the squared distances of weights (N, P) from the origin lies in the plane."""
        points, total = self.project(weights), float((weights - self.origin).square().sum())
        inside = float((points @ self._gram * points).sum())
        return inside / total if total > 0.0 else 1.0

    @property
    def _gram(self) -> torch.Tensor:
        return self.axes @ self.axes.T


def flat_weights(head: Head) -> torch.Tensor:
    """All weights in one row, (P,): hidden matrix, hidden biases, output matrix."""
    return torch.cat([parameter.detach().reshape(-1) for parameter in head.parameters()])


def path_plane(path: torch.Tensor, origin: torch.Tensor, generator: torch.Generator) -> Plane:
    """The plane through `origin` that holds as much of a path as a plane can, axes orthonormal.

    Its axes are the first two principal components of the steps from the origin (Li et al. 2018,
    arXiv 1712.09913, section 7; Lorch 2016). From its start the path goes right and up, on the
    whole. Where it is a straight line, the second axis is random.

    Args:
        path: Weights after each epoch, (N, P).
        origin: (P,).
        generator: Chance for what the path leaves open.
    """
    steps = path - origin
    # P is far larger than N, so the components come from the products of the steps
    squares, weightings = torch.linalg.eigh((steps @ steps.T).double())  # rising
    found = int((squares[-2:] > _LEAST_SQUARE * squares[-1]).sum())
    components = weightings[:, len(steps) - found :].flip(1).T.float() @ steps  # (found, P)
    free = torch.randn((2 - found, path.shape[1]), generator=generator)
    axes = torch.linalg.qr(torch.cat([components, free]).T).Q.T  # (2, P)
    gone = ((path - path[0]) @ axes.T).sum(dim=0)  # (2,)
    return Plane(origin, axes * torch.where(gone < 0.0, -1.0, 1.0)[:, None])


def random_plane(head: Head, generator: torch.Generator) -> Plane:
    """Two random directions from the weights of a head, each filter as long as the head's own.

    A filter is what leads to one unit: a row of either matrix. Biases stay as they are. Without
    this the same head with its units scaled would seem flatter or steeper than it is (Li et al.
    2018, arXiv 1712.09913, section 4).
    """
    axes = [
        torch.cat(
            [_like(parameter.detach(), generator).reshape(-1) for parameter in head.parameters()]
        )
        for _ in range(2)
    ]
    return Plane(flat_weights(head), torch.stack(axes))


def _like(weights: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    if weights.ndim == 1:
        return torch.zeros_like(weights)
    noise = torch.randn(weights.shape, generator=generator)
    lengths = weights.norm(dim=1, keepdim=True) / noise.norm(dim=1, keepdim=True)
    return torch.mul(noise, lengths)


class Surface:
    """Training loss over a plane, with nothing hidden from the head and no weight decay in it.

    Args:
        plane: Where.
        head: Its scaler brings features to one scale.
        samples: On which the loss is measured.
    """

    def __init__(self, plane: Plane, head: Head, samples: Labeled) -> None:
        x = head.standardize(samples.x)  # (N, D)
        parts = [_split(row, head) for row in (plane.origin, *plane.axes)]
        self._y = samples.y
        self._sums = [x @ hidden.T + bias for hidden, bias, _ in parts]  # three of (N, H)
        self._outputs = [output for _, _, output in parts]  # three of (C, H)

    @torch.inference_mode()
    def losses(self, points: torch.Tensor) -> torch.Tensor:
        """Mean cross-entropy in nats at points (K, 2), (K,)."""
        return torch.stack([self._loss(a, b) for a, b in points.tolist()])

    def _loss(self, a: float, b: float) -> torch.Tensor:
        sums, outputs = _on_plane(self._sums, a, b), _on_plane(self._outputs, a, b)
        return cross_entropy(torch.relu_(sums) @ outputs.T, self._y)


def stratified(samples: Labeled, most: int, generator: torch.Generator) -> Labeled:
    """About `most` samples by chance, from each class in proportion and one at least."""
    n = len(samples.y)
    if n <= most:
        return samples
    order = torch.randperm(n, generator=generator)
    rows = []
    for label in set(samples.y.tolist()):
        own = order[samples.y[order] == label]
        rows.append(own[: max(1, len(own) * most // n)])
    chosen = torch.cat(rows)
    return Labeled(samples.x[chosen], samples.y[chosen])


def _on_plane(parts: Sequence[torch.Tensor], a: float, b: float) -> torch.Tensor:
    origin, first, second = parts
    return torch.add(origin, first, alpha=a).add_(second, alpha=b)


def _split(weights: torch.Tensor, head: Head) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Hidden matrix (H, D), hidden biases (H,) and output matrix (C, H) of one row of weights."""
    hidden, output = head.hidden.weight, head.output.weight
    first, biases, last = torch.split(weights, [hidden.numel(), HIDDEN_UNITS, output.numel()])
    return first.view_as(hidden), biases, last.view_as(output)
