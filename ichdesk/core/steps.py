"""The image steps of a project: which, in which order, with which values."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = float | str

_MOST_STEPS = 20
_MOST_VALUES = 20
_LONGEST_TEXT = 100
_NAME = "step"


@dataclass(frozen=True, slots=True)
class Step:
    """One image step with its values.

    Attributes:
        name: Of the plug-in in `ichdesk.imaging.steps`.
        values: Name and value of each of its settings, all of them and in the plug-in's order, so
            that equal steps are equal values; `ichdesk.imaging.pipeline.checked` brings them there.
    """

    name: str
    values: tuple[tuple[str, Value], ...] = ()


Steps: TypeAlias = tuple[Step, ...]

DEFAULT_STEPS: Steps = (Step("window", (("level_hu", 40.0), ("width_hu", 80.0))),)


def steps_text(steps: Sequence[Step]) -> str:
    """Steps as JSON: for files, for the worker, and as part of the key of cached features."""
    return json.dumps([{_NAME: step.name, **dict(step.values)} for step in steps])


def parse_steps(text: str) -> Steps:
    """Read what `steps_text` wrote, of any origin; says nothing about what the steps mean.

    Raises:
        ValueError: It is no list of steps.
    """
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, list) or len(found) > _MOST_STEPS:
        raise ValueError("no list of steps")
    return tuple(_step(item) for item in found)


def _step(item: object) -> Step:
    if not isinstance(item, dict) or len(item) > _MOST_VALUES or not _is_text(item.get(_NAME)):
        raise ValueError("no step")
    values = [(key, value) for key, value in item.items() if key != _NAME]
    if not all(_is_text(key) and _is_value(value) for key, value in values):
        raise ValueError("no value of a step")
    return Step(item[_NAME], tuple((k, v if isinstance(v, str) else float(v)) for k, v in values))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT


def _is_value(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _is_text(value)
    return abs(value) < 1e9 and math.isfinite(value)
