"""EfficientNet-B0 (Tan 2019, arXiv 1905.11946) with torchvision's names of weights."""

import torch
from torch import Tensor, nn

from ichdesk.learn.backbones.imagenet import WeightsFile, imagenet
from ichdesk.learn.backbones.planes import MeanPooled

_STAGES = (
    (16, 1, 3, 1, 1),
    (24, 2, 3, 2, 6),
    (40, 2, 5, 2, 6),
    (80, 3, 3, 2, 6),
    (112, 3, 5, 1, 6),
    (192, 4, 5, 2, 6),
    (320, 1, 3, 1, 6),
)
"""(channels, blocks, kernel, stride of the first block, expansion)."""


class SqueezeExcitation(nn.Module):
    """Scales every plane by a number from 0 to 1 that depends on the means of all."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        means = x.mean(dim=(2, 3), keepdim=True)
        return x * torch.sigmoid(self.fc2(nn.functional.silu(self.fc1(means))))


class MobileBlock(nn.Module):
    """x + convolutions: 1 x 1 to more planes, one on each plane, scaling, 1 x 1 back."""

    def __init__(self, channels: tuple[int, int], kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inputs, outputs = channels
        inner = inputs * expansion
        self.block = nn.Sequential(
            *([_conv_norm(inputs, inner, 1)] if expansion > 1 else []),
            _conv_norm(inner, inner, kernel, stride, groups=inner),
            SqueezeExcitation(inner, max(1, inputs // 4)),
            _conv_norm(inner, outputs, 1)[:2],  # no activation
        )
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H / stride, W / stride)."""
        outer: Tensor = self.block(x)
        return x + outer if self.adds else outer


@imagenet(
    "efficientnet_b0",
    "EfficientNet-B0",
    [WeightsFile("efficientnet_b0_rwightman-7f5810bc.pth", 20.451)],
)
class EfficientNetB0(MeanPooled):
    """EfficientNet-B0 up to the global average pooling."""

    dimension = 1280

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [_conv_norm(3, 32, 3, 2)]
        channels = 32
        for outputs, depth, kernel, stride, expansion in _STAGES:
            blocks = []
            for index in range(depth):
                step = 1 if index else stride
                blocks.append(MobileBlock((channels, outputs), kernel, step, expansion))
                channels = outputs
            layers.append(nn.Sequential(*blocks))
        self.features = nn.Sequential(*layers, _conv_norm(channels, self.dimension, 1))

    def planes(self, x: Tensor) -> list[Tensor]:
        """(N, 3, 224, 224) normalized to the last planes, (N, 1280, 7, 7)."""
        return [self.features(x)]


def _conv_norm(
    inputs: int, outputs: int, size: int, stride: int = 1, *, groups: int = 1
) -> nn.Sequential:
    padding = size // 2
    convolution = nn.Conv2d(inputs, outputs, size, stride, padding, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.SiLU(inplace=True))
