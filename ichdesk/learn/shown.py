"""How images are shown, in numbers: size, color, brightness, contrast, black and white."""

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from ichdesk.core.image_health import FIGURES
from ichdesk.core.samples import Sample
from ichdesk.imaging.quiet import quiet
from ichdesk.learn.near_copies import Small

Floats = npt.NDArray[np.float64]

_BLACK, _WHITE = 8, 247  # gray levels; beyond, a window has cut off what there was
_COLORED = 0.001  # share of pixels from which on a picture is colored
_HUE = 24  # difference of the channels that coding alone does not make


def figures(pictures: Sequence[Small]) -> Floats:
    """Brightness and contrast of what is not black, shares of black and of white, (N, 4).

    Args:
        pictures: Small ones, (32, 32) gray each.
    """
    cells = np.stack(pictures).reshape(len(pictures), -1).astype(np.float64)
    seen = cells > _BLACK
    n = np.maximum(seen.sum(axis=1), 1)
    brightness = (cells * seen).sum(axis=1) / n
    contrast = np.sqrt((((cells - brightness[:, None]) * seen) ** 2).sum(axis=1) / n)
    numbers = {
        "brightness": brightness,
        "contrast": contrast,
        "black": 1 - seen.mean(axis=1),
        "white": (cells >= _WHITE).mean(axis=1),
    }
    return np.stack([numbers[name] for name in FIGURES], axis=1)


def size_px(sample: Sample) -> tuple[int, int] | None:
    """Width and height as stored, from the header alone; None if it cannot be read."""
    with quiet():
        try:
            width, height = Image.open(io.BytesIO(sample.read())).size
        except Exception:  # noqa: BLE001 - decoders raise anything on broken data
            return None
    return int(width), int(height)


def is_colored(pixels: npt.NDArray[np.uint8]) -> bool:
    """Whether a picture, (H, W, 3), is more than gray."""
    spread = pixels.max(axis=2).astype(np.int16) - pixels.min(axis=2)
    return float((spread > _HUE).mean()) > _COLORED
