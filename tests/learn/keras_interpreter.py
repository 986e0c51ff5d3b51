"""What Keras does with layers, written anew from its documentation, in torch and channels last."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the usual name

from ichdesk.learn.keras_graph import Layer

Run = Callable[[Mapping[str, Any], Mapping[str, Tensor], Sequence[Tensor]], Tensor]
_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "elu": F.elu,
    "log_softmax": lambda x: torch.log_softmax(x, -1),
    "sigmoid": torch.sigmoid,
    "softmax": lambda x: torch.softmax(x, -1),
    "softplus": F.softplus,
}


def run_layers(layers: Sequence[Layer], pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Probabilities of (N, 224, 224, 3) uint8, computed layer by layer."""
    first, *rest = layers
    assert first.class_name == "InputLayer"
    found = {first.name: torch.from_numpy(pictures).float() / 127.0 - 1.0}
    for layer in rest:
        inputs = [found[name] for name in layer.inputs]
        weights = {name: torch.from_numpy(weight) for name, weight in layer.weights.items()}
        found[layer.name] = _RUN[layer.class_name](layer.config, weights, inputs)
        assert layer.shape in {(), found[layer.name].shape[1:]}, layer.name
    return found[layers[-1].name].numpy()


def _first(x: Tensor) -> Tensor:
    return x.permute(0, 3, 1, 2)


def _last(x: Tensor) -> Tensor:
    return x.permute(0, 2, 3, 1)


def _convolved(config: Mapping[str, Any], kernel: Tensor, x: Tensor, groups: int) -> Tensor:
    same = config["padding"] == "same"
    assert not same or config["strides"] == [1, 1]
    return F.conv2d(x, kernel, None, config["strides"], "same" if same else 0, groups=groups)


def _conv(config: Mapping[str, Any], weights: Mapping[str, Tensor], xs: Sequence[Tensor]) -> Tensor:
    kernel = weights["kernel"].permute(3, 2, 0, 1)
    assert config["filters"] == len(kernel)
    assert config["kernel_size"] == list(kernel.shape[2:])
    return _last(_convolved(config, kernel, _first(xs[0]), 1)) + _bias(config, weights)


def _depthwise(
    config: Mapping[str, Any], weights: Mapping[str, Tensor], xs: Sequence[Tensor]
) -> Tensor:
    kernel = weights["depthwise_kernel"]  # (h, w, channels, multiplier)
    height, width, channels, multiplier = kernel.shape
    assert config["depth_multiplier"] == multiplier
    flat = kernel.permute(2, 3, 0, 1).reshape(-1, 1, height, width)
    return _last(_convolved(config, flat, _first(xs[0]), channels)) + _bias(config, weights)


def _bias(config: Mapping[str, Any], weights: Mapping[str, Tensor]) -> Tensor:
    assert config["use_bias"] == ("bias" in weights)
    return weights.get("bias", torch.zeros(()))


def _dense(
    config: Mapping[str, Any], weights: Mapping[str, Tensor], xs: Sequence[Tensor]
) -> Tensor:
    assert config["units"] == weights["kernel"].shape[1]
    return xs[0] @ weights["kernel"] + _bias(config, weights)


def _normalize(
    config: Mapping[str, Any], weights: Mapping[str, Tensor], xs: Sequence[Tensor]
) -> Tensor:
    deviation = (weights["moving_variance"] + config["epsilon"]).sqrt()
    return (xs[0] - weights["moving_mean"]) / deviation * weights["gamma"] + weights["beta"]


def _pad(config: Mapping[str, Any], _: Any, xs: Sequence[Tensor]) -> Tensor:
    (top, bottom), (left, right) = config["padding"]
    return F.pad(xs[0], (0, 0, left, right, top, bottom))


def _permute(config: Mapping[str, Any], _: Any, xs: Sequence[Tensor]) -> Tensor:
    return xs[0].permute(0, *config["dims"])


def _max_pool(config: Mapping[str, Any], _: Any, xs: Sequence[Tensor]) -> Tensor:
    assert config["padding"] == "valid"
    return _last(F.max_pool2d(_first(xs[0]), config["pool_size"], config["strides"]))


def _average_pool(config: Mapping[str, Any], _: Any, xs: Sequence[Tensor]) -> Tensor:
    assert config["padding"] == "valid"
    return _last(F.avg_pool2d(_first(xs[0]), config["pool_size"], config["strides"]))


_RUN: dict[str, Run] = {
    "Activation": lambda config, _, xs: _ACTIVATIONS[config["activation"]](xs[0]),
    "Add": lambda _, __, xs: xs[0] + xs[1],
    "AveragePooling2D": _average_pool,
    "BatchNormalization": _normalize,
    "Concatenate": lambda config, _, xs: torch.cat(list(xs), config["axis"]),
    "Conv2D": _conv,
    "Dense": _dense,
    "DepthwiseConv2D": _depthwise,
    "Flatten": lambda _, __, xs: xs[0].reshape(len(xs[0]), -1),
    "GlobalAveragePooling2D": lambda _, __, xs: xs[0].mean((1, 2)),
    "GlobalMaxPooling1D": lambda _, __, xs: xs[0].amax(1),
    "GlobalMaxPooling2D": lambda _, __, xs: xs[0].amax((1, 2)),
    "MaxPooling2D": _max_pool,
    "Multiply": lambda _, __, xs: xs[0] * xs[1],
    "Permute": _permute,
    "ReLU": lambda config, _, xs: xs[0].clamp(0.0, config.get("max_value")),
    "Reshape": lambda config, _, xs: xs[0].reshape(len(xs[0]), *config["target_shape"]),
    "UpSampling2D": lambda config, _, xs: (
        xs[0].repeat_interleave(config["size"][0], 1).repeat_interleave(config["size"][1], 2)
    ),
    "ZeroPadding2D": _pad,
}
