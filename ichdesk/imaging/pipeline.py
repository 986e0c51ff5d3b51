"""A sample's bytes to the picture that the network sees, by way of the project's image steps."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from PIL import Image

from ichdesk.core.errors import UserError
from ichdesk.core.project import Project
from ichdesk.core.steps import DEFAULT_STEPS, Step, Steps, Value
from ichdesk.imaging.decode import decode_sample, jpeg_bytes
from ichdesk.imaging.hu_png import is_hu_png, read_hu_png
from ichdesk.imaging.slices import HuImage, Spacing, fitted
from ichdesk.imaging.steps import STEPS, Choice, Range, Stage, StepField
from ichdesk.imaging.window import Values

QUALITY = 95

Pixels = npt.NDArray[np.uint8]


def model_pixels(data: bytes, steps: Steps = DEFAULT_STEPS) -> Pixels:
    """What the network sees of a sample, RGB, (224, 224, 3); ready-made images are taken as is.

    Args:
        data: A sample's bytes: a ready-made picture, or a slice as `hu_png` writes it.
        steps: What happens to the slice, as `checked` returns them.

    Raises:
        UserError: The bytes are damaged.
    """
    if is_hu_png(data):
        return slice_pixels(read_hu_png(data), steps)
    return decode_sample(data)


def slice_pixels(image: HuImage, steps: Steps = DEFAULT_STEPS) -> Pixels:
    """What the network sees of a slice, RGB, (224, 224, 3).

    Steps work at the slice's own resolution, and only what comes out is averaged down: if
    Hounsfield units were averaged, a share of bone at the edge of the skull would whiten what lies
    beside it, where thin extra-axial blood is. The whole picture is kept, in its true proportions,
    on black.
    """
    pixels, spacing_mm = image.hu, image.spacing_mm
    for step in steps:
        kind, before = STEPS[step.name], pixels
        pixels = kind(before, **dict(step.values))
        if image.is_inverted and kind.takes is Stage.HU and kind.gives is Stage.PICTURE:
            pixels = _inverted(pixels)
        if kind.takes is Stage.PICTURE:
            spacing_mm = _resampled(spacing_mm, before, pixels)
    return fitted(pixels, spacing_mm)


def _inverted(picture: Values) -> Values:
    """Dark for bright; colors keep their hue, or color-coded blood would turn blue."""
    if picture.ndim == 2:
        return 1 - picture
    turned: Values = picture + (1 - picture.max(axis=-1) - picture.min(axis=-1))[..., None]
    return turned


def _resampled(spacing_mm: Spacing, before: Values, after: Values) -> Spacing:
    """Steps on a picture keep what it shows: of fewer pixels, each one is larger."""
    row_mm, column_mm = spacing_mm
    return (
        row_mm * before.shape[0] / after.shape[0],
        column_mm * before.shape[1] / after.shape[1],
    )


def model_jpeg(data: bytes, steps: Steps = DEFAULT_STEPS) -> bytes:
    """A sample as a ready-made picture: what the network sees of a slice, as a JPEG.

    Raises:
        UserError: The bytes are damaged.
    """
    if not is_hu_png(data):
        return data
    return jpeg_bytes(Image.fromarray(model_pixels(data, steps)), QUALITY)


def baked(project: Project) -> Callable[[bytes], bytes]:
    """A function that turns samples of a project into ready-made pictures."""
    return partial(model_jpeg, steps=project.config.steps)


def checked(steps: Sequence[Step]) -> Steps:
    """Steps with every value said, in the order of the form.

    Raises:
        UserError: A step is unknown, a value is out of range, or the steps do not fit together.
    """
    full = tuple(Step(step.name, _values(step)) for step in steps)
    stage = Stage.HU
    for step in full:
        kind = STEPS[step.name]
        if kind.takes is not stage:
            raise UserError(_misplaced(kind.title, stage))
        stage = kind.gives
    if stage is not Stage.PICTURE:
        raise UserError("The steps make no picture; add one that does, such as Window.")
    return full


def _misplaced(title: str, stage: Stage) -> str:
    if stage is Stage.HU:
        return (
            f"“{title}” works on a picture; put a step that makes one, such as Window, before it."
        )
    return f"“{title}” works on Hounsfield units; put it before the step that makes a picture."


def _values(step: Step) -> tuple[tuple[str, Value], ...]:
    kind, given = STEPS[step.name], dict(step.values)
    known = {field.name for field in kind.fields}
    if unknown := sorted(given.keys() - known):
        raise UserError(f"“{kind.title}” has no setting “{unknown[0]}”; leave it out.")
    return tuple((f.name, _checked_value(kind.title, f, given.get(f.name))) for f in kind.fields)


def _checked_value(title: str, field: StepField, value: Value | None) -> Value:
    if value is None:
        return field.default
    match field.form:
        case Range(label, low, high):
            if isinstance(value, str) or not low <= value <= high:
                raise UserError(f"“{title}”: {label} must be from {low:g} to {high:g}.")
            return float(value)
        case Choice(label, options):
            if value not in options:
                raise UserError(f"“{title}”: {label} must be one of: {', '.join(options)}.")
    return value
