"""A CT slice as a sample: a 16-bit grayscale PNG that also says what its values mean.

The PNG's text entry `ichdesk-hu` is JSON: `slope` and `intercept` (HU is slope * stored +
intercept), `spacing_mm` (from row to row, from column to column), `position_mm` (along the normal,
or null) and `is_inverted` (to be shown with low values bright). Nothing else of the scan is in it.
"""

import io
import json
import math
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ichdesk.core.errors import UserError
from ichdesk.core.hu_sign import HU_KEY, is_hu_png
from ichdesk.core.limits import MAX_PIXELS
from ichdesk.imaging.quiet import quiet
from ichdesk.imaging.slices import HuImage, Place, Spacing
from ichdesk.imaging.window import Values

__all__ = ["hu_png", "is_hu_png", "read_hu_png", "read_position_mm"]

_LEVELS = 2**16 - 1
_COMPRESSION = 2  # of 9; the next ones cost twice the time for 5 % less
_FARTHEST = 1e6

_Stored = npt.NDArray[np.uint16]


def hu_png(image: HuImage) -> bytes:
    """Encode a slice, without loss if its values are steps of `step_hu`, at most 65,536 of them."""
    stored, slope, intercept = _on_grid(image.hu, image.step_hu)
    about = {
        "slope": slope,
        "intercept": intercept,
        "spacing_mm": list(image.spacing_mm),
        "position_mm": image.place.position_mm,
        "is_inverted": image.is_inverted,
    }
    text = PngInfo()
    text.add_text(HU_KEY, json.dumps(about))
    out = io.BytesIO()
    Image.fromarray(stored).save(out, "PNG", compress_level=_COMPRESSION, pnginfo=text)
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
            stored = np.asarray(image, np.uint16)
            about = json.loads(image.info[HU_KEY])
            slope, intercept = _number(about["slope"]), _number(about["intercept"])
            hu = stored.astype(np.float32) * np.float32(slope) + np.float32(intercept)
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
    if image.width * image.height > MAX_PIXELS:
        raise UserError(f"The image has more than {MAX_PIXELS // 1_000_000} million pixels.")


def _on_grid(hu: Values, step_hu: float) -> tuple[_Stored, float, float]:
    """Stored values, slope and intercept."""
    low, high = float(hu.min()), float(hu.max())
    slope = max(abs(step_hu), (high - low) / _LEVELS) or 1.0
    stored = np.rint((hu.astype(np.float64) - low) / slope)
    return stored.astype(np.uint16), slope, low


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number) or abs(number) > _FARTHEST:
        raise ValueError("no usable number")
    return number


def _spacing(about: dict[str, Any]) -> Spacing:
    row_mm, column_mm = (_number(value) for value in about["spacing_mm"])
    if min(row_mm, column_mm) <= 0:
        raise ValueError("no usable spacing")
    return row_mm, column_mm
