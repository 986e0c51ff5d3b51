"""A module's graph, for formats that hold graphs."""

import copy
import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.export import Dim, ExportedProgram, export
from torch.fx import Node

AXES = ("batch", "height", "width")
"""The first axes of pictures and slices; every size from 1 on works."""

_HINTS = ("torch.utils.flop_counter", "torch.onnx._internal.exporter._registration")
"""Loggers that miss triton and torchvision, which no export needs."""


def traced(module: nn.Module, example: Tensor) -> ExportedProgram:
    """The graph of a module, with no places in source files in it.

    Args:
        module: Takes one tensor, whose axes begin with `AXES`; it is left as it is.
        example: Such a tensor, of sizes from 2 on.
    """
    dense = copy.deepcopy(module).to(memory_format=torch.contiguous_format)  # files hold no other
    sizes = {axis: Dim(name, min=1) for axis, name in enumerate(AXES)}
    with torch.no_grad(), without_hints():
        program = export(dense.eval(), (example,), dynamic_shapes=(sizes,), strict=False)
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)
        _make_functional(node)
    program.graph_module.recompile()
    return program


@contextmanager
def without_hints() -> Iterator[None]:
    """Keep torch from telling that packages are missing which are not needed.

    Older ones also warn of a call of their own.
    """
    with ExitStack() as ends, warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*LeafSpec.* is deprecated", FutureWarning)
        for logger in map(logging.getLogger, _HINTS):
            logger.addFilter(_nothing)
            ends.callback(logger.removeFilter, _nothing)
        yield


def _nothing(_: logging.LogRecord) -> bool:
    return False


def _make_functional(node: Node) -> None:
    """Let an operator that writes into its input, which nothing else reads, make a new tensor.

    Translating the first kind takes ten times as long, and graphs need no memory saved.
    """
    target = node.target
    if not isinstance(target, OpOverload) or not target._schema.is_mutable:
        return
    given = node.args[0]
    if isinstance(given, Node) and len(given.users) == 1:
        name = target._schema.name.removeprefix("aten::").removesuffix("_")
        node.target = getattr(getattr(torch.ops.aten, name), target._overloadname)
