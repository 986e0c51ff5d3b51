"""MobileNetV2 (Sandler 2018, arXiv 1801.04381) with the layers and names that Keras gives it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the usual name
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ichdesk.learn.backbones.planes import MeanPooled

EPSILON = 0.001
_BLOCKS = 17
STRIDED_BLOCKS = (1, 3, 6, 13)
_OUTPUTS = (16, *[24] * 2, *[32] * 3, *[64] * 4, *[96] * 3, *[160] * 3, 320)
"""Channels after each block at width 1."""


def scaled_channels(channels: int, width: float) -> int:
    """Channels at another width: a multiple of 8, never more than 10 % below the product."""
    wanted = channels * width
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded


class ConvNorm(nn.Module):
    """Convolution without bias and BatchNorm, with TensorFlow's padding where it strides."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, groups: int) -> None:
        super().__init__()
        padding = kernel // 2 if stride == 1 else 0
        self.stride = stride
        self.conv = nn.Conv2d(
            inputs, outputs, kernel, stride, padding=padding, groups=groups, bias=False
        )
        self.norm: nn.Module = nn.BatchNorm2d(outputs, eps=EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H / stride, W / stride)."""
        if self.stride == 2:  # TensorFlow pads the right and the bottom only
            x = F.pad(x, (0, 1, 0, 1))
        normed: Tensor = self.norm(self.conv(x))
        return normed


class Block(nn.Module):
    """Expand by a 1 x 1 convolution, filter each channel, project; add the input if it fits.

    Args:
        sizes: Channels before, between and after.
        stride: 1 or 2.
        expands: Whether there is a first 1 x 1 convolution; the first block has none.
    """

    def __init__(self, sizes: tuple[int, int, int], stride: int, *, expands: bool) -> None:
        super().__init__()
        inputs, inner, outputs = sizes
        self.expand = ConvNorm(inputs, inner, 1, 1, 1) if expands else None
        self.depthwise = ConvNorm(inner, inner, 3, stride, inner)
        self.project = ConvNorm(inner, outputs, 1, 1, 1)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H / stride, W / stride)."""
        inner = x if self.expand is None else F.relu6(self.expand(x), inplace=True)
        outer: Tensor = self.project(F.relu6(self.depthwise(inner), inplace=True))
        return x + outer if self.adds else outer


@dataclass(frozen=True)
class Channels:
    """How many channels the network has after the stem, in and after the blocks, and at the end."""

    stem: int
    inner: tuple[int, ...]
    outer: tuple[int, ...]
    last: int

    @classmethod
    def of_width(cls, width: float) -> "Channels":
        """The channels at a width multiplier such as 0.35."""
        stem = scaled_channels(32, width)
        outer = tuple(scaled_channels(channels, width) for channels in _OUTPUTS)
        inner = (stem, *(6 * channels for channels in outer[:-1]))
        return cls(stem, inner, outer, scaled_channels(1280, max(1.0, width)))


class MobileNetV2(MeanPooled):
    """MobileNetV2 up to the global average pooling; (N, 3, H, W) to (N, `dimension`).

    Args:
        channels: Its widths; those of width 0.35 by default, which Teachable Machine uses.
    """

    def __init__(self, channels: Channels | None = None) -> None:
        super().__init__()
        shape = channels or Channels.of_width(0.35)
        self.stem = ConvNorm(3, shape.stem, 3, 2, 1)
        sizes = zip(shape.inner, pairwise((shape.stem, *shape.outer)), strict=True)
        self.blocks = nn.ModuleList(
            Block((before, inner, after), 2 if i in STRIDED_BLOCKS else 1, expands=i > 0)
            for i, (inner, (before, after)) in enumerate(sizes)
        )
        self.last = ConvNorm(shape.outer[-1], shape.last, 1, 1, 1)
        self.dimension = shape.last

    @classmethod
    def from_keras(cls, weights: Mapping[str, Tensor]) -> "MobileNetV2":
        """Build the network from Keras weights by their names, at whatever width they have.

        Args:
            weights: Tensors in Keras layout: kernels (H, W, in, out), depthwise (H, W, C, 1).

        Raises:
            KeyError: A weight is missing; its name is the argument.
            ValueError: The shapes do not belong together.
        """
        depthwise = [weights[f"{_prefix(i)}_depthwise/depthwise_kernel"] for i in range(_BLOCKS)]
        project = [weights[f"{_prefix(i)}_project/kernel"] for i in range(_BLOCKS)]
        channels = Channels(
            _size(weights["Conv1/kernel"], 3),
            tuple(_size(kernel, 2) for kernel in depthwise),
            tuple(_size(kernel, 3) for kernel in project),
            _size(weights["Conv_1/kernel"], 3),
        )
        with torch.device("meta"):  # a forged shape must not take memory before it is refused
            net = cls(channels)
        for path, conv, norm in net.keras_names():
            _fill(net.get_submodule(path), weights, conv, norm)
        fold_norms(net.eval())
        return net

    def keras_names(self) -> Iterator[tuple[str, str, str]]:
        """Where each `ConvNorm` is, and what Keras calls its convolution and its BatchNorm."""
        yield "stem", "Conv1", "bn_Conv1"
        for i, block in enumerate(self.blocks):
            for part, _ in block.named_children():
                yield f"blocks.{i}.{part}", f"{_prefix(i)}_{part}", f"{_prefix(i)}_{part}_BN"
        yield "last", "Conv_1", "Conv_1_bn"

    def planes(self, x: Tensor) -> list[Tensor]:
        """(N, 3, H, W) in about [-1, 1] to the last planes, (N, `dimension`, H / 32, W / 32)."""
        x = F.relu6(self.stem(x.contiguous(memory_format=torch.channels_last)), inplace=True)
        for block in self.blocks:
            x = block(x)
        return [F.relu6(self.last(x), inplace=True)]


@torch.no_grad()
def fold_norms(net: MobileNetV2) -> None:
    """Put every BatchNorm into the convolution before it, which makes the network twice as fast."""
    for layer in net.modules():
        if isinstance(layer, ConvNorm) and isinstance(layer.norm, nn.BatchNorm2d):
            layer.conv = fuse_conv_bn_eval(layer.conv, layer.norm)
            layer.norm = nn.Identity()


def _prefix(block: int) -> str:
    """Keras's name of a block."""
    return "expanded_conv" if block == 0 else f"block_{block}"


def _size(kernel: Tensor, axis: int) -> int:
    if kernel.ndim != 4 or min(kernel.shape) < 1:
        raise ValueError("a convolution kernel has four axes")
    return int(kernel.shape[axis])


def _fill(layer: nn.Module, weights: Mapping[str, Tensor], conv: str, norm: str) -> None:
    """Copy one convolution and its BatchNorm; Keras puts the output channels last."""
    if not isinstance(layer, ConvNorm):
        raise TypeError("only a ConvNorm has Keras weights")
    grouped = layer.conv.groups > 1
    kernel = weights[f"{conv}/depthwise_kernel" if grouped else f"{conv}/kernel"]
    kernel = kernel.permute(2, 3, 0, 1) if grouped else kernel.permute(3, 2, 0, 1)
    kernel = kernel.contiguous(memory_format=torch.channels_last)
    state = {
        "conv.weight": kernel,
        "norm.weight": weights[f"{norm}/gamma"],
        "norm.bias": weights[f"{norm}/beta"],
        "norm.running_mean": weights[f"{norm}/moving_mean"],
        "norm.running_var": weights[f"{norm}/moving_variance"],
        "norm.num_batches_tracked": torch.tensor(0),
    }
    for name, tensor in state.items():
        if layer.state_dict()[name].shape != tensor.shape:
            raise ValueError(f"{conv} has an unexpected shape")
    layer.load_state_dict(state, assign=True)
