"""Image steps in the words of the window: “Window 40/80, then Equalize strength 1”."""

from collections.abc import Sequence

from ichdesk.core.steps import Step, Value
from ichdesk.imaging.steps import STEPS, Choice, StepField

_Said = tuple[StepField, Value]


def steps_words(steps: Sequence[Step]) -> str:
    """All steps in one line."""
    return ", then ".join(step_words(step) for step in steps)


def step_words(step: Step) -> str:
    """A step with its values, such as “Window 40/80”; a window that is as usual may be left out."""
    kind, values = STEPS[step.name], dict(step.values)
    rest = [(field, values.get(field.name, field.default)) for field in kind.fields]
    words: list[str] = []
    while rest:
        pair = _pair_words(rest[:2], is_all=len(kind.fields) == 2)
        words.append(_field_words(*rest[0]) if pair is None else pair)
        del rest[: 1 if pair is None else 2]
    return f"{kind.title} {', '.join(filter(None, words))}".strip()


def _pair_words(pair: Sequence[_Said], *, is_all: bool) -> str | None:
    """Two settings that people say in one breath; None if these are no such pair."""
    match pair:
        case [(StepField("level_hu"), level), (StepField("width_hu"), width)]:
            if not is_all and all(value == field.default for field, value in pair):
                return ""
            prefix = "" if is_all else "window "
            return f"{prefix}{_value_words(level)}/{_value_words(width)}"
        case [(StepField("low_hu"), low), (StepField("high_hu"), high)]:
            return f"{_value_words(low)} to {_value_words(high)} HU"
    return None


def _field_words(field: StepField, value: Value) -> str:
    if isinstance(field.form, Choice):
        return str(value)
    return f"{field.form.label.lower()} {_value_words(value)} {field.form.unit}".strip()


def _value_words(value: Value) -> str:
    """Without digits that say nothing, and with a minus that is as wide as a plus."""
    return value if isinstance(value, str) else f"{value:g}".replace("-", "−")
