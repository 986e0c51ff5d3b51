"""DenseNet-121 (Huang 2016, arXiv 1608.06993) with the names that torchvision gives its weights."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the usual name

from ichdesk.learn.backbones.imagenet import WeightsFile, imagenet
from ichdesk.learn.backbones.planes import MeanPooled

_DEPTHS = (6, 12, 24, 16)
_GROWTH = 32
_BOTTLENECK = 4 * _GROWTH


class DenseLayer(nn.Module):
    """Appends `_GROWTH` planes to those it is given."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, _BOTTLENECK, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(_BOTTLENECK)
        self.conv2 = nn.Conv2d(_BOTTLENECK, _GROWTH, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C + 32, H, W)."""
        inner = self.conv1(F.relu(self.norm1(x), inplace=True))
        new = self.conv2(F.relu(self.norm2(inner), inplace=True))
        return torch.cat([x, new], dim=1)


class DenseBlock(nn.Sequential):
    """Layers that each see the planes of all before them."""

    def __init__(self, inputs: int, depth: int) -> None:
        super().__init__()
        for index in range(depth):
            self.add_module(f"denselayer{index + 1}", DenseLayer(inputs + index * _GROWTH))


class Transition(nn.Sequential):
    """Halves the number of planes, their height and their width."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(inputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv = nn.Conv2d(inputs, inputs // 2, 1, bias=False)
        self.pool = nn.AvgPool2d(2)


@imagenet("densenet121", "DenseNet-121", [WeightsFile("densenet121-a639ec97.pth", 30.845)])
class DenseNet121(MeanPooled):
    """DenseNet-121 up to the global average pooling."""

    dimension = 1024

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential()
        self.features.add_module("conv0", nn.Conv2d(3, 64, 7, 2, 3, bias=False))
        self.features.add_module("norm0", nn.BatchNorm2d(64))
        self.features.add_module("relu0", nn.ReLU(inplace=True))
        self.features.add_module("pool0", nn.MaxPool2d(3, 2, 1))
        channels = 64
        for stage, depth in enumerate(_DEPTHS, start=1):
            self.features.add_module(f"denseblock{stage}", DenseBlock(channels, depth))
            channels += depth * _GROWTH
            if stage < len(_DEPTHS):
                self.features.add_module(f"transition{stage}", Transition(channels))
                channels //= 2
        self.features.add_module("norm5", nn.BatchNorm2d(channels))

    def planes(self, x: Tensor) -> list[Tensor]:
        """(N, 3, 224, 224) normalized to the last planes, (N, 1024, 7, 7)."""
        return [F.relu(self.features(x), inplace=True)]
