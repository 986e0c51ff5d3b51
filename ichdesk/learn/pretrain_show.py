"""Synthetic slices as some teacher might have saved them: window, color coding, size, JPEG."""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ichdesk.learn.pretrain_tables import HIGHEST_HU, LOWEST_HU, draw_table

SIDE_PX = 224
_LARGEST_MOVE_PX = 3.0  # the maps stay where they are, so keep well below one of their 28 cells

Generator = np.random.Generator
Picture = NDArray[np.uint8]

_FILTERS = (Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)
_SUBSAMPLINGS = (0, 2, 2)  # 4:4:4, 4:2:0


def show(rng: Generator, hu: NDArray[np.float32]) -> Picture:
    """Render HU as some teacher might have saved it, (224, 224) in, (224, 224, 3) RGB out."""
    if rng.random() < 0.35:
        hu = _smooth(rng, hu)
    index = np.clip(hu + np.float32(0.5 - LOWEST_HU), 0, HIGHEST_HU - LOWEST_HU).astype(np.intp)
    picture: Picture = draw_table(rng).take(index, axis=0)
    for step, chance in _SPOILERS:
        if rng.random() < chance:
            picture = step(rng, picture)
    return picture


def _smooth(rng: Generator, hu: NDArray[np.float32]) -> NDArray[np.float32]:
    """Smoothing before the color coding, as against speckles."""
    side = np.float32(rng.uniform(0.1, 0.33))
    padded = np.pad(np.minimum(hu, np.float32(300)), 1, mode="edge")
    tall = padded[1:-1] * (1 - 2 * side) + side * (padded[:-2] + padded[2:])
    smooth = tall[:, 1:-1] * (1 - 2 * side) + side * (tall[:, :-2] + tall[:, 2:])
    return np.where(hu > 300, hu, smooth)


def _change_tones(rng: Generator, picture: Picture) -> Picture:
    """Another white, another gamma, another color balance where there is color."""
    curve = np.linspace(0, 1, 256) ** rng.uniform(0.82, 1.22) * rng.uniform(0.86, 1.06)
    curve += rng.uniform(-0.03, 0.04) * (rng.random() < 0.3)
    tones: Picture = np.rint(np.clip(curve, 0, 1) * 255).astype(np.uint8)
    return tones.take(picture)


def _move(rng: Generator, picture: Picture) -> Picture:
    """Crop, zoom, turn or shift by no more than a few pixels anywhere in the picture."""
    image, reach, half = Image.fromarray(picture), _LARGEST_MOVE_PX / 3, SIDE_PX / 2
    zoom, turn = 1 + rng.uniform(-reach, reach) / half, rng.uniform(-reach, reach) / half
    right, down = rng.uniform(-reach, reach, 2)
    matrix = (
        zoom, turn, half * (1 - zoom - turn) + right,
        -turn, zoom, half * (1 - zoom + turn) + down,
    )  # fmt: skip
    size = (SIDE_PX, SIDE_PX)
    return np.asarray(
        image.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    )


def _resample(rng: Generator, picture: Picture) -> Picture:
    """Through another size and back, each with one of the usual filters."""
    size = int(rng.integers(112, 400)) if rng.random() < 0.85 else 512
    there, back = (_FILTERS[i] for i in rng.integers(0, len(_FILTERS), 2))
    other = Image.fromarray(picture).resize((size, size), there)
    return np.asarray(other.resize((SIDE_PX, SIDE_PX), back))


def _add_grain(rng: Generator, picture: Picture) -> Picture:
    grain = rng.standard_normal((*picture.shape[:2], 1), dtype=np.float32)
    spoiled = picture + grain * np.float32(rng.uniform(1, 6))
    return np.clip(spoiled, 0, 255).astype(np.uint8)


def _compress(rng: Generator, picture: Picture) -> Picture:
    buffer = io.BytesIO()
    quality, subsampling = int(rng.integers(60, 99)), _SUBSAMPLINGS[int(rng.integers(3))]
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling=subsampling)
    return np.asarray(Image.open(buffer))


_SPOILERS: tuple[tuple[Callable[[Generator, Picture], Picture], float], ...] = (
    (_change_tones, 0.6),
    (_move, 0.3),
    (_resample, 0.3),
    (_add_grain, 0.08),
    (_compress, 0.5),
)
