"""A slice of a scan as it is kept in memory, and as the picture that becomes a sample."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from ichdesk.imaging.decode import IMAGE_SIZE_PX, jpeg_bytes
from ichdesk.imaging.window import Values, window

AIR_HU = -1000.0

_QUALITY = 95
_MOST_UNEQUAL = 20.0  # sides of a pixel; beyond that the header is wrong

Spacing: TypeAlias = tuple[float, float]  # mm from row to row, and from column to column
Picture: TypeAlias = Values | npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slice belongs; nothing in it leads back to a person.

    Attributes:
        series: Same for slices of one series and orientation, else different; None if unknown.
        patient: Same for slices of one patient; None if unknown.
        position_mm: Along the normal of the slice, growing from the feet to the head in axial CT.
        number: Of the slice in its series, for those that have no position.
        is_labeled: The file says that text is burned into the picture.
    """

    series: str | None = None
    patient: str | None = None
    position_mm: float | None = None
    number: int | None = None
    is_labeled: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class HuImage:
    """A CT slice in Hounsfield units.

    Attributes:
        hu: (H, W).
        spacing_mm: From row to row and from column to column.
        place: Of the slice among others.
        is_inverted: The file asks for low values to be shown bright (MONOCHROME1).
    """

    hu: Values
    spacing_mm: Spacing
    place: Place
    is_inverted: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ShownImage:
    """A picture without Hounsfield units, as its file wants it shown.

    Attributes:
        pixels: (H, W) float from 0 to 1, or (H, W, 3) uint8.
        spacing_mm: From row to row and from column to column.
        place: Of the slice among others.
    """

    pixels: Picture
    spacing_mm: Spacing
    place: Place


Slice: TypeAlias = HuImage | ShownImage


def slice_jpeg(image: Slice) -> bytes:
    """Make a sample, a baseline RGB JPEG of 224 x 224 px; CT through the brain window.

    Windowed first, then averaged over areas: if Hounsfield units were averaged, a share of bone at
    the edge of the skull would whiten what lies beside it, where thin extra-axial blood is. The
    whole slice is kept, in its true proportions, on black.
    """
    if isinstance(image, HuImage):
        gray = window(image.hu)
        gray = 1.0 - gray if image.is_inverted else gray
        return _square_jpeg(_picture(gray), image.spacing_mm)
    return _square_jpeg(_picture(image.pixels), image.spacing_mm)


def _picture(pixels: Picture) -> Image.Image:
    if pixels.ndim == 3:
        return Image.fromarray(np.ascontiguousarray(pixels, np.uint8))
    return Image.fromarray(np.ascontiguousarray(pixels * np.float32(255), np.float32))


def _square_jpeg(picture: Image.Image, spacing_mm: Spacing) -> bytes:
    size = _fitting_size(picture.width, picture.height, spacing_mm)
    smaller = size[0] <= picture.width and size[1] <= picture.height
    method = Image.Resampling.BOX if smaller else Image.Resampling.BICUBIC
    if size != picture.size:
        picture = picture.resize(size, method)
    if picture.mode == "F":
        gray = np.clip(np.asarray(picture) + np.float32(0.5), 0, 255).astype(np.uint8)
        picture = Image.fromarray(gray)
    square = Image.new(picture.mode, (IMAGE_SIZE_PX, IMAGE_SIZE_PX))
    square.paste(picture, ((IMAGE_SIZE_PX - size[0]) // 2, (IMAGE_SIZE_PX - size[1]) // 2))
    return jpeg_bytes(square.convert("RGB"), _QUALITY)


def _fitting_size(width: int, height: int, spacing_mm: Spacing) -> tuple[int, int]:
    """Width and height in px within the square, in true proportions."""
    row_mm, column_mm = spacing_mm
    if not 1 / _MOST_UNEQUAL <= row_mm / column_mm <= _MOST_UNEQUAL:
        row_mm = column_mm = 1.0
    width_mm, height_mm = width * column_mm, height * row_mm
    scale = IMAGE_SIZE_PX / max(width_mm, height_mm)
    return max(1, round(width_mm * scale)), max(1, round(height_mm * scale))
