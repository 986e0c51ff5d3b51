"""The list of backbones, for people and for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ichdesk.cli.progress import Bars
from ichdesk.protocol.messages import BackboneInfo

_BYTES = 4  # of a parameter
_HEADINGS = ("backbone", "parameters", "MB", "images/s", "weights")


def list_backbones(device: str, bars: Bars, *, measure: bool) -> list[BackboneInfo]:
    """All backbones; those that can be used are measured first, if asked for.

    Raises:
        UserError: This computer does not have the device.
    """
    from ichdesk.worker.backbones import BackboneDesk  # noqa: PLC0415 - loads torch

    desk = BackboneDesk()
    infos = desk.infos(device)
    if measure:
        networks = {info.spec.partition(":")[0]: info.spec for info in infos if not info.problem}
        for done, spec in enumerate(networks.values(), start=1):
            desk.measure(spec, device)
            bars.show("Measuring", done, len(networks))
        infos = desk.infos(device)
    return infos


def backbones_json(infos: Sequence[BackboneInfo]) -> str:
    """The list as JSON; sizes in bytes, null for a speed that was never measured."""
    entries = [
        {
            "backbone": info.spec,
            "title": info.title,
            "available": not info.problem,
            "problem": info.problem or None,
            "parameters": info.parameters,
            "bytes": info.parameters * _BYTES,
            "images_per_s": info.images_per_s,
            "weights": info.weights,
            "download": asdict(info.download) if info.download else None,
        }
        for info in infos
    ]
    return json.dumps({"backbones": entries}, indent=2, ensure_ascii=False)


def backbones_text(infos: Sequence[BackboneInfo]) -> str:
    """The list as a table."""
    rows = [_HEADINGS, *map(_row, infos)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS) - 1)]
    lines = []
    for row in rows:
        numbers = (cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:], strict=True))
        lines.append("  ".join([row[0].ljust(widths[0]), *numbers, row[-1]]))
    folders = {Path(info.download.path).parent for info in infos if info.download}
    lines += [f"Weights that are not here belong into {folder}." for folder in folders]
    return "\n".join(lines)


def _row(info: BackboneInfo) -> tuple[str, ...]:
    speed = "not measured" if info.images_per_s is None else f"{info.images_per_s:.3g}"
    size_mb = f"{info.parameters * _BYTES / 1e6:.1f}"
    weights = info.problem or info.weights
    if info.download:
        weights = f"Not here; {info.download.url} ({info.download.size_mib:.1f} MB)"
    return info.spec, f"{info.parameters:,}", size_mb, speed, weights
