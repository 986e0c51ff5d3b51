"""Stored values of a CT frame to Hounsfield units."""

import numpy as np
from pydicom.dataset import Dataset

from ichdesk.imaging.dicom.frames import Stored
from ichdesk.imaging.dicom.header import FrameHeader
from ichdesk.imaging.dicom.padding import padding_mask
from ichdesk.imaging.slices import AIR_HU
from ichdesk.imaging.window import Values

_SHIFT, _MODULUS = 1000, 4096
_LOWEST_WRONG_INTERCEPT = -100


def hounsfield(stored: Stored, dataset: Dataset, header: FrameHeader) -> Values:
    """CT numbers of a frame, (H, W) float32; padding becomes air."""
    padding = padding_mask(stored, dataset)
    intercept = header.intercept
    if _is_wrapped(dataset, intercept):
        stored = stored.astype(np.int32) + _SHIFT
        stored = np.where(stored >= _MODULUS, stored - _MODULUS, stored)
        intercept = -float(_SHIFT)
    hu = stored.astype(np.float32)
    hu *= np.float32(header.slope)
    hu += np.float32(intercept)
    if padding is not None:
        hu[padding] = AIR_HU
    return hu


def _is_wrapped(dataset: Dataset, intercept: float) -> bool:
    """Whether these are the unsigned 12-bit files of the RSNA hemorrhage data.

    They were written from signed values: what was below zero has become large, and the intercept
    that would have kept it above zero is missing.
    """
    return (
        int(dataset.get("BitsStored") or 0) == 12
        and not int(dataset.get("PixelRepresentation") or 0)
        and intercept > _LOWEST_WRONG_INTERCEPT
    )
