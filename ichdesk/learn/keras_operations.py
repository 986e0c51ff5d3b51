"""Operations of torch's in Keras layers: a function for each.

Functions take what torch's take; modules are passed whole. Only layers are used that TensorFlow.js
has had since version 1.3, which Teachable Machine's library asks for.
"""

from collections.abc import Callable, Sequence
from math import log
from typing import Any, TypeAlias

import numpy as np
from torch import nn

from ichdesk.learn.head import Head
from ichdesk.learn.keras_graph import Builder, Shape, Value, Vector

Operation: TypeAlias = Callable[..., Value]
OPERATIONS: dict[str, Operation] = {}
"""By the name of torch's function or method; called with a builder and what torch's takes."""

Pair: TypeAlias = int | Sequence[int]
_PLACES = ((2, 3), (-2, -1))  # height and width in torch


class UnknownOperationError(Exception):
    """No layer here does this; the message names it."""


def operation(*names: str) -> Callable[[Operation], Operation]:
    """Register the decorated function under torch's names."""

    def decorate(function: Operation) -> Operation:
        OPERATIONS.update(dict.fromkeys(names, function))
        return function

    return decorate


@operation("contiguous", "dropout", "Dropout", "Identity")
def same(_net: Builder, x: Value, *_: Any, **__: Any) -> Value:
    """Nothing is to be done."""
    return x


@operation("Conv2d")
def convolution(net: Builder, x: Value, conv: nn.Conv2d) -> Value:
    """Conv2D or DepthwiseConv2D; behind ZeroPadding2D where Keras pads otherwise."""
    around = conv.padding
    if isinstance(around, str) or conv.padding_mode != "zeros" or max(conv.dilation) > 1:
        raise UnknownOperationError("convolution with another padding or dilation")
    kernel = conv.weight.numpy()  # (out, in / groups, h, w)
    size, step = kernel.shape[2:], conv.stride
    is_same = max(step) == 1 and all(2 * p + 1 == k for p, k in zip(around, size, strict=True))
    if not is_same:
        x = _padded(net, x, (around[0], around[0]), (around[1], around[1]))
    config: dict[str, Any] = {
        "kernel_size": list(size),
        "strides": list(step),
        "padding": "same" if is_same else "valid",
        "use_bias": conv.bias is not None,
    }
    bias = {} if conv.bias is None else {"bias": conv.bias.numpy()}
    if 1 < conv.groups == conv.in_channels and step[0] == step[1]:  # as TensorFlow wants it
        multiplier = conv.out_channels // conv.groups
        config["depth_multiplier"] = multiplier
        deep = kernel.reshape(conv.groups, multiplier, *size).transpose(2, 3, 0, 1)
        return net.add("DepthwiseConv2D", [x], config, {"depthwise_kernel": deep, **bias})
    config["filters"] = conv.out_channels
    kernel = _ungrouped(kernel, conv.groups).transpose(2, 3, 1, 0)
    return net.add("Conv2D", [x], config, {"kernel": kernel, **bias})


@operation("Linear")
def dense(net: Builder, x: Value, linear: nn.Linear) -> Value:
    """Dense, with the gain and shift that wait in its weights."""
    kernel: Vector = linear.weight.numpy().astype(np.float64).T  # (in, out)
    gain, shift = x.factors()
    own = dict(linear.named_parameters()).get("bias")
    bias = shift @ kernel + (0.0 if own is None else own.numpy())
    has_bias = own is not None or bool(bias.any())
    weights = {"kernel": gain[:, None] * kernel} | ({"bias": bias} if has_bias else {})
    config = {"units": linear.out_features, "use_bias": has_bias}
    plain = Value(x.layer, x.shape)
    return net.add("Dense", [plain], config, weights, (linear.out_features,))


@operation("Head")
def classify(net: Builder, x: Value, head: Head) -> Value:
    """Two Dense layers, on the features as the backbone gives them: importers take just these."""
    scale = head.scale.double().numpy()
    standardized = net.settled(x).scaled(scale, -head.mean.numpy() * scale)
    net.name = "head_hidden"
    hidden = relu(net, dense(net, standardized, head.hidden))
    net.name = "head_output"
    return dense(net, hidden, head.output)


@operation("BatchNorm2d")
def batch_norm(_net: Builder, x: Value, norm: nn.BatchNorm2d) -> Value:
    """A gain and a shift."""
    if norm.running_mean is None or norm.running_var is None:
        raise UnknownOperationError("normalization by the batch")
    gain: Vector = (norm.running_var.double().numpy() + norm.eps) ** -0.5
    if norm.affine:
        gain = gain * norm.weight.numpy()
    shift = -norm.running_mean.numpy() * gain
    return x.scaled(gain, shift + norm.bias.numpy() if norm.affine else shift)


@operation("relu", "ReLU")
def relu(net: Builder, x: Value, *_: Any, **__: Any) -> Value:
    """ReLU."""
    return net.add("ReLU", [x], shape=x.shape)


@operation("relu6", "ReLU6")
def relu6(net: Builder, x: Value, *_: Any, **__: Any) -> Value:
    """ReLU, cut at 6."""
    return net.add("ReLU", [x], {"max_value": 6.0}, shape=x.shape)


@operation("sigmoid", "Sigmoid")
def sigmoid(net: Builder, x: Value, *_: Any) -> Value:
    """Activation."""
    return _activation(net, x, "sigmoid")


@operation("silu", "SiLU")
def silu(net: Builder, x: Value, *_: Any, **__: Any) -> Value:
    """Multiply by the sigmoid; TensorFlow.js has no layer for both."""
    settled = net.settled(x)
    return net.add("Multiply", [settled, sigmoid(net, settled)])


@operation("softmax")
def softmax(net: Builder, x: Value, dim: int, **_: Any) -> Value:
    """Activation over the classes."""
    if len(x.shape) != 1 or dim not in {1, -1}:
        raise UnknownOperationError("softmax of planes")
    return _activation(net, x, "softmax")


@operation("add")
def add(net: Builder, x: Any, other: Any) -> Value:
    """Add, or a shift."""
    if isinstance(x, Value) and isinstance(other, Value):
        return net.add("Add", [x, other])
    value, constant = (x, other) if isinstance(x, Value) else (other, x)
    shift = _per_channel(constant, value.shape)
    return value.scaled(np.ones_like(shift), shift)


@operation("sub")
def sub(net: Builder, x: Any, other: Any) -> Value:
    """Add the negative; old layers cannot subtract."""
    return add(net, x, _times(other, -1.0) if isinstance(other, Value) else -other)


@operation("mul")
def mul(net: Builder, x: Any, other: Any) -> Value:
    """Multiply, or a gain."""
    if isinstance(x, Value) and isinstance(other, Value):
        return net.add("Multiply", [x, other])
    value, constant = (x, other) if isinstance(x, Value) else (other, x)
    gain = _per_channel(constant, value.shape)
    return value.scaled(gain, np.zeros_like(gain))


@operation("cat")
def cat(net: Builder, tensors: Sequence[Value], dim: int = 0) -> Value:
    """Concatenate along the channels."""
    if dim not in {1, -len(tensors[0].shape)}:
        raise UnknownOperationError("concatenation of places")
    return net.add("Concatenate", tensors, {"axis": -1})


@operation("mean")
def mean(net: Builder, x: Value, dim: Sequence[int], keepdim: bool = False) -> Value:
    """GlobalAveragePooling2D."""
    return _global(net, x, "GlobalAveragePooling2D", dim, keepdim)


@operation("amax")
def amax(net: Builder, x: Value, dim: Sequence[int], keepdim: bool = False) -> Value:
    """GlobalMaxPooling2D."""
    return _global(net, x, "GlobalMaxPooling2D", dim, keepdim)


@operation("MaxPool2d")
def max_pool(net: Builder, x: Value, pool: nn.MaxPool2d) -> Value:
    """MaxPooling2D; torch pads with minus infinity, for which zeros do after a ReLU only."""
    rows, columns = _pair(pool.padding)
    is_positive = x.gain is None and net.layers[x.layer].class_name == "ReLU"
    if _pair(pool.dilation) != (1, 1) or pool.return_indices:
        raise UnknownOperationError("maximum with dilation or indices")
    if (rows or columns) and not is_positive:
        raise UnknownOperationError("padded maximum")
    x = _padded(net, x, (rows, rows), (columns, columns))
    return _pooled(net, x, "MaxPooling2D", pool)


@operation("max_pool2d")
def max_pool2d(net: Builder, x: Value, *args: Any, **kwargs: Any) -> Value:
    """The same as a function."""
    return max_pool(net, x, nn.MaxPool2d(*args, **kwargs))


@operation("AvgPool2d")
def average_pool(net: Builder, x: Value, pool: nn.AvgPool2d) -> Value:
    """AveragePooling2D."""
    rows, columns = _pair(pool.padding)
    is_padded = rows > 0 or columns > 0
    if pool.divisor_override or (is_padded and not pool.count_include_pad):
        raise UnknownOperationError("average with another divisor")
    x = _padded(net, x, (rows, rows), (columns, columns))
    return _pooled(net, x, "AveragePooling2D", pool)


@operation("avg_pool2d")
def avg_pool2d(net: Builder, x: Value, *args: Any, **kwargs: Any) -> Value:
    """The same as a function."""
    return average_pool(net, x, nn.AvgPool2d(*args, **kwargs))


@operation("adaptive_avg_pool2d")
def adaptive_avg_pool2d(net: Builder, x: Value, output_size: Pair) -> Value:
    """AveragePooling2D, if all windows are of one size and do not overlap."""
    rows, columns = _pair(output_size)
    if x.shape[0] % rows or x.shape[1] % columns:
        raise UnknownOperationError("average over windows of unequal size")
    return avg_pool2d(net, x, (x.shape[0] // rows, x.shape[1] // columns))


@operation("AdaptiveAvgPool2d")
def adaptive_average_pool(net: Builder, x: Value, pool: nn.AdaptiveAvgPool2d) -> Value:
    """The same as a module."""
    return adaptive_avg_pool2d(net, x, pool.output_size)


@operation("interpolate")
def interpolate(
    net: Builder,
    x: Value,
    size: Any = None,
    scale_factor: float | None = None,
    mode: str = "nearest",
    **_: Any,
) -> Value:
    """UpSampling2D, each value two or more times."""
    if size is not None or mode != "nearest" or not scale_factor or scale_factor % 1:
        raise UnknownOperationError(f"resizing ({mode})")
    return net.add("UpSampling2D", [x], {"size": [int(scale_factor)] * 2})


@operation("pad")
def pad(
    net: Builder, x: Value, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Value:
    """ZeroPadding2D; torch counts (left, right, top, bottom)."""
    if mode != "constant" or value or len(pad) != 4:
        raise UnknownOperationError(f"padding ({mode})")
    return _padded(net, x, (pad[2], pad[3]), (pad[0], pad[1]))


@operation("flatten")
def flatten(net: Builder, x: Value, start_dim: int = 0) -> Value:
    """Flatten in torch's order, channel by channel."""
    if start_dim != 1:
        raise UnknownOperationError("flattening of the batch")
    if len(x.shape) == 1:
        return x
    rows, columns, channels = x.shape
    if rows * columns > 1:
        turned = (channels, rows, columns)
        x = net.add("Permute", [x], {"dims": [3, 1, 2]}, shape=turned)
    return net.add("Flatten", [x])


@operation("sqrt")
def sqrt(net: Builder, x: Value) -> Value:
    """The root of the mean of a sigmoid over all places; there is no layer for other roots.

    With m the mean of n numbers sigmoid(z) = exp(v), v = -softplus(-z):
    log m = log sum exp(v) - log n, log sum exp(v) = max(v) - max(logsoftmax(v)), and as m < 1,
    sqrt(m) = exp(log(m) / 2) = 1 + elu(log(m) / 2).
    """
    averaged = net.layers[x.layer]
    source = net.layers[averaged.inputs[0]]
    if averaged.class_name != "GlobalAveragePooling2D" or source.config != {
        "activation": "sigmoid"
    }:
        raise UnknownOperationError("square root")
    rows, columns, channels = source.shape
    negated = _times(Value(source.inputs[0], source.shape), -1.0)
    v = net.settled(_times(_activation(net, negated, "softplus"), -1.0))
    largest = net.add("GlobalMaxPooling2D", [v])
    logarithm = net.add("Add", [_times(largest, 0.5), _times(_most_likely(net, v), -0.5)])
    halved = logarithm.scaled(np.ones(channels), np.full(channels, -0.5 * log(rows * columns)))
    power = _activation(net, halved, "elu")
    return add(net, power, 1.0)


def _most_likely(net: Builder, x: Value) -> Value:
    """The largest log-softmax over all places, for each channel; softmax works on the last axis."""
    rows, columns, channels = x.shape
    places = (rows * columns, channels)
    flat = net.add("Reshape", [x], {"target_shape": list(places)}, shape=places)
    turn = {"dims": [2, 1]}
    turned = net.add("Permute", [flat], turn, shape=places[::-1])
    logs = _activation(net, turned, "log_softmax")
    back = net.add("Permute", [logs], turn, shape=places)
    return net.add("GlobalMaxPooling1D", [back])


def _activation(net: Builder, x: Value, name: str) -> Value:
    return net.add("Activation", [x], {"activation": name}, shape=x.shape)


def _times(x: Value, factor: float) -> Value:
    ones = np.ones(x.shape[-1])
    return x.scaled(factor * ones, 0.0 * ones)


def _pair(both: Pair) -> tuple[int, int]:
    if isinstance(both, int):
        return both, both
    rows, columns = both
    return int(rows), int(columns)


def _ungrouped(kernel: Vector, groups: int) -> Vector:
    """A kernel of several groups as one that is zero between them; (out, in, h, w)."""
    outputs, inputs = len(kernel) // groups, kernel.shape[1]
    whole = np.zeros((len(kernel), inputs * groups, *kernel.shape[2:]), kernel.dtype)
    for group in range(groups):
        rows = slice(group * outputs, (group + 1) * outputs)
        whole[rows, group * inputs : (group + 1) * inputs] = kernel[rows]
    return whole


def _padded(net: Builder, x: Value, rows: tuple[int, int], columns: tuple[int, int]) -> Value:
    if not any((*rows, *columns)):
        return x
    height, width, channels = x.shape
    shape = (height + sum(rows), width + sum(columns), channels)
    config = {"padding": [list(rows), list(columns)]}
    return net.add("ZeroPadding2D", [x], config, shape=shape)


def _pooled(net: Builder, x: Value, class_name: str, pool: nn.MaxPool2d | nn.AvgPool2d) -> Value:
    """Windows that lie inside the planes."""
    size, step = _pair(pool.kernel_size), _pair(pool.stride)
    inside = tuple((x.shape[axis] - size[axis]) // step[axis] + 1 for axis in range(2))
    if inside != net.shape[:2]:  # torch can round up
        raise UnknownOperationError("windows beyond the border")
    config = {"pool_size": list(size), "strides": list(step), "padding": "valid"}
    return net.add(class_name, [x], config)


def _global(net: Builder, x: Value, class_name: str, dim: Sequence[int], keepdim: bool) -> Value:
    """Over all places; old layers cannot keep the axes, so that they are put back."""
    if len(x.shape) != 3 or tuple(dim) not in _PLACES:
        raise UnknownOperationError("mean or maximum over other axes")
    channels = x.shape[-1:]
    pooled = net.add(class_name, [x], shape=channels)
    if not keepdim:
        return pooled
    shape = (1, 1, *channels)
    return net.add("Reshape", [pooled], {"target_shape": list(shape)}, shape=shape)


def _per_channel(constant: Any, shape: Shape) -> Vector:
    """A number or tensor as (C,); a tensor that varies over places is refused."""
    values: Vector = np.asarray(constant, np.float64)
    places = len(shape) - 1  # torch has them behind the channels
    if values.ndim > places + 1:
        values = values.reshape(values.shape[-places - 1 :])
    if values.size > 1 and (values.ndim != places + 1 or values.size != values.shape[0]):
        raise UnknownOperationError("arithmetic with a plane")
    return np.broadcast_to(values.reshape(-1), shape[-1:]).copy()
