"""Keras layers as plain values, and what puts them one behind the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ichdesk.learn.pixels import SIDE_PX

Weight: TypeAlias = npt.NDArray[np.float32]
Vector: TypeAlias = npt.NDArray[np.float64]
Shape: TypeAlias = tuple[int, ...]

INPUT = "input_1"
PICTURE: Shape = (SIDE_PX, SIDE_PX, 3)
_SUFFIXES = {"ZeroPadding2D": "_pad", "BatchNormalization": "_scaled"}  # go before or after others


@dataclass(frozen=True, slots=True)
class Layer:
    """A Keras layer that is called once.

    Attributes:
        class_name: Keras' name of its kind, such as "Conv2D".
        config: What Keras' constructor takes, without the name; ready for JSON.
        inputs: Names of the layers whose outputs it is called on.
        weights: By Keras' names, such as "kernel", in the order in which the layer makes them.
        shape: Of its output, without the batch: (H, W, C), (N, C) or (C,).
    """

    name: str
    class_name: str
    config: Mapping[str, Any]
    inputs: tuple[str, ...]
    weights: Mapping[str, Weight]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Value:
    """The output of a layer, times a gain and plus a shift for each channel, (C,) both.

    These two wait, because the next dense layer can mostly take them into its weights.
    """

    layer: str
    shape: Shape
    gain: Vector | None = None
    shift: Vector | None = None

    def scaled(self, gain: Vector, shift: Vector) -> "Value":
        """The same, times another gain and plus another shift."""
        mine, moved = self.factors()
        return Value(self.layer, self.shape, mine * gain, moved * gain + shift)

    def factors(self) -> tuple[Vector, Vector]:
        """Gain and shift, also where none waits."""
        ones = np.ones(self.shape[-1])
        gain = ones if self.gain is None else self.gain
        return gain, (0.0 * ones if self.shift is None else self.shift)


@dataclass
class Builder:
    """The layers so far.

    Attributes:
        name: Of the operation that is being written; its layers are called after it.
        shape: Of what the operation gives.
    """

    layers: dict[str, Layer] = field(default_factory=dict)
    name: str = INPUT
    shape: Shape = PICTURE

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
            class_name: See `Layer`.
            inputs: What it is called on; gains that wait are written before it.
            config: See `Layer`.
            weights: See `Layer`, of any precision.
            shape: See `Layer`; that of the operation if it is not given.
        """
        settled = tuple(self.settled(value).layer for value in inputs)
        single = {
            name: np.ascontiguousarray(weight, np.float32)
            for name, weight in (weights or {}).items()
        }
        layer = Layer(
            self._free_name(class_name),
            class_name,
            config or {},
            settled,
            single,
            shape or self.shape,
        )
        self.layers[layer.name] = layer
        return Value(layer.name, layer.shape)

    def settled(self, value: Value) -> Value:
        """The same with nothing that waits."""
        if value.gain is None and value.shift is None:
            return value
        gain, shift = value.factors()
        weights = {
            "gamma": gain,
            "beta": shift,
            "moving_mean": np.zeros_like(gain),
            "moving_variance": np.ones_like(gain),
        }
        plain, config = Value(value.layer, value.shape), {"axis": -1, "epsilon": 0.0}
        return self.add("BatchNormalization", [plain], config, weights, value.shape)

    def needed(self, output: Value) -> list[Layer]:
        """The layers that an output comes from, in order."""
        wanted = {output.layer}
        for layer in reversed(self.layers.values()):
            if layer.name in wanted:
                wanted.update(layer.inputs)
        return [layer for layer in self.layers.values() if layer.name in wanted]

    def _free_name(self, class_name: str) -> str:
        wanted = self.name + _SUFFIXES.get(class_name, "")
        name, count = wanted, 1
        while name in self.layers:
            count += 1
            name = f"{wanted}_{count}"
        return name
