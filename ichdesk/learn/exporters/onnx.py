"""ONNX: one file that ONNX Runtime classifies pictures with, and one for Hounsfield units."""

import json
from typing import TYPE_CHECKING, Any

from torch.export import ExportedProgram

from ichdesk import __version__
from ichdesk.core.errors import UserError
from ichdesk.learn.exported import hu_program, picture_program
from ichdesk.learn.exported_steps import unheld_sentence
from ichdesk.learn.exporters import Files, Stages, Subject, exporter
from ichdesk.learn.tracing import AXES, without_hints

if TYPE_CHECKING:
    from onnx import ModelProto

_OPSET = 18  # the oldest that has all it takes, so that old runtimes can read it, too
_PICTURE = (
    "image: uint8 RGB, (batch, height, width, 3) of any size; the central square is resized to 224 "
    "px with a Lanczos filter in the model, at most 1 of 255 levels from what ICHDesk does"
)
_SLICE = (
    "hu: float32 Hounsfield units, (batch, height, width) with square pixels; image steps and the "
    "fit to 224 px are in the model"
)
_HU_ELSEWHERE = "The format “ONNX for Hounsfield units” takes these, with the image steps built in."


@exporter(
    "onnx",
    "ONNX",
    "For programs that use ONNX Runtime, such as in Python, C#, Java or a browser.",
    ".onnx",
)
def onnx(subject: Subject) -> Stages:
    """A file that takes pictures of any size."""
    yield "Tracing the network"
    program = picture_program(subject.classifier)
    yield "Translating it to ONNX"
    about_hu = unheld_sentence(subject.model.steps) or _HU_ELSEWHERE
    card = subject.card() | {"input": _PICTURE, "hounsfield_units": about_hu}
    return _files(program, "image", card)


@exporter(
    "onnx-hu",
    "ONNX for Hounsfield units",
    "For programs with ONNX Runtime and CT slices in Hounsfield units; the image steps are inside.",
    ".onnx",
)
def onnx_hu(subject: Subject) -> Stages:
    """A file that takes slices; UserError if an image step cannot be in it."""
    if unheld := unheld_sentence(subject.model.steps):
        raise UserError(f"{unheld} Export to “ONNX” instead.")
    yield "Tracing the network"
    program = hu_program(subject.classifier, subject.model.steps)
    yield "Translating it to ONNX"
    return _files(program, "hu", subject.card() | {"input": _SLICE})


def _files(program: ExportedProgram, takes: str, card: dict[str, Any]) -> Files:
    model = _translated(program, takes)
    _clean(model)
    model.producer_name, model.producer_version = "ICHDesk", __version__
    model.doc_string = "\n".join([card["notice"], *card["test"]])
    for key, value in sorted(card.items()):
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        model.metadata_props.add(key=key, value=text)
    return {"model.onnx": model.SerializeToString(deterministic=True)}


def _translated(program: ExportedProgram, takes: str) -> "ModelProto":
    from torch.onnx import export  # noqa: PLC0415 - loads for seconds, and few ever export

    with without_hints():
        translated = export(
            program,
            dynamo=True,
            opset_version=_OPSET,
            input_names=[takes],
            output_names=["probabilities"],
            verbose=False,
        )
    assert translated is not None
    return translated.model_proto


def _clean(model: "ModelProto") -> None:
    """Take out notes of the exporter's, which name places in source files."""
    graph = model.graph
    graph.name = "ICHDesk"
    del graph.value_info[:]  # shapes in between, which runtimes infer
    for part in (graph, *graph.node, *graph.initializer, *graph.input, *graph.output):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    for tensor in (*graph.input, *graph.output):
        for name, size in zip(AXES, tensor.type.tensor_type.shape.dim, strict=False):
            if size.dim_param:
                size.dim_param = name
