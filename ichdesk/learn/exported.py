"""What ICHDesk does to a picture, and to a slice in Hounsfield units, as one module to export."""

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram

from ichdesk.core.steps import Steps
from ichdesk.learn.exported_steps import picture_of
from ichdesk.learn.resampling import central_square, fitted
from ichdesk.learn.tracing import traced

_HEIGHT, _WIDTH = 40, 48  # to trace with; unequal, so that nothing is taken for a square


class PictureClassifier(nn.Module):
    """A picture of any size to probabilities, as the app classifies image files.

    Args:
        classifier: (N, 3, 224, 224) in about [-1, 1] to (N, C) probabilities.
    """

    def __init__(self, classifier: nn.Module) -> None:
        super().__init__()
        self.classifier = classifier

    def forward(self, image: Tensor) -> Tensor:
        """(N, H, W, 3) uint8 RGB to (N, C)."""
        return _classified(self.classifier, self.pixels(image))

    def pixels(self, image: Tensor) -> Tensor:
        """What the network sees, (N, 3, 224, 224) from 0 to 255."""
        return central_square(image.permute(0, 3, 1, 2).to(torch.float32))


class HuClassifier(nn.Module):
    """A slice with square pixels to probabilities, as the app classifies scans.

    Args:
        classifier: (N, 3, 224, 224) in about [-1, 1] to (N, C) probabilities.
        steps: What turns Hounsfield units into a picture; such that `unheld_sentence` says nothing.
    """

    def __init__(self, classifier: nn.Module, steps: Steps) -> None:
        super().__init__()
        self.classifier = classifier
        self.steps = steps

    def forward(self, hu: Tensor) -> Tensor:
        """(N, H, W) float32 Hounsfield units to (N, C)."""
        return _classified(self.classifier, self.pixels(hu))

    def pixels(self, hu: Tensor) -> Tensor:
        """What the network sees, (N, 3, 224, 224) from 0 to 255."""
        return fitted(picture_of(hu, self.steps) * 255.0).expand(-1, 3, -1, -1)


def picture_program(classifier: nn.Module) -> ExportedProgram:
    """The graph of a `PictureClassifier`."""
    example = torch.zeros(2, _HEIGHT, _WIDTH, 3, dtype=torch.uint8)
    return traced(PictureClassifier(classifier), example)


def hu_program(classifier: nn.Module, steps: Steps) -> ExportedProgram:
    """The graph of a `HuClassifier`."""
    return traced(HuClassifier(classifier, steps), torch.zeros(2, _HEIGHT, _WIDTH))


def _classified(classifier: nn.Module, pixels: Tensor) -> Tensor:
    """Probabilities of pixels, which become numbers as in `ichdesk.learn.pixels.to_input`."""
    probabilities: Tensor = classifier(pixels / 127.0 - 1.0)
    return probabilities
