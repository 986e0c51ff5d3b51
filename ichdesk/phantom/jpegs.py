"""Synthetic slices as the JPEG samples of a Teachable Machine project."""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ichdesk.phantom.fields import Field
from ichdesk.phantom.lesions import HEMORRHAGE_TYPES
from ichdesk.phantom.render import render
from ichdesk.phantom.slices import PhantomSlice, phantom_slice

Range = tuple[float, float]

SIDE_PX = 224
_ATTEMPTS = 200
_TYPE_WEIGHTS = (0.28, 0.20, 0.26, 0.09, 0.17)  # roughly as often as in emergency departments
_ALIASES = {"parenchymal": "intraparenchymal"}


@dataclass(frozen=True, slots=True)
class Style:
    """How hard the slices are to read and how they are shown.

    Attributes:
        window_hu: Darkest and brightest value of the gray window.
        color_range_hu: Values that turn red to orange; None for gray pictures.
        noise_hu: Least and greatest noise in the brain; None for the phantom's own.
        lesion_px: Least and greatest area of all hemorrhage in a slice; None for any.
        blood_hu: Least and greatest mean value of the hemorrhage; None for any.
        quality: Of the JPEG files, 1 to 95.
    """

    window_hu: Range = (0.0, 80.0)
    color_range_hu: Range | None = None
    noise_hu: Range | None = None
    lesion_px: Range | None = None
    blood_hu: Range | None = None
    quality: int = 92


GRAY = Style()
COLOR_CODED = Style(color_range_hu=(50.0, 90.0))


def phantom_jpegs(class_name: str, count: int, seed: int, style: Style = GRAY) -> Iterator[bytes]:
    """Make the samples of one class; the name decides what they show.

    "Normal" shows no hemorrhage, "Hemorrhage" one or more random types, and the name of a type
    (in any case; "parenchymal" too) that type. Sample i of a class and seed is always the same,
    however many are asked for.

    Args:
        class_name: What to show.
        count: How many samples.
        seed: Source of all randomness.
        style: How to draw and show it.

    Yields:
        Baseline JPEG files, 224 x 224 RGB.

    Raises:
        ValueError: The name is none of these; raised at once, before the first sample.
    """
    return (jpeg(drawn.hu, style) for drawn in phantom_slices(class_name, count, seed, style))


def phantom_slices(
    class_name: str, count: int, seed: int, style: Style = GRAY, first: int = 0
) -> Iterator[PhantomSlice]:
    """The slices that `phantom_jpegs` shows, 224 x 224; the same arguments, the same errors.

    With `first`, as many slices from that one on.
    """
    wanted = class_name.strip().lower()
    wanted = _ALIASES.get(wanted, wanted)
    if wanted not in ("normal", "hemorrhage", *HEMORRHAGE_TYPES):
        names = ", ".join(("Normal", "Hemorrhage", *(t.capitalize() for t in HEMORRHAGE_TYPES)))
        raise ValueError(
            f"There is no synthetic image for the class “{class_name}”; use one of: {names}."
        )
    stream = zlib.crc32(wanted.encode())
    return (
        _slice(np.random.default_rng((seed, stream, index)), wanted, style)
        for index in range(first, first + count)
    )


def jpeg(hu: Field, style: Style) -> bytes:
    """A slice, (224, 224) HU, as the style shows it."""
    low, high = style.window_hu
    pixels = render(
        hu,
        level_hu=(low + high) / 2,
        width_hu=high - low,
        color_range_hu=style.color_range_hu,
    )
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=style.quality, optimize=True)
    return buffer.getvalue()


def _slice(rng: np.random.Generator, wanted: str, style: Style) -> PhantomSlice:
    return _drawn(rng, _types(rng, wanted), style)


def _drawn(rng: np.random.Generator, types: tuple[str, ...], style: Style) -> PhantomSlice:
    """The first of many slices that is as hard as the style wants it."""
    for _ in range(_ATTEMPTS):
        noise = None if style.noise_hu is None else float(rng.uniform(*style.noise_hu))
        drawn = phantom_slice(rng, types=types, size_px=SIDE_PX, noise_hu=noise)
        if not types or _fits(drawn, style):
            break
    return drawn


def _fits(drawn: PhantomSlice, style: Style) -> bool:
    blood = np.any(list(drawn.masks.values()), axis=0)
    mean_hu = float(drawn.hu[blood].mean()) if blood.any() else 0.0
    return _within(int(blood.sum()), style.lesion_px) and _within(mean_hu, style.blood_hu)


def _within(value: float, limits: Range | None) -> bool:
    return limits is None or limits[0] <= value <= limits[1]


def _types(rng: np.random.Generator, wanted: str) -> tuple[str, ...]:
    if wanted == "normal":
        return ()
    if wanted != "hemorrhage":
        return (wanted,)
    count = int(rng.choice((1, 2, 3), p=(0.7, 0.23, 0.07)))
    return tuple(rng.choice(HEMORRHAGE_TYPES, size=count, replace=False, p=_TYPE_WEIGHTS))
