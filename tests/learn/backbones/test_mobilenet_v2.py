"""Our MobileNetV2 against torchvision's, the arithmetic of Keras aside."""

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from ichdesk.learn.backbones.mobilenet_v2 import Channels, ConvNorm, MobileNetV2, scaled_channels


@pytest.mark.parametrize("width", [0.35, 1.0])
def test_same_parameters_and_shape_as_torchvision(width: float) -> None:
    models = pytest.importorskip("torchvision.models", exc_type=ImportError)
    theirs = models.mobilenet_v2(width_mult=width).features.eval()
    ours = MobileNetV2(Channels.of_width(width)).eval()
    ours_count, theirs_count = (
        sorted(tuple(p.shape) for p in net.parameters()) for net in (ours, theirs)
    )
    assert ours_count == theirs_count
    with torch.inference_mode():
        x = torch.zeros(1, 3, 224, 224)
        assert theirs(x).shape == (1, 1280, 7, 7)
        assert ours(x).shape == (1, 1280) == (1, ours.dimension)


def test_channels_are_multiples_of_8_near_the_product() -> None:
    assert [scaled_channels(c, 0.35) for c in (32, 16, 24, 64, 96, 320)] == [16, 8, 8, 24, 32, 112]


def test_strided_convolution_pads_right_and_bottom_as_tensorflow_does() -> None:
    layer = ConvNorm(1, 1, 3, 2, 1).eval()
    torch.nn.init.ones_(layer.conv.weight)
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    with torch.inference_mode():
        sums = layer(x) * (1 + 0.001) ** 0.5
    expected = F.avg_pool2d(F.pad(x, (0, 1, 0, 1)), 3, 2) * 9
    torch.testing.assert_close(sums, expected)


def test_activations_stop_at_6() -> None:
    net = MobileNetV2().eval()
    torch.nn.init.constant_(net.last.norm.bias, 100.0)
    with torch.inference_mode():
        assert net(torch.zeros(1, 3, 32, 32)).max() == 6.0
