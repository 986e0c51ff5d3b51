"""A network of torch's as a list of Keras layers, which Keras, TensorFlow.js and LiteRT understand.

Keras has height, width and channels in this order, torch the channels first.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import fx, nn
from torch.fx.passes.shape_prop import ShapeProp
from torch.nn import functional as F  # noqa: N812 - the usual name

from ichdesk.core.errors import UserError
from ichdesk.learn.head import Head
from ichdesk.learn.keras_graph import PICTURE, Builder, Layer, Shape, Value
from ichdesk.learn.keras_operations import OPERATIONS, Operation, UnknownOperationError


def keras_layers(network: nn.Module) -> list[Layer]:
    """Write a network as layers.

    Args:
        network: (N, 3, 224, 224) to (N, C), in eval mode, on the CPU.

    Returns:
        Layers in an order in which they can be computed; the first takes the pictures, normalized
        and (N, 224, 224, 3), the last gives (N, C).

    Raises:
        UserError: The network does something that no layer here does.
    """
    graph = fx.GraphModule(network, _Tracer().trace(network))
    height, width, channels = PICTURE
    with torch.inference_mode():
        ShapeProp(graph).propagate(torch.zeros(1, channels, height, width))
    try:
        return _written(graph)
    except UnknownOperationError as error:
        raise UserError(
            f"This format cannot hold the network, because it knows no “{error}”; "
            "choose another format."
        ) from error


class _Tracer(fx.Tracer):
    """Leaves the head whole."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Whether a module is one operation."""
        return isinstance(m, Head) or super().is_leaf_module(m, module_qualified_name)


def _written(graph: fx.GraphModule) -> list[Layer]:
    net = Builder()
    values: dict[fx.Node, Any] = {}  # a `Value`, or the constant that a node stands for
    for node in graph.graph.nodes:
        if node.op == "placeholder":
            values[node] = net.add("InputLayer", [])
        elif node.op == "get_attr":
            values[node] = _attribute(graph, node.target)
        elif node.op == "output":
            return net.needed(net.settled(values[node.args[0]]))
        else:
            net.name, net.shape = node.name, _shape(node)
            values[node] = _operate(net, graph, node, values)
    raise AssertionError("a graph ends in its output")


def _operate(
    net: Builder, graph: fx.GraphModule, node: fx.Node, values: Mapping[fx.Node, Any]
) -> Value:
    """Write one node; its arguments are those of torch's function."""
    args, kwargs = fx.node.map_arg((node.args, dict(node.kwargs)), values.__getitem__)
    if node.op == "call_module":
        module = graph.get_submodule(str(node.target))
        return _known(type(module).__name__)(net, *args, module)
    return _known(_name(node.target))(net, *args, **kwargs)


def _known(name: str) -> Operation:
    if name not in OPERATIONS:
        raise UnknownOperationError(name)
    return OPERATIONS[name]


def _name(target: str | Callable[..., Any]) -> str:
    """Torch's name of a function or method."""
    if target is F.max_pool2d:  # chosen at run time by a function without a name of its own
        return "max_pool2d"
    return target if isinstance(target, str) else target.__name__


def _attribute(graph: fx.GraphModule, target: Any) -> Any:
    module, _, name = str(target).rpartition(".")
    return getattr(graph.get_submodule(module), name)


def _shape(node: fx.Node) -> Shape:
    """Of what a node gives, in Keras' order."""
    _, *sizes = node.meta["tensor_meta"].shape
    channels, *places = (int(size) for size in sizes)
    return (*places, channels)
