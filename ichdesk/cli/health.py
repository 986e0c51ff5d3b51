"""The checks of "Data health" as text or JSON."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ichdesk.archive import SampleStore
from ichdesk.cli.jobs import open_file
from ichdesk.cli.progress import Bars
from ichdesk.core.data_health import Check, fact_checks, looked_at
from ichdesk.core.errors import UserError
from ichdesk.core.image_health import image_checks
from ichdesk.core.project import Project
from ichdesk.core.run import is_done
from ichdesk.protocol import messages as msg
from ichdesk.protocol.runs import observe_project

_REQUEST_ID = 1


def checks_of(file: Path, store: SampleStore, bars: Bars) -> tuple[Project, tuple[Check, ...]]:
    """Open a project file and make all checks of it.

    Raises:
        UserError: It cannot be opened, or has no image in an enabled class.
    """
    opened = open_file(file, store)
    project, run = opened.project, opened.run
    if not looked_at(project):
        raise UserError(f"{file.name} has no image in an enabled class; add images first.")
    facts = fact_checks(project, run if is_done(run) else None)
    if project.training_problem():  # then no features either
        return project, facts
    return project, (*facts, *_of_pixels(project, bars))


def checks_text(checks: Sequence[Check], names: Mapping[int, str]) -> str:
    """A paragraph for each."""
    return "\n\n".join(_paragraph(check, names) for check in checks)


def checks_json(checks: Sequence[Check], names: Mapping[int, str]) -> str:
    """An object for each, with the images that it is about, counted from 1."""
    return json.dumps([_object(check, names) for check in checks], indent=2, ensure_ascii=False)


def _of_pixels(project: Project, bars: Bars) -> tuple[Check, ...]:
    from ichdesk.worker.handlers import Handlers  # noqa: PLC0415 - loads torch

    arrays: Mapping[str, Any] = {}
    for event in Handlers().handle(observe_project(_REQUEST_ID, "data-health", project)):
        match event:
            case msg.FeaturesProgressed():
                bars.show("Features", event.done, event.total)
            case msg.Observed():
                arrays = event.arrays
                bars.show("Checks", event.done, event.total)
            case msg.ObservationEnded(error=str() as error):
                raise UserError(error)
    return image_checks(looked_at(project), arrays)


def _paragraph(check: Check, names: Mapping[int, str]) -> str:
    lines = [f"{check.title}: {check.state.value}", f"  {check.text}"]
    if check.advice:
        lines.append(f"  What to do: {check.advice}")
    for group in _groups(check):
        lines.append("    " + " and ".join(_image(check, i, names) for i in group))
    return "\n".join(lines)


def _groups(check: Check) -> list[range]:
    each = 2 if check.is_paired else 1
    return [range(i, i + each) for i in range(0, len(check.images) - each + 1, each)]


def _image(check: Check, number: int, names: Mapping[int, str]) -> str:
    shown = check.images[number]
    remark = f" ({shown.remark})" if shown.remark else ""
    return f"{names[shown.place.class_id]}, image {shown.place.index + 1:,}{remark}"


def _object(check: Check, names: Mapping[int, str]) -> dict[str, Any]:
    images = [
        {
            "class": names[shown.place.class_id],
            "image": shown.place.index + 1,
            "remark": shown.remark,
        }
        for shown in check.images
    ]
    return {
        "check": check.key,
        "title": check.title,
        "state": check.state.name.lower(),
        "text": check.text,
        "advice": check.advice,
        "images": images,
        "are_pairs": check.is_paired,
    }
