"""AlexNet (Krizhevsky 2014, arXiv 1404.5997) with the names that torchvision gives its weights."""

from torch import Tensor, nn

from ichdesk.learn.backbones.imagenet import WeightsFile, imagenet


@imagenet("alexnet", "AlexNet", [WeightsFile("alexnet-owt-7be5be79.pth", 233.087)])
class AlexNet(nn.Module):
    """AlexNet up to its second fully connected layer ("fc7") and that layer's ReLU."""

    dimension = 4096

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
        )
        self.classifier = nn.Sequential(
            nn.Identity(),  # dropout, which does nothing in eval mode
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Identity(),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
        )

    def planes(self, x: Tensor) -> list[Tensor]:
        """(N, 3, 224, 224) normalized to the last planes, (N, 256, 6, 6)."""
        return [self.features(x)]

    def from_planes(self, planes: list[Tensor]) -> Tensor:
        """(N, 4096), no mean: its layers know each position."""
        features: Tensor = self.classifier(planes[0].flatten(1))
        return features

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, 224, 224) normalized to (N, 4096)."""
        return self.from_planes(self.planes(x))
