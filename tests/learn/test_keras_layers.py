"""Networks of torch's give the same probabilities as Keras layers."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the usual name

from ichdesk.core.errors import UserError
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.backbones.alexnet import AlexNet
from ichdesk.learn.backbones.densenet import DenseLayer, Transition
from ichdesk.learn.backbones.efficientnet import MobileBlock
from ichdesk.learn.backbones.imagenet import ImageNetFeatures
from ichdesk.learn.backbones.mobilenet_v2 import Channels, MobileNetV2
from ichdesk.learn.backbones.resnet import BasicBlock, Bottleneck, ResNet
from ichdesk.learn.exporters import Classifier
from ichdesk.learn.head import Head
from ichdesk.learn.keras_layers import keras_layers
from ichdesk.learn.pixels import to_input
from tests.learn.keras_interpreter import run_layers

NOISE = np.random.default_rng(0).integers(0, 256, (3, 224, 224, 3), np.uint8)
PICTURES = NOISE // np.array([1, 2, 8], np.uint8).reshape(3, 1, 1, 1)


class Mean(nn.Module):
    """(N, C, H, W) to (N, C)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(dim=(2, 3))


def classifier(backbone: nn.Module) -> Classifier:
    """Backbone with norms that have seen data, and a head whose scale fits."""
    with torch.no_grad():
        for layer in backbone.train().modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.momentum = 1.0
                nn.init.uniform_(layer.weight, 0.5, 1.5, torch.Generator().manual_seed(2))
                nn.init.uniform_(layer.bias, -0.5, 0.5, torch.Generator().manual_seed(3))
        backbone(to_input(PICTURES))
        features = backbone.eval()(to_input(PICTURES))
        head = Head(features.shape[1], 3, torch.Generator().manual_seed(1))
        head.fit_scaler(features)
    return Classifier(backbone, head).eval().requires_grad_(False)


def assert_same(network: nn.Module) -> None:
    with torch.inference_mode():
        expected = network(to_input(PICTURES)).numpy()
    assert np.ptp(expected, axis=0).max() > 0.01  # the pictures differ
    np.testing.assert_allclose(run_layers(keras_layers(network), PICTURES), expected, atol=1e-5)


def small_alexnet() -> nn.Module:
    net = AlexNet()
    net.classifier = nn.Sequential(nn.Linear(256 * 6 * 6, 16), nn.ReLU())
    return net


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "alexnet": small_alexnet,
    "ct-phantom": lambda: load_backbone("ct-phantom").module,
    "densenet": lambda: nn.Sequential(
        nn.Conv2d(3, 64, 7, 8), DenseLayer(64), Transition(96), nn.ReLU(), Mean()
    ),
    "efficientnet": lambda: nn.Sequential(
        nn.Conv2d(3, 8, 3, 4), MobileBlock((8, 8), 5, 1, 6), MobileBlock((8, 12), 3, 2, 6), Mean()
    ),
    "mobilenet": lambda: MobileNetV2(Channels.of_width(0.1)),
    "resnet18": lambda: ImageNetFeatures(ResNet(BasicBlock, (1, 1, 1, 1)), 0.25),
    "resnet50": lambda: ImageNetFeatures(ResNet(Bottleneck, (1, 0, 0, 0))),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_layers_give_the_probabilities_of_the_network(name: str) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        assert_same(classifier(NETWORKS[name]()))


class Odd(nn.Module):
    """Steps that no backbone has so far."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 12, (3, 5), stride=3, padding=(0, 1), groups=3)
        self.second = nn.Conv2d(12, 8, 3, padding=1, groups=2)
        self.sigmoid = nn.Sigmoid()
        self.pool = nn.AdaptiveAvgPool2d((37, 37))
        self.average = nn.AvgPool2d(5, 5, 1)
        self.drop = nn.Dropout()

    def forward(self, x: Tensor) -> Tensor:
        x = F.silu(self.second(self.drop(self.first(2.0 - x * 0.5)))) - 0.25  # (N, 8, 74, 74)
        x = self.average(self.pool(self.sigmoid(x) * x))  # (N, 8, 7, 7)
        x = F.adaptive_avg_pool2d(F.pad(x, (0, 1, 1, 0)), (4, 2))
        x = torch.cat([x - x * x, x * 3.0 + 1.0], dim=1)
        return x.flatten(1)


def test_steps_that_no_backbone_has_are_the_same() -> None:
    assert_same(classifier(Odd()))


class Foreign(nn.Module):
    def __init__(self, step: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.step = step

    def forward(self, x: Tensor) -> Tensor:
        return self.step(x).mean(dim=(2, 3))


@pytest.mark.parametrize(
    "step",
    [
        torch.erf,
        lambda x: torch.sqrt(x.relu()),
        lambda x: F.max_pool2d(x, 3, 2, 1),  # pads with minus infinity
        lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True),
        lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
        lambda x: F.interpolate(x, scale_factor=2.0, mode="bilinear"),
        lambda x: F.pad(x, (1, 1, 1, 1), mode="reflect"),
        lambda x: x + torch.ones(224),
        lambda x: torch.cat([x, x], dim=2),
        nn.Conv2d(3, 3, 3, dilation=2).requires_grad_(False),
        nn.Conv2d(3, 3, 3, padding=1, padding_mode="circular").requires_grad_(False),
        nn.GELU(),
    ],
)
def test_a_step_that_has_no_layer_is_refused(step: Callable[[Tensor], Tensor]) -> None:
    with pytest.raises(UserError, match="choose another format"):
        keras_layers(Foreign(step).eval())


def test_names_are_unique_and_come_after_their_inputs() -> None:
    layers = keras_layers(classifier(load_backbone("ct-phantom").module))
    seen: set[str] = set()
    for layer in layers:
        assert layer.name not in seen
        assert seen.issuperset(layer.inputs)
        seen.add(layer.name)
    used = {name for layer in layers for name in layer.inputs}
    assert seen - used == {layers[-1].name}  # nothing is computed in vain
