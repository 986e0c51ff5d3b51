"""Pixels that are no part of the picture: outside the round field of view, mostly."""

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from ichdesk.imaging.dicom.frames import Stored
from ichdesk.imaging.dicom.header import numbers

Mask = npt.NDArray[np.bool_]


def padding_mask(stored: Stored, dataset: Dataset) -> Mask | None:
    """Where stored values are padding (PS3.3 C.7.5.1.1.2), (H, W); None if nothing is.

    A second value makes it a range. Values are compared as the pixels are: many files write a
    signed padding value into an unsigned element, or the reverse.
    """
    first = numbers(dataset, "PixelPaddingValue")
    if not first or stored.dtype.kind not in "iu":
        return None
    limit = numbers(dataset, "PixelPaddingRangeLimit") or first
    ends = sorted(_as_stored(value, dataset) for value in (first[0], limit[0]))
    mask = (stored >= ends[0]) & (stored <= ends[1])
    return mask if mask.any() else None


def _as_stored(value: float, dataset: Dataset) -> int:
    """The same bits, read with the sign of the pixels."""
    span = 1 << int(dataset.BitsAllocated)
    wrapped = int(value) % span
    if int(dataset.get("PixelRepresentation") or 0) and wrapped >= span // 2:
        return wrapped - span
    return wrapped
