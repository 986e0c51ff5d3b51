"""Trained models on the command line: from model files and from projects that keep one."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ichdesk.cli import jobs
from ichdesk.cli.progress import Bars
from ichdesk.core.errors import UserError
from ichdesk.protocol.messages import FormatInfo

if TYPE_CHECKING:  # loads torch
    from ichdesk.learn.model import Model


def load_trained(path: Path) -> "Model":
    """A model from whatever holds one, told by content and not by name.

    Args:
        path: A model file, an export of Teachable Machine, or a project file that keeps a training,
            of which the last one is taken.

    Raises:
        UserError: It holds none.
    """
    from ichdesk.worker import trained_models  # noqa: PLC0415 - loads torch

    return trained_models.load_trained(path, jobs.warn)


def check_place(to: str, out: Path, force: bool) -> None:
    """UserError, before any work is done, if something is there that must stay.

    Args:
        to: The name of the format.
        out: A file, or a folder for formats of several files.
        force: Whether a file may be replaced; nothing gives way to a folder.
    """
    from ichdesk.learn.exporting import makes_folder  # noqa: PLC0415 - loads torch

    if makes_folder(to, out) and out.exists():
        raise UserError(f"{out} exists already; choose another name for the folder.")
    jobs.refuse_existing(out, force)


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
