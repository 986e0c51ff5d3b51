"""MobileNetV2 (Sandler 2018, arXiv 1801.04381) with torchvision's padding and names of weights."""

from torch import Tensor, nn

from ichdesk.learn.backbones.imagenet import WeightsFile, imagenet
from ichdesk.learn.backbones.planes import MeanPooled

_STAGES = ((16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))
"""(channels, blocks, stride of the first block)."""


class InvertedResidual(nn.Module):
    """x + convolutions: 1 x 1 to six times the planes, 3 x 3 on each plane, 1 x 1 back."""

    def __init__(self, inputs: int, outputs: int, stride: int, *, expands: bool) -> None:
        super().__init__()
        inner = 6 * inputs if expands else inputs
        self.conv = nn.Sequential(
            *([_conv_norm(inputs, inner, 1)] if expands else []),
            _conv_norm(inner, inner, 3, stride, groups=inner),
            nn.Conv2d(inner, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H / stride, W / stride)."""
        outer: Tensor = self.conv(x)
        return x + outer if self.adds else outer


@imagenet(
    "mobilenet_v2",
    "MobileNetV2",
    [
        WeightsFile("mobilenet_v2-b0353104.pth", 13.555),
        WeightsFile("mobilenet_v2-7ebf99e0.pth", 13.598),
    ],
)
class TorchMobileNetV2(MeanPooled):
    """MobileNetV2 of width 1 up to the global average pooling."""

    dimension = 1280

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [_conv_norm(3, 32, 3, 2)]
        channels = 32
        for stage, (outputs, depth, stride) in enumerate(_STAGES):
            for index in range(depth):
                step = 1 if index else stride
                layers.append(InvertedResidual(channels, outputs, step, expands=stage > 0))
                channels = outputs
        self.features = nn.Sequential(*layers, _conv_norm(channels, self.dimension, 1))

    def planes(self, x: Tensor) -> list[Tensor]:
        """(N, 3, 224, 224) normalized to the last planes, (N, 1280, 7, 7)."""
        return [self.features(x)]


def _conv_norm(
    inputs: int, outputs: int, size: int, stride: int = 1, *, groups: int = 1
) -> nn.Sequential:
    padding = size // 2
    convolution = nn.Conv2d(inputs, outputs, size, stride, padding, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU6(inplace=True))
