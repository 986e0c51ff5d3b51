"""Pictures that are no CT: gray through their own window, colors as they are."""

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi

from ichdesk.imaging.dicom.frames import Stored, is_color
from ichdesk.imaging.dicom.header import FrameHeader
from ichdesk.imaging.dicom.padding import Mask, padding_mask
from ichdesk.imaging.gray import deep_to_float
from ichdesk.imaging.slices import Picture
from ichdesk.imaging.window import Values, through_voi

_SHALLOW_BITS = 8


def shown(stored: Stored, dataset: Dataset, header: FrameHeader) -> Picture:
    """A frame as its file wants it shown: (H, W) from 0 to 1, or (H, W, 3) uint8."""
    if is_color(dataset):
        return _color(stored, dataset)
    padding = padding_mask(stored, dataset)
    gray = _gray(stored, dataset, header, padding)
    if is_inverted(dataset):
        gray = np.float32(1) - gray
    if padding is not None:
        gray[padding] = 0  # dark whichever way the gray runs
    return gray


def is_inverted(dataset: Dataset) -> bool:
    """Whether low values are to be shown bright (PS3.3 C.7.6.3.1.2)."""
    return str(dataset.get("PhotometricInterpretation") or "").strip() == "MONOCHROME1"


def _gray(stored: Stored, dataset: Dataset, header: FrameHeader, padding: Mask | None) -> Values:
    if dataset.get("ModalityLUTSequence"):
        values = np.asarray(apply_modality_lut(stored, dataset), np.float32)
    else:
        values = stored.astype(np.float32)
        values *= np.float32(header.slope)
        values += np.float32(header.intercept)
    if header.windows:
        return through_voi(values, header.windows[0])
    if dataset.get("VOILUTSequence") and stored.dtype.kind in "iu":
        return _scaled(np.asarray(apply_voi(values.astype(np.int32), dataset), np.float32))
    if stored.dtype.kind == "u" and int(dataset.BitsStored) <= _SHALLOW_BITS:
        return stored.astype(np.float32) / np.float32(2 ** int(dataset.BitsStored) - 1)
    return _by_percentiles(values, padding)


def _scaled(values: Values) -> Values:
    """The output of a table, whose depth files state in more than one way, in its own range."""
    low, high = float(values.min()), float(values.max())
    return (values - np.float32(low)) / np.float32(max(high - low, 1.0))


def _by_percentiles(values: Values, padding: Mask | None) -> Values:
    """Without any window: like other deep gray images."""
    if padding is not None:
        values = np.where(padding, np.float32(np.nan), values)  # takes no part in the range
    return np.asarray(deep_to_float(Image.fromarray(values)), np.float32) / np.float32(255)


def _color(stored: Stored, dataset: Dataset) -> Picture:
    bits = int(dataset.BitsStored)
    if stored.ndim == 2:
        stored = apply_color_lut(stored, dataset)[..., :3]
        bits = 8 * stored.dtype.itemsize
    return np.asarray(stored >> max(0, bits - 8), np.uint8)
