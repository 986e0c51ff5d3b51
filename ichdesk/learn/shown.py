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
    """Brightness and contrast of what is gray, and shares of black and of white, (N, 4).

    Brightness is the median, and contrast the range of the middle half: both are those of the
    brain, which is most of what is neither black nor white.

    Args:
        pictures: Small ones, (32, 32) gray each.
    """
    cells = np.stack(pictures).reshape(len(pictures), -1).astype(np.int16)
    black, white = cells <= _BLACK, cells >= _WHITE
    gray = np.sort(np.where(black | white, _WHITE + 256, cells), axis=1)  # the gray ones first
    n = (~(black | white)).sum(axis=1)
    low, middle, high = (_at(gray, n, share) for share in (0.25, 0.5, 0.75))
    numbers = {
        "brightness": middle,
        "contrast": high - low,
        "black": black.mean(axis=1),
        "white": white.mean(axis=1),
    }
    return np.stack([numbers[name] for name in FIGURES], axis=1)


def _at(gray: npt.NDArray[np.int16], n: npt.NDArray[np.intp], share: float) -> Floats:
    """The value below which a share of the first n of each sorted row lies; 0 where n is 0."""
    columns = np.clip((share * n).astype(np.intp), 0, gray.shape[1] - 1)
    values = gray[np.arange(len(gray)), columns].astype(np.float64)
    return np.where(n > 0, values, 0.0)


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
