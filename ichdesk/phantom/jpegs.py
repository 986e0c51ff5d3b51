"""Synthetic slices as the JPEG samples of a Teachable Machine project."""

import io
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from ichdesk.phantom.lesions import HEMORRHAGE_TYPES
from ichdesk.phantom.render import render
from ichdesk.phantom.slices import phantom_slice

_SIDE_PX = 224
_QUALITY = 92
_COLOR_RANGE_HU = (50.0, 90.0)
_TYPE_WEIGHTS = (0.28, 0.20, 0.26, 0.09, 0.17)  # roughly as often as in emergency departments
_ALIASES = {"parenchymal": "intraparenchymal"}


def phantom_jpegs(
    class_name: str, count: int, seed: int, *, color_coded: bool = False
) -> Iterator[bytes]:
    """Make the samples of one class; the name decides what they show.

    "Normal" shows no hemorrhage, "Hemorrhage" one or more random types, and the name of a type
    (in any case; "parenchymal" too) that type. Sample i of a class and seed is always the same,
    however many are asked for.

    Args:
        class_name: What to show.
        count: How many samples.
        seed: Source of all randomness.
        color_coded: Paint 50 to 90 HU red to orange over the gray brain window.

    Yields:
        Baseline JPEG files, 224 x 224 RGB.

    Raises:
        ValueError: The name is none of these; raised at once, before the first sample.
    """
    wanted = class_name.strip().lower()
    wanted = _ALIASES.get(wanted, wanted)
    if wanted not in ("normal", "hemorrhage", *HEMORRHAGE_TYPES):
        names = ", ".join(("Normal", "Hemorrhage", *(t.capitalize() for t in HEMORRHAGE_TYPES)))
        raise ValueError(
            f"There is no synthetic image for the class “{class_name}”; use one of: {names}."
        )
    stream = zlib.crc32(wanted.encode())
    coded = _COLOR_RANGE_HU if color_coded else None
    return (
        _jpeg(np.random.default_rng((seed, stream, index)), wanted, coded) for index in range(count)
    )


def _jpeg(rng: np.random.Generator, wanted: str, coded: tuple[float, float] | None) -> bytes:
    drawn = phantom_slice(rng, types=_types(rng, wanted), size_px=_SIDE_PX)
    buffer = io.BytesIO()
    picture = Image.fromarray(render(drawn.hu, color_range_hu=coded))
    picture.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _types(rng: np.random.Generator, wanted: str) -> tuple[str, ...]:
    if wanted == "normal":
        return ()
    if wanted != "hemorrhage":
        return (wanted,)
    count = int(rng.choice((1, 2, 3), p=(0.7, 0.23, 0.07)))
    return tuple(rng.choice(HEMORRHAGE_TYPES, size=count, replace=False, p=_TYPE_WEIGHTS))
