"""A CT slice as a sample: a 16-bit grayscale PNG that also says what its values mean.

The PNG's text entry `ichdesk-hu` is JSON: `slope` and `intercept` (HU is slope * stored +
intercept), `spacing_mm` (from row to row, from column to column), `position_mm` (along the normal,
or null) and `is_inverted` (to be shown with low values bright). Nothing else of the scan is in it.
"""

import io
import json
import math
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ichdesk.core.errors import UserError
from ichdesk.core.hu_sign import HU_KEY, is_hu_png
from ichdesk.core.limits import MAX_SLICE_PIXELS
from ichdesk.imaging.quiet import quiet
from ichdesk.imaging.slices import HuImage, Place, Spacing
from ichdesk.imaging.window import Values

__all__ = ["hu_png", "is_hu_png", "read_hu_png", "read_position_mm"]

_LEVELS = 2**16 - 1
_COMPRESSION = {  # noise has no repeats to search for; two thirds of the time and 5 % less bytes
    "compress_level": 1,
    "compress_type": zlib.Z_RLE,
}
_FARTHEST = 1e6
_LOWEST_HU, _HIGHEST_HU = -32_768.0, 32_767.0  # only broken files go beyond

_Stored = npt.NDArray[np.uint16]


def hu_png(image: HuImage) -> bytes:
    """Encode a slice, without loss if its values are steps of `step_hu`, at most 65,536 of them.

    Values beyond 16 bits are cut off there, and what is no number becomes the lowest value: one
    broken pixel must not cost all others their precision. Values that are no steps, or too many,
    are rounded to the finest 65,536 steps from lowest to highest. Spacing and position that cannot
    be read again become 1 mm and unknown.
    """
    stored, slope, intercept = _on_grid(image.hu, image.step_hu)
    position_mm = image.place.position_mm
    about = {
        "slope": slope,
        "intercept": intercept,
        "spacing_mm": list(image.spacing_mm if _is_usable(image.spacing_mm) else (1.0, 1.0)),
        "position_mm": position_mm if position_mm is None or _is_number(position_mm) else None,
        "is_inverted": image.is_inverted,
    }
    text = PngInfo()
    text.add_text(HU_KEY, json.dumps(about))
    out = io.BytesIO()
    Image.fromarray(stored).save(out, "PNG", pnginfo=text, **_COMPRESSION)
    return out.getvalue()


def read_position_mm(head: bytes) -> float | None:
    """Where such a sample lies along the normal of the slice; None if it does not say so.

    Args:
        head: Its first kilobyte, or more; the pixels are not needed.
    """
    with quiet():
        try:
            image = Image.open(io.BytesIO(head), formats=("PNG",))
            return _number(json.loads(image.info[HU_KEY])["position_mm"])
        except Exception:  # noqa: BLE001 - decoders raise anything on broken data
            return None


def read_hu_png(data: bytes) -> HuImage:
    """Decode such a sample; its place says nothing but the position.

    Raises:
        UserError: The bytes are damaged, or too many.
    """
    with quiet():
        try:
            image = Image.open(io.BytesIO(data), formats=("PNG",))
            _check_size(image)
            stored = _gray(np.asarray(image, np.uint16))
            about = json.loads(image.info[HU_KEY])
            slope, intercept = _number(about["slope"]), _number(about["intercept"])
            hu = stored.astype(np.float32)
            hu *= np.float32(slope)
            hu += np.float32(intercept)
            position = about.get("position_mm")
            place = Place(position_mm=None if position is None else _number(position))
            return HuImage(hu, _spacing(about), place, about.get("is_inverted") is True, slope)
        except UserError:
            raise
        except MemoryError as error:
            raise UserError("The image is too large for this computer's memory.") from error
        except Exception as error:  # decoders raise anything on broken data
            raise UserError("The image is damaged and cannot be read.") from error


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_SLICE_PIXELS:
        raise UserError(f"The image has more than {MAX_SLICE_PIXELS // 1_000_000} million pixels.")


def _gray(stored: _Stored) -> _Stored:
    if stored.ndim != 2:  # a second header can say other than the first
        raise ValueError("not gray")
    return stored


def _on_grid(hu: Values, step_hu: float) -> tuple[_Stored, float, float]:
    """Stored values, slope and intercept."""
    limited = np.minimum(np.fmax(hu, np.float32(_LOWEST_HU)), np.float32(_HIGHEST_HU))
    low, high = float(limited.min()), float(limited.max())
    step = abs(step_hu) if abs(step_hu) <= high - low else 0.0
    slope = max(step, (high - low) / _LEVELS) or 1.0
    # counted from the highest value, for the lowest is often padding and no step from the others
    intercept = high - round((high - low) / slope) * slope
    stored = np.rint((limited.astype(np.float64) - intercept) / slope)
    return np.clip(stored, 0, _LEVELS).astype(np.uint16), slope, intercept


def _number(value: Any) -> float:
    number = float(value)
    if not _is_number(number):
        raise ValueError("no usable number")
    return number


def _is_number(number: float) -> bool:
    return math.isfinite(number) and abs(number) <= _FARTHEST


def _is_usable(spacing_mm: Spacing) -> bool:
    return all(_is_number(mm) and mm > 0 for mm in spacing_mm)


def _spacing(about: dict[str, Any]) -> Spacing:
    row_mm, column_mm = (_number(value) for value in about["spacing_mm"])
    if not _is_usable((row_mm, column_mm)):
        raise ValueError("no usable spacing")
    return row_mm, column_mm
