"""A network of torch's as a list of Keras layers, which Keras, TensorFlow.js and LiteRT understand.

Only layers are used that TensorFlow.js has had since version 1.3, which Teachable Machine's library
asks for. Pictures are (H, W, C) there, so kernels are turned.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, fx, nn
from torch.fx.passes.shape_prop import ShapeProp

from ichdesk.core.errors import UserError
from ichdesk.core.registry import Registry
from ichdesk.learn.pixels import SIDE_PX

Weight: TypeAlias = npt.NDArray[np.float32]
Vector: TypeAlias = npt.NDArray[np.float64]
Shape: TypeAlias = tuple[int, ...]

INPUT = "input_1"


@dataclass(frozen=True, slots=True)
class Layer:
    """A Keras layer that is called once.

    Attributes:
        config: What Keras' constructor of the class takes, less the name; ready for JSON.
        inputs: Names of the layers whose outputs it is called on.
        weights: By Keras' names, such as "kernel", in the order in which the layer makes them.
        shape: Of the output, without the batch: (H, W, C), (N, C) or (C,).
    """

    name: str
    class_name: str
    config: Mapping[str, Any]
    inputs: tuple[str, ...]
    weights: Mapping[str, Weight]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Value:
    """The output of a layer, times a gain and plus a shift for each channel.

    These two wait, because the next dense layer can mostly take them into its weights.
    """

    layer: str
    shape: Shape
    gain: Vector | None = None
    shift: Vector | None = None


@dataclass
class Builder:
    """Layers so far, and the operation that is being written."""

    layers: dict[str, Layer] = field(default_factory=dict)
    name: str = INPUT
    shape: Shape = (SIDE_PX, SIDE_PX, 3)

    def add(
        self,
        class_name: str,
        inputs: Sequence[Value],
        config: Mapping[str, Any] | None = None,
        weights: Mapping[str, npt.NDArray[Any]] | None = None,
        shape: Shape | None = None,
    ) -> Value:
        """Append a layer.

        Args:
            class_name: Keras' name of it.
            inputs: What it is called on; waiting gains are written before it.
            config: See `Layer`.
            weights: See `Layer`, of any precision.
            shape: Of the output; that of the operation if it is not given.
        """
        settled = tuple(self.settled(value).layer for value in inputs)
        single = {
            name: np.ascontiguousarray(weight, np.float32)
            for name, weight in (weights or {}).items()
        }
        name, shape = self._free_name(), self.shape if shape is None else shape
        self.layers[name] = Layer(name, class_name, config or {}, settled, single, shape)
        return Value(name, shape)

    def settled(self, value: Value) -> Value:
        """The same with nothing waiting."""
        if value.gain is None or value.shift is None:
            return value
        zero = np.zeros_like(value.gain)
        weights = {
            "gamma": value.gain,
            "beta": value.shift,
            "moving_mean": zero,
            "moving_variance": zero + 1.0,
        }
        plain, config = Value(value.layer, value.shape), {"axis": -1, "epsilon": 0.0}
        return self.add("BatchNormalization", [plain], config, weights, value.shape)

    def made(self, value: Value) -> Layer:
        """The layer that a value comes from."""
        return self.layers[value.layer]

    def _free_name(self) -> str:
        taken, count = self.name, 1
        while taken in self.layers:
            count += 1
            taken = f"{self.name}_part{count}"
        return taken


Operation: TypeAlias = Callable[..., Value]
"""Writes one operation: (builder, inputs as torch's function of that name takes them)."""

OPERATIONS: dict[str, Operation] = {}
"""By the name that torch gives the function."""


class UnknownOperationError(Exception):
    """There are no layers for an operation; the message names it."""


def keras_layers(network: nn.Module) -> list[Layer]:
    """Write a network as layers.

    Args:
        network: (N, 3, 224, 224) to (N, C), in eval mode, on the CPU.

    Returns:
        Layers in an order in which they can be computed, from the input to the only output.

    Raises:
        UserError: It does something that no layer here does.
    """
    from ichdesk.learn import keras_operations  # noqa: F401, PLC0415 - fills the table; needs this

    graph = fx.symbolic_trace(network)
    ShapeProp(graph).propagate(torch.zeros(1, 3, SIDE_PX, SIDE_PX))  # type: ignore[no-untyped-call]
    try:
        return _written(graph)
    except UnknownOperationError as error:
        raise UserError(
            f"This format cannot hold the network, which has a step “{error}” that it does not "
            "know; choose another format."
        ) from error
