"""ResNet (He 2015, arXiv 1512.03385) with the names that torchvision gives its weights."""

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the usual name

from ichdesk.learn.backbones.imagenet import WeightsFile, imagenet
from ichdesk.learn.backbones.planes import MeanPooled


class BasicBlock(nn.Module):
    """x + two 3 x 3 convolutions, then ReLU."""

    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = _shortcut(inputs, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, width, H / stride, W / stride)."""
        inner = F.relu(self.bn1(self.conv1(x)), inplace=True)
        inner = self.bn2(self.conv2(inner))
        return F.relu(inner + self.downsample(x), inplace=True)


class Bottleneck(nn.Module):
    """x + convolutions of 1 x 1, 3 x 3 (with the stride) and 1 x 1, then ReLU."""

    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = width * self.expansion
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = _shortcut(inputs, outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, 4 width, H / stride, W / stride)."""
        inner = F.relu(self.bn1(self.conv1(x)), inplace=True)
        inner = F.relu(self.bn2(self.conv2(inner)), inplace=True)
        inner = self.bn3(self.conv3(inner))
        return F.relu(inner + self.downsample(x), inplace=True)


class ResNet(MeanPooled):
    """ResNet up to the global average pooling; four stages of so many blocks."""

    def __init__(self, block: type[BasicBlock | Bottleneck], depths: tuple[int, ...]) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        channels = 64
        for stage, depth in enumerate(depths):
            width = 64 * 2**stage
            blocks = []
            for index in range(depth):
                blocks.append(block(channels, width, 2 if stage and not index else 1))
                channels = width * block.expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.dimension = channels

    def planes(self, x: Tensor) -> list[Tensor]:
        """(N, 3, 224, 224) normalized to the last planes, (N, 512 or 2048, 7, 7)."""
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        x = F.max_pool2d(x, 3, 2, 1)
        for name in ("layer1", "layer2", "layer3", "layer4"):
            x = self.get_submodule(name)(x)
        return [x]


@imagenet("resnet18", "ResNet-18", [WeightsFile("resnet18-f37072fd.pth", 44.661)])
def resnet18() -> ResNet:
    """18 layers, 512 features."""
    return ResNet(BasicBlock, (2, 2, 2, 2))


@imagenet(
    "resnet50",
    "ResNet-50",
    [WeightsFile("resnet50-0676ba61.pth", 97.781), WeightsFile("resnet50-11ad3fa6.pth", 97.79)],
)
def resnet50() -> ResNet:
    """50 layers, 2048 features."""
    return ResNet(Bottleneck, (3, 4, 6, 3))


@imagenet(
    "resnet101",
    "ResNet-101",
    [WeightsFile("resnet101-63fe2227.pth", 170.511), WeightsFile("resnet101-cd907fc2.pth", 170.53)],
)
def resnet101() -> ResNet:
    """101 layers, 2048 features."""
    return ResNet(Bottleneck, (3, 4, 23, 3))


def _shortcut(inputs: int, outputs: int, stride: int) -> nn.Module:
    """The input as it is, or brought to the size of the output."""
    if stride == 1 and inputs == outputs:
        return nn.Identity()
    convolution = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))
