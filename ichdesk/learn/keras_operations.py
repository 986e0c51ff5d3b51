"""Operations of torch's in Keras layers: a function for each, with the parameters that torch's has.

Only layers are used that TensorFlow.js has had since version 1.3, which Teachable Machine's library
asks for.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from torch import Tensor

from ichdesk.learn.keras_graph import Builder, Shape, Value, Vector

Operation: TypeAlias = Callable[..., Value]
OPERATIONS: dict[str, Operation] = {}
"""By the name of torch's function or method; called with a builder and what torch's takes."""

Pair: TypeAlias = int | Sequence[int]
_PLACES = ((2, 3), (-2, -1))  # height and width in torch
_CHANNELS = (1,)


class UnknownOperationError(Exception):
    """No layer here does this; the message names it."""


def operation(*names: str) -> Callable[[Operation], Operation]:
    """Register the decorated function under torch's names."""

    def decorate(function: Operation) -> Operation:
        OPERATIONS.update(dict.fromkeys(names, function))
        return function

    return decorate


@operation("contiguous", "dropout")
def same(net: Builder, x: Value, **_: Any) -> Value:
    """Nothing is to be done."""
    return x


@operation("conv2d")
def conv2d(
    net: Builder,
    x: Value,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair | str = 0,
    dilation: Pair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> Value:
    """Conv2D or DepthwiseConv2D; where Keras pads otherwise, behind ZeroPadding2D."""
    if isinstance(padding, str) or padding_mode != "zeros" or _pair(dilation) != (1, 1):
        raise UnknownOperationError("convolution with another padding or dilation")
    kernel = weight.numpy()  # (out, in / groups, h, w)
    around, size, step = _pair(padding), kernel.shape[2:], _pair(stride)
    is_same = step == (1, 1) and all(2 * p + 1 == k for p, k in zip(around, size, strict=True))
    source = x if is_same else _padded(net, x, (around[0], around[0]), (around[1], around[1]))
    config = {
        "kernel_size": list(size),
        "strides": list(step),
        "padding": "same" if is_same else "valid",
        "use_bias": bias is not None,
    }
    weights = {} if bias is None else {"bias": bias.numpy()}
    if 1 < groups == x.shape[-1]:
        multiplier = len(kernel) // groups
        deep = kernel.reshape(groups, multiplier, *size).transpose(2, 3, 0, 1)
        config |= {"depth_multiplier": multiplier}
        weights = {"depthwise_kernel": deep, **weights}
        return net.add("DepthwiseConv2D", [source], config, weights)
    config |= {"filters": len(kernel)}
    weights = {"kernel": _ungrouped(kernel, groups).transpose(2, 3, 1, 0), **weights}
    return net.add("Conv2D", [source], config, weights)


@operation("linear")
def linear(net: Builder, x: Value, weight: Tensor, bias: Tensor | None = None) -> Value:
    """Dense, with the gain and shift that wait in its weights."""
    kernel: Vector = weight.numpy().astype(np.float64).T  # (in, out)
    gain, shift = x.factors()
    added = shift @ kernel + (0.0 if bias is None else bias.numpy())
    has_bias = bias is not None or bool(added.any())
    weights = {"kernel": gain[:, None] * kernel} | ({"bias": added} if has_bias else {})
    config = {"units": kernel.shape[1], "use_bias": has_bias}
    return net.add("Dense", [Value(x.layer, x.shape)], config, weights)


@operation("batch_norm")
def batch_norm(
    net: Builder,
    x: Value,
    running_mean: Tensor,
    running_var: Tensor,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Value:
    """A gain and a shift."""
    gain: Vector = (running_var.double().numpy() + eps) ** -0.5
    gain *= 1.0 if weight is None else weight.numpy()
    shift = -running_mean.numpy() * gain + (0.0 if bias is None else bias.numpy())
    return x.scaled(gain, shift)


@operation("relu")
def relu(net: Builder, x: Value, **_: Any) -> Value:
    """ReLU."""
    return net.add("ReLU", [x])


@operation("relu6")
def relu6(net: Builder, x: Value, **_: Any) -> Value:
    """ReLU, cut at 6."""
    return net.add("ReLU", [x], {"max_value": 6.0})


@operation("sigmoid")
def sigmoid(net: Builder, x: Value) -> Value:
    """Activation."""
    return _activation(net, x, "sigmoid")


@operation("silu")
def silu(net: Builder, x: Value, **_: Any) -> Value:
    """x * sigmoid(x); TensorFlow.js has no layer for both."""
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
    """A shift; two planes are told apart by no network here."""
    if not isinstance(x, Value) or isinstance(other, Value):
        raise UnknownOperationError("subtraction")
    return add(net, x, -other)


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
    """Concatenate along the channels; gains and shifts go on waiting."""
    if dim not in {1, len(tensors[0].shape) * -1}:
        raise UnknownOperationError("concatenation of places")
    plain = [Value(value.layer, value.shape) for value in tensors]
    joined = net.add("Concatenate", plain, {"axis": -1})
    if all(value.gain is None for value in tensors):
        return joined
    gains, shifts = zip(*(value.factors() for value in tensors), strict=True)
    return joined.scaled(np.concatenate(gains), np.concatenate(shifts))


@operation("mean")
def mean(net: Builder, x: Value, dim: Sequence[int], keepdim: bool = False) -> Value:
    """GlobalAveragePooling2D."""
    return _global(net, x, "GlobalAveragePooling2D", (dim, keepdim))


@operation("amax")
def amax(net: Builder, x: Value, dim: Sequence[int], keepdim: bool = False) -> Value:
    """GlobalMaxPooling2D."""
    return _global(net, x, "GlobalMaxPooling2D", (dim, keepdim))


@operation("max_pool2d")
def max_pool2d(
    net: Builder,
    x: Value,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Value:
    """MaxPooling2D; torch pads with minus infinity, which zeros stand for after a ReLU only."""
    rows, columns = _pair(padding)
    if rows or columns:
        is_positive = x.gain is None and net.layers[x.layer].class_name == "ReLU"
        if not is_positive:
            raise UnknownOperationError("padded maximum")
        x = _padded(net, x, (rows, rows), (columns, columns))
    if _pair(dilation) != (1, 1) or return_indices:
        raise UnknownOperationError("maximum with dilation or indices")
    return _pooled(net, x, "MaxPooling2D", (kernel_size, stride))


@operation("avg_pool2d")
def avg_pool2d(
    net: Builder,
    x: Value,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Value:
    """AveragePooling2D."""
    rows, columns = _pair(padding)
    if (rows or columns) and not count_include_pad or divisor_override:
        raise UnknownOperationError("average with another divisor")
    x = _padded(net, x, (rows, rows), (columns, columns))
    return _pooled(net, x, "AveragePooling2D", (kernel_size, stride))


@operation("adaptive_avg_pool2d")
def adaptive_avg_pool2d(net: Builder, x: Value, output_size: Pair) -> Value:
    """AveragePooling2D whose windows do not overlap."""
    rows, columns = _pair(output_size)
    if x.shape[0] % rows or x.shape[1] % columns:
        raise UnknownOperationError("average over windows of unequal size")
    return avg_pool2d(net, x, (x.shape[0] // rows, x.shape[1] // columns))


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
def flatten(net: Builder, x: Value, start_dim: int = 0, end_dim: int = -1) -> Value:
    """Flatten in torch's order, channel by channel."""
    if (start_dim, end_dim) != (1, -1):
        raise UnknownOperationError("flattening of some axes")
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
    layers = [net.layers[x.layer]]
    layers += [net.layers[name] for name in layers[0].inputs]
    if x.gain is not None or [_kind(layer) for layer in layers] != [
        "GlobalAveragePooling2D",
        "sigmoid",
    ]:
        raise UnknownOperationError("square root")
    rows, columns, channels = layers[1].shape
    logits = Value(layers[1].inputs[0], layers[1].shape)
    logs = _times(_activation(net, _times(logits, -1.0), "softplus"), -1.0)
    logs = net.settled(logs)
    places = net.add("Reshape", [logs], {"target_shape": [rows * columns, channels]}, shape=(rows * columns, channels))
    ...
