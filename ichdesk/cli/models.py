"""Trained models on the command line: from model files and from projects that keep one."""

import json
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ichdesk.archive import NATIVE_SUFFIX, SampleStore
from ichdesk.cli import jobs
from ichdesk.cli.progress import Bars
from ichdesk.core.errors import UserError
from ichdesk.core.model_facts import facts_of
from ichdesk.protocol.messages import FormatInfo

if TYPE_CHECKING:  # loads torch
    from ichdesk.learn.model import Model


def load_trained(path: Path) -> "Model":
    """The model of a model file, or that of the last training that a project file keeps.

    Raises:
        UserError: There is none.
    """
    from ichdesk.learn.model import load_model, read_model  # noqa: PLC0415 - loads torch

    if path.suffix.lower() != NATIVE_SUFFIX:
        return load_model(path)
    with closing(SampleStore()) as store:
        run = jobs.open_file(path, store).run
    if run is None or not run.model:
        raise UserError(f"{path} keeps no trained model; train in ICHDesk and save the project.")
    model = read_model(run.model, f"The trained model in {path}")
    return replace(model, labels=run.names, facts=facts_of(run))


def export(path: Path, to: str, out: Path, bars: Bars) -> None:
    """Write a model in another format.

    Args:
        path: A model file, or a project file that keeps a model.
        to: The name of the format.
        out: A file, or a folder for formats of several files.
        bars: Show progress.

    Raises:
        UserError: It cannot be done; nothing was written.
    """
    from ichdesk.learn.exporting import export_model  # noqa: PLC0415 - loads torch

    for stage in export_model(load_trained(path), to, out):
        bars.show(stage, 0, 1)


def formats_text() -> str:
    """A paragraph for each format."""
    known = _formats()
    width = max(len(info.name) for info in known)
    kind = {info.name: info.suffix or "folder or .zip" for info in known}
    return "\n".join(
        f"{info.name:<{width}}  {info.title} ({kind[info.name]}). {info.purpose}" for info in known
    )


def formats_json() -> str:
    """The same for machines."""
    return json.dumps([asdict(info) for info in _formats()], indent=2, ensure_ascii=False)


def _formats() -> tuple[FormatInfo, ...]:
    from ichdesk.worker.exports import formats  # noqa: PLC0415 - loads torch

    return formats()
