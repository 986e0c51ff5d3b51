"""What every image step promises, of each one that is registered."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from ichdesk.core.errors import UserError
from ichdesk.core.steps import DEFAULT_STEPS, Step, Value, parse_steps, steps_text
from ichdesk.imaging.pipeline import checked, slice_pixels
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.imaging.steps import STEPS, Choice, Range, Stage, StepKind

NAMES = STEPS.names()
SHAPES = ((8, 8), (1, 1), (33, 17), (520, 30))
EACH = pytest.mark.parametrize("name", NAMES)

Pixels = npt.NDArray[np.float32]


def slices(shape: tuple[int, int]) -> Iterator[Pixels]:
    """A ramp over all values, noise, and slices of one value."""
    ramp = np.linspace(-1024, 3071, shape[0] * shape[1], dtype=np.float32)
    yield ramp.reshape(shape)
    yield np.random.default_rng(0).normal(40, 60, shape).astype(np.float32)
    for value in (-1000, 0, 40, 70, 3000, -32_768, 32_767):
        yield np.full(shape, value, np.float32)


def inputs(kind: StepKind, shape: tuple[int, int]) -> list[Pixels]:
    """Such slices, or gray and colored pictures."""
    hu = list(slices(shape))
    if kind.takes is Stage.HU:
        return hu
    gray = [np.clip((values + 100) / 300, 0, 1) for values in hu]
    colored = [np.stack([one, one * one, 1 - one], axis=-1) for one in gray]
    return gray + colored


def settings(kind: StepKind) -> list[dict[str, Value]]:
    """The defaults, then each setting at both of its ends or at each of its words."""
    found: list[dict[str, Value]] = [{}]
    for field in kind.fields:
        form = field.form
        ends = form.options if isinstance(form, Choice) else (form.low, form.high)
        found += [{field.name: end} for end in ends]
    for end in ("low", "high"):
        numbers = [field for field in kind.fields if isinstance(field.form, Range)]
        found.append({field.name: getattr(field.form, end) for field in numbers})
    return found


@EACH
def test_it_can_be_shown_to_people(name: str) -> None:
    kind = STEPS[name]
    assert kind.title[0].isupper()
    assert kind.summary.endswith(".")
    assert name.isidentifier()
    assert len({STEPS[other].title for other in NAMES}) == len(NAMES)
    assert all(field.form.label[0].isupper() for field in kind.fields)
    assert len({field.form.label for field in kind.fields}) == len(kind.fields)


@EACH
def test_every_setting_has_a_form_with_room(name: str) -> None:
    for field in STEPS[name].fields:
        assert field.name != "step"  # it would hide the name of the step in files
        if isinstance(field.form, Range):
            assert isinstance(field.default, float)
            assert field.form.low <= field.default <= field.form.high
            assert 0 < field.form.by <= field.form.high - field.form.low
        else:
            assert field.default in field.form.options
            assert len(field.form.options) == len(set(field.form.options)) > 1


@EACH
@pytest.mark.parametrize("shape", SHAPES)
def test_what_comes_out(name: str, shape: tuple[int, int]) -> None:
    kind = STEPS[name]
    for pixels in inputs(kind, shape):
        before = pixels.copy()
        for values in settings(kind):
            out = kind(pixels, **values)
            np.testing.assert_array_equal(pixels, before)
            assert not np.shares_memory(out, pixels)
            assert out.dtype == np.float32
            assert np.isfinite(out).all()
            assert min(out.shape) > 0
            if kind.gives is Stage.HU:
                assert out.ndim == 2
            else:
                assert out.ndim == 2 or out.shape[2:] == (3,)
                assert 0 <= out.min() <= out.max() <= 1
            np.testing.assert_array_equal(out, kind(pixels, **values))


def chain(name: str, values: dict[str, Value]) -> tuple[Step, ...]:
    """The step among others, so that together they make a picture of a slice."""
    kind, step = STEPS[name], Step(name, tuple(values.items()))
    if kind.takes is Stage.PICTURE:
        return checked((*DEFAULT_STEPS, step))
    return checked((step,) if kind.gives is Stage.PICTURE else (step, *DEFAULT_STEPS))


@EACH
@pytest.mark.parametrize("shape", [(8, 8), (33, 17)])
@pytest.mark.parametrize("is_inverted", [False, True])
def test_the_network_gets_a_picture(name: str, shape: tuple[int, int], is_inverted: bool) -> None:
    for hu in slices(shape):
        for values in settings(STEPS[name]):
            steps = chain(name, values)
            image = HuImage(hu, (0.5, 1.25), Place(), is_inverted)
            pixels = slice_pixels(image, steps)
            assert pixels.shape == (224, 224, 3)
            assert pixels.dtype == np.uint8
            assert parse_steps(steps_text(steps)) == steps


@EACH
def test_values_out_of_range_are_refused_in_a_sentence(name: str) -> None:
    for field in STEPS[name].fields:
        wrong: list[Value] = ["", float("nan"), float("inf")]
        if isinstance(field.form, Range):
            wrong += [field.form.low - field.form.by, field.form.high + field.form.by]
        for value in wrong:
            with pytest.raises(UserError, match=f"{field.form.label} must be"):
                chain(name, {field.name: value})
