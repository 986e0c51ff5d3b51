"""Image steps in the words of the window: “Window 40/80, then Equalize”."""

from collections.abc import Sequence

from ichdesk.core.steps import Step, Value
from ichdesk.imaging.steps import STEPS, Choice, Range, StepField

# Neighboring settings that people say in one breath, by the beginnings of their names.
_PAIRS = {("level", "width"): "{}/{}", ("low", "high"): "{} to {}{unit}"}


def steps_words(steps: Sequence[Step]) -> str:
    """All steps in one line."""
    return ", then ".join(step_words(step) for step in steps)


def step_words(step: Step) -> str:
    """A step with its values, such as “Window 40/80”."""
    kind, values = STEPS[step.name], dict(step.values)
    fields = [(field, values.get(field.name, field.default)) for field in kind.fields]
    said: list[str] = []
    while fields:
        pair = _pair_words(fields)
        if pair and "/" in pair and not kind.title.lower().endswith("window"):
            pair = f"window {pair}"
        said.append(pair or _field_words(*fields[0]))
        del fields[: 2 if pair else 1]
    return " ".join([kind.title, ", ".join(said)]).strip()


def _pair_words(fields: Sequence[tuple[StepField, Value]]) -> str:
    """The first two settings together, or "" if they are no pair."""
    if len(fields) < 2:
        return ""
    (first, a), (second, b) = fields[:2]
    for starts, form in _PAIRS.items():
        if first.name.startswith(starts[0]) and second.name.startswith(starts[1]):
            return form.format(_value_words(a), _value_words(b), unit=_unit(second))
    return ""


def _field_words(field: StepField, value: Value) -> str:
    if isinstance(field.form, Choice):
        return str(value)
    return f"{field.form.label.lower()} {_value_words(value)}{_unit(field)}"


def _value_words(value: Value) -> str:
    """Without digits that say nothing, and with a minus that is as wide as a plus."""
    return value if isinstance(value, str) else f"{value:g}".replace("-", "−")


def _unit(field: StepField) -> str:
    return f" {field.form.unit}" if isinstance(field.form, Range) and field.form.unit else ""
