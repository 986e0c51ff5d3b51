"""A plain torchvision script: the frozen backbone runs again in every epoch.

Two epochs are measured; what all of them would take is that times 25.
"""

from pathlib import Path

import torch
from job import ALPHA, BATCH, EPOCHS, HIDDEN, RATES, SIDE_PX, Job, Watch, read_job, tell
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms
from torchvision.models import mobilenet_v2

_MEASURED_EPOCHS = 2
_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Pictures(Dataset[tuple[Tensor, int]]):
    """Pictures (3, 224, 224) with the number of their class."""

    def __init__(self, files: list[tuple[Path, int]]) -> None:
        self._files = files
        self._made = transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize(_MEAN, _SPREAD)]
        )

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        path, number = self._files[index]
        with Image.open(path) as image:
            return self._made(image.convert("RGB")), number


def network(classes: int) -> nn.Module:
    """MobileNetV2 with random weights, frozen, and two layers on top of it."""
    torch.manual_seed(0)
    net = mobilenet_v2(width_mult=ALPHA)
    for parameter in net.features.parameters():
        parameter.requires_grad = False
    net.classifier = nn.Sequential(
        nn.Linear(net.last_channel, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, classes, bias=False)
    )
    return net.eval()  # a frozen backbone keeps its norms as they are


def train_epoch(net: nn.Module, batches: DataLoader, optimizer: torch.optim.Optimizer) -> None:
    """Once through the pictures to train with."""
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()


@torch.no_grad()
def confusion(net: nn.Module, batches: DataLoader, classes: int) -> Tensor:
    """Counts (C, C): true class by answer."""
    counts = torch.zeros(classes, classes, dtype=torch.int64)
    for x, y in batches:
        for true, answer in zip(y, net(x).argmax(1), strict=True):
            counts[true, answer] += 1
    return counts


def measured(job: Job) -> dict[str, float]:
    """Figures of a training; a second one is the same again."""
    classes = len(job.classes)
    net = network(classes)
    net(torch.zeros(BATCH, 3, SIDE_PX, SIDE_PX))
    watch = Watch()
    train, test = job.split(0)
    batches = DataLoader(Pictures(train), BATCH, shuffle=True)
    test_batches = DataLoader(Pictures(test), BATCH)
    optimizer = torch.optim.Adam(net.classifier.parameters(), RATES[0])
    for _ in range(_MEASURED_EPOCHS):
        train_epoch(net, batches, optimizer)
        matrix = confusion(net, test_batches, classes)
    seconds, cpu_s = (each * EPOCHS / _MEASURED_EPOCHS for each in watch.look())
    return {
        "features_s": seconds / EPOCHS,
        "first_s": seconds,
        "first_cpu_s": cpu_s,
        "second_s": seconds,
        "second_cpu_s": cpu_s,
        "tested": int(matrix.sum()),
    }


def main() -> None:
    """Measure and print one JSON object."""
    job = read_job()
    torch.set_num_threads(job.threads)
    tell(measured(job))


if __name__ == "__main__":
    main()
