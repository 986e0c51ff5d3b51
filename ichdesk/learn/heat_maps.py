"""Heat maps: which places moved a class's score away from that of the average training picture.

A backbone is cut at its planes, the last numbers that still have a place. Integrated gradients
(Sundararajan 2017, arXiv 1703.01365) from the average training picture's planes to the picture's
own give every place its share: gradient times difference, averaged along the straight line. The
shares sum to the difference of the two scores, so nothing is hidden and nothing is added.

Where features are means of planes, they run straight along that line, and the integral over the
head has a closed form, that of DeepLIFT (Shrikumar 2017, arXiv 1704.02685): with all slopes equal
it is class activation mapping (Zhou 2016, arXiv 1512.04150), less the same of the average picture,
and exact. Elsewhere (ct-phantom takes maxima, too, and has a layer behind them; AlexNet has two)
the integral is a sum of a few terms, and what it misses is told.

Measured with ct-phantom and default settings, trained on 300 + 300 slices of class project 3, on
160 new slices with small bleeds (0.7 % of the head's area): the hottest place lies in a bleed in
50 % (95 % interval 42 to 58), 11 % of the positive heat does, and the sum misses 0.5 % of the
difference (median). The same from empty planes instead of the average picture's: 18 % and 2.5 %;
gradient times activation (HiResCAM, Draelos 2020, arXiv 2011.08891): 19 % and 2.6 %; Grad-CAM
(Selvaraju 2017, arXiv 1610.02391) of the merged planes: 24 % and 7.4 %. The map planes alone would
do as well (48 % and 16 %), but they leave out what else the score is made of.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the usual name

from ichdesk.core.errors import UserError
from ichdesk.learn.backbones.planes import HasPlanes, MeanPooled
from ichdesk.learn.head import Head

STEPS = 32
_GRID = 28  # finer planes are summed up to this many places across
_LEAST_STEP = 1e-6  # of a hidden unit's input, below which its slope is taken at the end

Planes = list[Tensor]


@dataclass(frozen=True, slots=True)
class Network:
    """A backbone and a head as one network, cut at the planes; both on one device."""

    backbone: HasPlanes
    head: Head

    @staticmethod
    def of(backbone: nn.Module, head: Head) -> "Network":
        """UserError if the backbone does not show its planes."""
        if not isinstance(backbone, HasPlanes):
            raise UserError(
                "These image features do not tell where in the picture they come from, so there is "
                "no heat map; choose others under Advanced and train again."
            )
        return Network(backbone, head.requires_grad_(False))

    @property
    def is_mean_pooled(self) -> bool:
        """Whether features are means of planes, so that maps are exact."""
        inner = getattr(self.backbone, "net", self.backbone)
        return isinstance(inner, MeanPooled)

    @torch.no_grad()
    def scores(self, planes: Planes) -> Tensor:
        """Logits (N, C)."""
        return self.head(self.backbone.from_planes(planes))  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a backbone makes of N pictures.

    Attributes:
        sums: Of their planes, each (1, K, h, w).
        features: Of every picture, (N, D).
    """

    sums: Planes
    features: Tensor

    @staticmethod
    @torch.no_grad()
    def of(backbone: HasPlanes, pictures: Tensor) -> "Seen":
        """Look at pictures (N, 3, 224, 224)."""
        planes = backbone.planes(pictures)
        sums = [plane.sum(dim=0, keepdim=True) for plane in planes]
        return Seen(sums, backbone.from_planes(planes))

    def __add__(self, other: "Seen") -> "Seen":
        """These pictures and those."""
        sums = [a + b for a, b in zip(self.sums, other.sums, strict=True)]
        return Seen(sums, torch.cat([self.features, other.features]))

    @property
    def average(self) -> Planes:
        """Planes of the average picture, each (1, K, h, w)."""
        return [plane / len(self.features) for plane in self.sums]


def heat_maps(
    net: Network, planes: Planes, start: Planes, classes: Sequence[int], steps: int = STEPS
) -> Tensor:
    """Shares of every place in the scores of classes, (N, C, h, w), in units of the logit.

    Args:
        net: Where the planes come from.
        planes: Of pictures, each (N, K, h, w).
        start: Those that they are compared with, each (1, K, h, w).
        classes: C of them, by index.
        steps: Terms of the sum where there is no closed form.

    Returns:
        Maps whose sums are `scores(planes) - scores(start)`, exactly or nearly.
    """
    if net.is_mean_pooled:
        slopes = _exact_slopes(net, planes, start, classes)
    else:
        slopes = _mean_slopes(net, planes, start, classes, steps)
    differences = [b - a for a, b in zip(start, planes, strict=True)]
    side = min(_GRID, max(plane.shape[-1] for plane in planes))
    maps = []
    for of_class in slopes:
        parts = zip(of_class, differences, strict=True)
        own = [(slope * difference).sum(dim=1, keepdim=True) for slope, difference in parts]
        maps.append(sum((on_grid(part, side) for part in own), torch.zeros(())))
    return torch.cat(maps, dim=1)


def head_slopes(head: Head, start: Tensor, end: Tensor) -> Tensor:
    """Mean derivative of each score by each feature between two points, (N, C, D).

    Along a line, a ReLU with inputs u and v at its ends has the mean slope (relu(v) - relu(u)) /
    (v - u), and one layer of them has no other.

    Args:
        head: Standardizes, one layer of ReLUs, one of sums.
        start: Features (1, D).
        end: Features (N, D).
    """
    u, v = (head.hidden(head.standardize(each)) for each in (start, end))  # (N, H)
    step = v - u
    at_end = (v > 0).to(v.dtype)
    is_short = step.abs() < _LEAST_STEP
    gates = torch.where(
        is_short, at_end, (v.relu() - u.relu()) / step.masked_fill(is_short, 1.0)
    )  # (N, H)
    weights = head.hidden.weight * head.scale  # (H, D), of features as they come
    return torch.einsum("ch,nh,hd->ncd", head.output.weight, gates, weights)


def _exact_slopes(
    net: Network, planes: Planes, start: Planes, classes: Sequence[int]
) -> list[Planes]:
    """Of features that are linear in the planes: those of the head, by the chain rule."""
    with torch.no_grad():
        ends = [net.backbone.from_planes(each) for each in (start, planes)]
        slopes = head_slopes(net.head, *ends)  # (N, C, D)
    leaves = [plane.clone().requires_grad_() for plane in planes]
    features = net.backbone.from_planes(leaves)
    return _slopes([(slopes[:, c] * features).sum() for c in classes], leaves)


def _mean_slopes(
    net: Network, planes: Planes, start: Planes, classes: Sequence[int], steps: int
) -> list[Planes]:
    """Mean of the slopes at points of the line."""
    found: list[Planes] = []
    for step in range(steps):
        along = (step + 0.5) / steps
        leaves = [
            torch.lerp(a.expand_as(b), b, along).requires_grad_()
            for a, b in zip(start, planes, strict=True)
        ]
        logits = net.head(net.backbone.from_planes(leaves))
        here = _slopes([logits[:, c].sum() / steps for c in classes], leaves)
        if not found:
            found = here
            continue
        pairs = zip(found, here, strict=True)
        found = [[a.add_(b) for a, b in zip(sums, more, strict=True)] for sums, more in pairs]
    return found


def _slopes(scores: Sequence[Tensor], leaves: Planes) -> list[Planes]:
    """Derivatives of each score by the planes."""
    return [list(torch.autograd.grad(score, leaves, retain_graph=True)) for score in scores]


def on_grid(part: Tensor, side: int) -> Tensor:
    """(N, 1, h, h) shares on another grid, (N, 1, side, side), with the same sum.

    One side is a whole multiple of the other; finer cells are summed, coarser ones spread evenly
    around their middle, which keeps the sum because the weights of bilinear interpolation by a
    whole factor do.
    """
    own = part.shape[-1]
    if own >= side:
        factor = own // side
        return F.avg_pool2d(part, factor) * factor**2
    factor = side // own
    spread = F.interpolate(part, size=(side, side), mode="bilinear", align_corners=False)
    return spread / factor**2
