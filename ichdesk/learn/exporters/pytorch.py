"""PyTorch: a graph that runs with torch alone, and a script that classifies pictures with it."""

import io
import json
from typing import Any

import torch
from torch.export import ExportedProgram

from ichdesk.core.resources import resource_path
from ichdesk.learn.exported import hu_program, picture_program
from ichdesk.learn.exported_steps import unheld_sentence
from ichdesk.learn.exporters import Stages, Subject, exporter

_FOLDER = "exports/pytorch"
_SCRIPTS = ("classify.py", "read_picture.py")
_HU_USE = """\
Slices in Hounsfield units, with the image steps that the model was trained with:

    model = torch.export.load("model_hu.pt2").module()
    probabilities = model(hu)  # (N, H, W) float32 with square pixels to (N, classes)
"""


@exporter(
    "pytorch", "PyTorch", "For Python with PyTorch; a script to classify pictures is with it."
)
def pytorch(subject: Subject) -> Stages:
    """The model for pictures, that for Hounsfield units if it can be, a script and a text."""
    card = subject.card()
    yield "Tracing the network"
    files = {"model.pt2": _saved(picture_program(subject.classifier), card)}
    unheld = unheld_sentence(subject.model.steps)
    if not unheld:
        yield "Tracing the image steps"
        program = hu_program(subject.classifier, subject.model.steps)
        files["model_hu.pt2"] = _saved(program, card)
    scripts = {name: resource_path(f"{_FOLDER}/{name}").read_bytes() for name in _SCRIPTS}
    readme = _readme(card, unheld or _HU_USE)
    return {**files, **scripts, "README.txt": readme.encode()}


def _saved(program: ExportedProgram, card: dict[str, Any]) -> bytes:
    texts = {
        "labels.json": json.dumps(card["labels"], ensure_ascii=False),
        "card.json": json.dumps(card, ensure_ascii=False),
    }
    out = io.BytesIO()
    torch.export.save(program, out, extra_files=texts)
    return out.getvalue()


def _readme(card: dict[str, Any], about_hu: str) -> str:
    usage = resource_path(f"{_FOLDER}/README.txt").read_text("utf-8")
    facts = [
        card["notice"],
        f"Made by {card['made_by']} with torch {torch.__version__}; older ones may not read it.",
        f"Backbone: {card['backbone']}",
        f"Labels: {', '.join(card['labels'])}",
        *card["test"],
    ]
    return "\n".join([*facts, "", usage, about_hu])
