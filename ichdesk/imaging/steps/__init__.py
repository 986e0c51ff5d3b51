"""Image steps, plug-ins on the way from Hounsfield units to the picture that the network sees."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, get_type_hints

from ichdesk.core.registry import Registry
from ichdesk.core.steps import Value
from ichdesk.imaging.window import Values

Function = TypeVar("Function", bound=Callable[..., Values])


class Stage(StrEnum):
    """What a step works on: HU, (H, W), or a picture from 0 to 1, (H, W) gray or (H, W, 3) RGB."""

    HU = "hu"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Range:
    """A number in a step's form: what it is called, its limits, the smallest change, its unit."""

    label: str
    low: float
    high: float
    by: float = 1.0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several words in a step's form."""

    label: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepField:
    """A keyword of a step's function, and how to ask for it."""

    name: str
    default: Value
    form: Range | Choice


@dataclass(frozen=True, slots=True)
class StepKind:
    """A step as it is registered.

    Attributes:
        title: Its name for people.
        summary: What it does, in a sentence or two.
        takes: What it works on.
        gives: What comes out.
        apply: Takes pixels and the fields as keywords, leaves its input alone, gives new pixels.
        fields: Its settings, in the order of the form.
    """

    title: str
    summary: str
    takes: Stage
    gives: Stage
    apply: Callable[..., Values]
    fields: tuple[StepField, ...]

    def __call__(self, pixels: Values, **values: Value) -> Values:
        """Apply it, with defaults for what is not said."""
        return self.apply(pixels, **values)


STEPS: Registry[StepKind] = Registry("image step", __name__)


def image_step(name: str, title: str, takes: Stage, gives: Stage) -> Callable[[Function], Function]:
    """Register a function; its docstring says what it does, its keyword defaults make its form.

    Every keyword is `Annotated` with a `Range` or a `Choice`.
    """

    def decorate(function: Function) -> Function:
        summary = " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
        kind = StepKind(title, summary, takes, gives, function, _fields(function))
        STEPS.register(name)(kind)
        return function

    return decorate


def _fields(function: Callable[..., Any]) -> tuple[StepField, ...]:
    hints = get_type_hints(function, include_extras=True)
    return tuple(
        StepField(name, parameter.default, hints[name].__metadata__[0])
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    )
