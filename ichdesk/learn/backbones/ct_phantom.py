"""The backbone that ships with the app: a small network trained on synthetic head CT."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the usual name

from ichdesk.core.errors import UserError
from ichdesk.core.resources import resource_path
from ichdesk.learn.backbones import BACKBONES, Backbone, refuse_argument

NAME = "ct-phantom"
TYPES = (
    "intraparenchymal",
    "intraventricular",
    "subdural",
    "epidural",
    "subarachnoid",
    "any",
)
"""What the type layer was trained to recognize, one logit each."""
MAPS = (*TYPES[:5], "fluid", "calcification", "edema", "swelling", "surgery")
"""What the map layer was trained to outline, one channel each."""
SIGNS = ("calcification", "edema", "swelling", "surgery", "shift", "atrophy")
"""What the sign layer was trained on: four logits, midline shift and atrophy in deviations."""
_EMBEDDING = 64
_WIDTHS = (32, 64, 128, 160)

Conv = Callable[..., nn.Module]


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(x))), then ReLU; or x + conv(x) with `single`."""

    def __init__(self, conv: Conv, channels: int, *, single: bool = False) -> None:
        super().__init__()
        self.first = nn.Identity() if single else conv(channels, channels, 3, padding=1)
        self.second = conv(channels, channels, 3, padding=1)
        self.single = single

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        inner = x if self.single else F.relu(self.first(x))
        return F.relu(x + self.second(inner))


class CtPhantomNet(nn.Module):
    """Features of a head-CT picture, from local edges to types of hemorrhage.

    Strided convolutions bring 224 px to 56, 28, 14 and 7; two top-down steps merge 7 into 14 and
    14 into 28, where the map layer outlines hemorrhage types and other signs. Means and maxima over
    the planes of every depth feed an embedding, and that the type and sign layers. The features
    are type and sign values, the embedding, the size and the strongest spot of every map, and the
    maxima of the first planes; the last see what has nothing to do with anatomy, such as a marker
    in a corner. Only operations that ONNX, TFLite and TensorFlow.js know are used.

    Args:
        conv: Makes a convolution; pretraining passes one that is followed by a BatchNorm, which
            is folded into the weights before they are saved.
    """

    def __init__(self, conv: Conv = nn.Conv2d) -> None:
        super().__init__()
        low, middle, high, top = _WIDTHS
        self.stem = conv(3, low, 7, stride=4, padding=3)
        self.low = ResidualBlock(conv, low, single=True)
        self.down_middle = conv(low, middle, 3, stride=2, padding=1)
        self.middle = ResidualBlock(conv, middle)
        self.down_high = conv(middle, high, 3, stride=2, padding=1)
        self.high = ResidualBlock(conv, high)
        self.down_top = conv(high, top, 3, stride=2, padding=1)
        self.top = ResidualBlock(conv, top)
        self.lateral_top = conv(top, high, 1)
        self.lateral_high = conv(high, middle, 1)
        self.merge = conv(middle, middle, 3, padding=1)
        self.maps = nn.Conv2d(middle, len(MAPS), 1)
        pooled = 2 * (low + middle + high + top + middle + len(MAPS))
        self.embed = nn.Linear(pooled, _EMBEDDING)
        self.types = nn.Linear(_EMBEDDING, len(TYPES))
        self.signs = nn.Linear(_EMBEDDING, len(SIGNS))
        self.dimension = len(TYPES) + len(SIGNS) + _EMBEDDING + 2 * len(MAPS) + low

    def planes(self, x: Tensor) -> list[Tensor]:
        """Every plane that is pooled; the last one holds the logits of `MAPS`, (N, 10, 28, 28)."""
        low = self.low(F.relu(self.stem(x)))  # (N, 32, 56, 56)
        middle = self.middle(F.relu(self.down_middle(low)))  # (N, 64, 28, 28)
        high = self.high(F.relu(self.down_high(middle)))  # (N, 128, 14, 14)
        top = self.top(F.relu(self.down_top(high)))  # (N, 160, 7, 7)
        wide = F.relu(high + _doubled(self.lateral_top(top)))  # (N, 128, 14, 14)
        near = F.relu(middle + _doubled(self.lateral_high(wide)))  # (N, 64, 28, 28)
        merged = F.relu(self.merge(near))  # (N, 64, 28, 28)
        return [low, middle, high, top, merged, self.maps(merged)]

    def pool(self, planes: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Means and maxima of all planes, (N, P), and the embedding of them, (N, 64)."""
        means = [plane.mean(dim=(2, 3)) for plane in planes]
        maxima = [plane.amax(dim=(2, 3)) for plane in planes]
        pooled = torch.cat(means + maxima, dim=1)
        return pooled, F.relu(self.embed(pooled))

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, 224, 224) in about [-1, 1] to (N, D) features."""
        return self.from_planes(self.planes(x.contiguous(memory_format=torch.channels_last)))

    def from_planes(self, planes: list[Tensor]) -> Tensor:
        """(N, D) features of what `planes` gives."""
        _, embedding = self.pool(planes)
        spots = planes[-1].amax(dim=(2, 3))  # (N, 10)
        sizes = torch.sqrt(torch.sigmoid(planes[-1]).mean(dim=(2, 3)))  # (N, 10), about a diameter
        edges = planes[0].amax(dim=(2, 3))  # (N, 32)
        heads = [self.types(embedding), self.signs(embedding)]
        return torch.cat([*heads, embedding, spots, sizes, edges], dim=1)


def _doubled(plane: Tensor) -> Tensor:
    """Twice as high and wide, each value four times."""
    return F.interpolate(plane, scale_factor=2.0, mode="nearest")


@dataclass(frozen=True)
class CtPhantom:
    """The loaded backbone; see `ichdesk.learn.backbones.Backbone`."""

    name: str
    dimension: int
    fingerprint: str
    module: nn.Module


@BACKBONES.register(NAME)
def load(argument: str) -> Backbone:
    """Load the shipped weights.

    Raises:
        UserError: An argument was given, or the installation is damaged.
    """
    refuse_argument(NAME, argument)
    path = resource_path(f"backbones/{NAME}/weights.safetensors")
    net = CtPhantomNet()
    try:
        data = path.read_bytes()
        net.load_state_dict(load_tensors(data))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise UserError(f"The weights in {path} cannot be read; install ICHDesk again.") from error
    net = net.eval().requires_grad_(False).to(memory_format=torch.channels_last)
    return CtPhantom(NAME, net.dimension, hashlib.sha256(data).hexdigest(), net)
