"""Trained models to files of many formats, with progress."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from ichdesk.core.errors import UserError
from ichdesk.core.model_facts import parse_facts
from ichdesk.learn.exporters import EXPORTERS
from ichdesk.learn.exporting import export_model
from ichdesk.learn.model import Model
from ichdesk.protocol.messages import FormatInfo, ModelProgressed, SaveModel

_FIRST = "ichdesk"


def formats() -> tuple[FormatInfo, ...]:
    """All formats, ICHDesk's own first."""
    names = sorted(EXPORTERS, key=lambda name: (name != _FIRST, EXPORTERS[name].title))
    known = [(name, EXPORTERS[name]) for name in names]
    return tuple(FormatInfo(name, e.title, e.purpose, e.suffix) for name, e in known)


def saved(
    request: SaveModel, model: Model, stop_if_cancelled: Callable[[], None]
) -> Iterator[ModelProgressed]:
    """Write the model as the request asks for; events while that goes on."""
    try:
        facts = parse_facts(request.facts, len(model.labels))
    except ValueError as error:
        raise UserError("The test results of the model cannot be read; train it again.") from error
    subject = replace(model, labels=request.labels, facts=facts)
    for stage in export_model(subject, request.format, Path(request.path)):
        stop_if_cancelled()
        yield ModelProgressed(request.request_id, stage)
