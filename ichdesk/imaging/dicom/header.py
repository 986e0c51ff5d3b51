"""What the header says of one frame: values, windows and place, from wherever it says it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from ichdesk.core.errors import UserError
from ichdesk.imaging.slices import Spacing
from ichdesk.imaging.window import Voi

_PER_FRAME, _SHARED = "PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """One frame's part of the header, none of it identifying.

    Attributes:
        slope: Times the stored value, plus `intercept`, is the real value.
        intercept: See `slope`.
        windows: In the order of the file; only those that make sense.
        spacing_mm: From row to row and from column to column; (1, 1) if unknown.
        orientation: Direction cosines of a row and of a column, patient coordinates, or ().
        position_mm: Of the slice along its normal, or None.
        number: Of the file in its series, or None.
    """

    slope: float
    intercept: float
    windows: tuple[Voi, ...]
    spacing_mm: Spacing
    orientation: tuple[float, ...]
    position_mm: float | None
    number: int | None


def frame_header(dataset: Dataset, index: int) -> FrameHeader:
    """Look values up in the frame's functional groups, the shared ones, then the file itself.

    Raises:
        UserError: The rescale values are no numbers, so that no Hounsfield units can be told.
    """
    orientation = _orientation(
        _values(dataset, index, "PlaneOrientation", "ImageOrientationPatient")
    )
    number = numbers(dataset, "InstanceNumber")
    return FrameHeader(
        _rescale(dataset, index, "RescaleSlope", 1.0),
        _rescale(dataset, index, "RescaleIntercept", 0.0),
        tuple(_windows(dataset, index)),
        _spacing(dataset, index),
        orientation,
        _position(_values(dataset, index, "PlanePosition", "ImagePositionPatient"), orientation),
        int(number[0]) if number and abs(number[0]) < 2**31 else None,
    )


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """The finite numbers of an element; () if it is missing, empty or no number."""
    try:
        value: Any = dataset.get(keyword)
        if value is None or value == "":
            return ()
        values: Any = [value] if np.isscalar(value) else value
        found = [float(each) for each in values]
    except Exception:  # noqa: BLE001 - broken values raise anything
        return ()
    return tuple(found) if all(map(math.isfinite, found)) else ()


def _places(dataset: Dataset, index: int, group: str) -> Iterator[Dataset]:
    """Where a frame's attribute may stand, the most specific place first (PS3.3 C.7.6.16)."""
    for keyword, at in ((_PER_FRAME, index), (_SHARED, 0)):
        frames = dataset.get(keyword)
        if frames and at < len(frames):
            items = frames[at].get(f"{group}Sequence")
            if items:
                yield items[0]
    yield dataset


def _values(dataset: Dataset, index: int, group: str, keyword: str) -> tuple[float, ...]:
    for place in _places(dataset, index, group):
        if found := numbers(place, keyword):
            return found
    return ()


def _rescale(dataset: Dataset, index: int, keyword: str, missing: float) -> float:
    for place in _places(dataset, index, "PixelValueTransformation"):
        if place.get_item(keyword) is None:
            continue
        found = numbers(place, keyword)
        if found and (found[0] or keyword == "RescaleIntercept") and abs(found[0]) < 1e9:
            return found[0]
        if place[keyword].value not in {None, ""}:
            raise UserError("Its values cannot be turned into Hounsfield units (bad rescale).")
    return missing


def _windows(dataset: Dataset, index: int) -> Iterator[Voi]:
    for place in _places(dataset, index, "FrameVOILUT"):
        centers, widths = numbers(place, "WindowCenter"), numbers(place, "WindowWidth")
        if centers and widths:
            function = str(place.get("VOILUTFunction") or "LINEAR").strip().upper()
            for center, width in zip(centers, widths, strict=False):
                if width > 0:
                    yield Voi(center, width, function)
            return


def _spacing(dataset: Dataset, index: int) -> Spacing:
    found = _values(dataset, index, "PixelMeasures", "PixelSpacing")
    for keyword in ("ImagerPixelSpacing", "PixelAspectRatio"):
        found = found or numbers(dataset, keyword)
    if len(found) == 2 and min(found) > 0:
        return found[0], found[1]
    return 1.0, 1.0


def _orientation(cosines: tuple[float, ...]) -> tuple[float, ...]:
    if len(cosines) != 6 or not np.linalg.norm(np.cross(cosines[:3], cosines[3:])) > 0.5:
        return ()
    return cosines


def _position(corner_mm: tuple[float, ...], orientation: tuple[float, ...]) -> float | None:
    """Distance of a slice along its normal (PS3.3 C.7.6.2.1.1)."""
    if len(corner_mm) != 3 or not orientation:
        return None
    return float(np.dot(np.cross(orientation[:3], orientation[3:]), corner_mm))
