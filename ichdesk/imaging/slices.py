"""A slice of a scan as it is kept in memory, and as the picture that becomes a sample."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from ichdesk.imaging.decode import IMAGE_SIZE_PX, jpeg_bytes
from ichdesk.imaging.window import Values

AIR_HU = -1000.0

_QUALITY = 95
_MOST_UNEQUAL = 20.0  # sides of a pixel; beyond that the header is wrong
_FINEST_MM, _COARSEST_MM = 1e-6, 1e6

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
        step_hu: Between neighboring values, the slope of the file; 0 if there is no such step.
    """

    hu: Values
    spacing_mm: Spacing
    place: Place
    is_inverted: bool = False
    step_hu: float = 1.0


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


def shown_jpeg(image: ShownImage) -> bytes:
    """Make a sample, a baseline RGB JPEG of 224 x 224 px, of a picture without Hounsfield units."""
    return jpeg_bytes(Image.fromarray(fitted(image.pixels, image.spacing_mm)), _QUALITY)


def fitted(pixels: Picture, spacing_mm: Spacing) -> npt.NDArray[np.uint8]:
    """A whole picture in its true proportions on a black square, RGB, (224, 224, 3).

    Args:
        pixels: (H, W) or (H, W, 3), float from 0 to 1 or RGB in uint8; averaged over areas where
            it is larger than the square.
        spacing_mm: From row to row and from column to column.
    """
    if pixels.dtype == np.uint8:
        return _square(pixels.astype(np.float32), spacing_mm)
    return _square(np.asarray(pixels, np.float32) * np.float32(255), spacing_mm)


def true_proportions(spacing_mm: Spacing) -> Spacing:
    """The spacing to show a picture with: square pixels where the header cannot be right."""
    row_mm, column_mm = spacing_mm
    if not all(_FINEST_MM <= mm <= _COARSEST_MM for mm in spacing_mm):
        return 1.0, 1.0
    if not 1 / _MOST_UNEQUAL <= row_mm / column_mm <= _MOST_UNEQUAL:
        return 1.0, 1.0
    return spacing_mm


def _square(values: Values, spacing_mm: Spacing) -> npt.NDArray[np.uint8]:
    """Of values from 0 to 255."""
    height, width = values.shape[:2]
    size = _fitting_size(width, height, spacing_mm)
    smaller = size[0] <= width and size[1] <= height
    method = Image.Resampling.BOX if smaller else Image.Resampling.BICUBIC
    channels = np.moveaxis(values, -1, 0) if values.ndim == 3 else values[None]
    left, top = (IMAGE_SIZE_PX - size[0]) // 2, (IMAGE_SIZE_PX - size[1]) // 2
    square = np.zeros((IMAGE_SIZE_PX, IMAGE_SIZE_PX, len(channels)), np.uint8)
    for index, channel in enumerate(channels):
        plane = Image.fromarray(np.ascontiguousarray(channel))
        sized = np.asarray(plane if size == plane.size else plane.resize(size, method))
        square[top : top + size[1], left : left + size[0], index] = np.clip(sized + 0.5, 0, 255)
    return np.ascontiguousarray(np.broadcast_to(square, (IMAGE_SIZE_PX, IMAGE_SIZE_PX, 3)))


def _fitting_size(width: int, height: int, spacing_mm: Spacing) -> tuple[int, int]:
    """Width and height in px within the square, in true proportions."""
    row_mm, column_mm = true_proportions(spacing_mm)
    width_mm, height_mm = width * column_mm, height * row_mm
    scale = IMAGE_SIZE_PX / max(width_mm, height_mm)
    return max(1, round(width_mm * scale)), max(1, round(height_mm * scale))
