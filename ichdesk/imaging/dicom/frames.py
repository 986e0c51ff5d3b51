"""The stored pixels of a data set, frame by frame, after a look at what decoding would cost."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import as_pixel_options
from pydicom.uid import UID, RLELossless

from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_SLICE_PIXELS, MAX_SLICES
from ichdesk.imaging.dicom.codestream import declared_size
from ichdesk.imaging.dicom.decoders import Compressed, Decoders
from ichdesk.imaging.dicom.syntax import plugin_for

Stored = npt.NDArray[Any]

_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_DAMAGED = "The DICOM file is damaged and cannot be read."
_SMALLEST_FRAME_BYTES = 8
_BITS = frozenset({1, 8, 16, 32, 64})


def stored_frames(dataset: Dataset, decoders: Decoders) -> Iterator[Stored]:
    """Decode frame by frame: (H, W), or (H, W, 3) as RGB.

    Raises:
        UserError: The picture is too large, cut off, damaged, or compressed in a way that cannot
            be decoded here.
        Exception: Whatever pydicom meets in damaged data.
    """
    keyword = pixel_keyword(dataset)
    data = dataset[keyword].value if keyword else None
    if not isinstance(data, bytes):
        raise UserError(_DAMAGED)
    count = frame_count(dataset)
    _check_size(dataset)
    dataset.NumberOfFrames = count
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    plugin = plugin_for(syntax, int(dataset.get("BitsStored") or 0))
    if plugin:
        yield from _decompressed(dataset, data, plugin, decoders)
        return
    _check_native(dataset, len(data), count)
    options = as_pixel_options(dataset)
    frames = get_decoder(UID(syntax)).iter_array(dataset, allow_excess_frames=False, **options)
    for frame, _ in frames:
        yield frame


def pixel_keyword(dataset: Dataset) -> str | None:
    """The element that holds the pixels, or None if the file is no image."""
    return next((name for name in _PIXELS if dataset.get_item(name) is not None), None)


def frame_count(dataset: Dataset) -> int:
    """How many frames there are; 0 and nothing mean one.

    Raises:
        UserError: More than anyone may add at once.
    """
    try:
        count = int(dataset.get("NumberOfFrames") or 1)
    except (TypeError, ValueError) as error:
        raise UserError("The DICOM file does not say how many pictures it has.") from error
    if not 1 <= count <= MAX_SLICES:
        raise UserError(f"The DICOM file says that it has more than {MAX_SLICES:,} pictures.")
    return count


def _check_size(dataset: Dataset) -> None:
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    if rows < 1 or columns < 1:
        raise UserError("The DICOM file says that its picture has no pixels.")
    if rows * columns > MAX_SLICE_PIXELS:
        raise UserError(
            f"The picture has more than {MAX_SLICE_PIXELS // 1_000_000} million pixels."
        )
    if int(dataset.SamplesPerPixel) not in {1, 3} or int(dataset.BitsAllocated) not in _BITS:
        raise UserError("Its pixels are stored in a way that DICOM does not allow.")


def _check_native(dataset: Dataset, length: int, count: int) -> None:
    samples = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * count
    if dataset.PhotometricInterpretation == "YBR_FULL_422":
        samples = samples * 2 // 3
    if length < samples * dataset.BitsAllocated // 8:
        raise UserError("The DICOM file is cut off: a part of its picture is missing.")


def _decompressed(
    dataset: Dataset, data: bytes, plugin: str, decoders: Decoders
) -> Iterator[Stored]:
    """Frames, each after a look at whether it is, in its own words, what the header promises."""
    syntax, count = str(dataset.file_meta.TransferSyntaxUID), int(dataset.NumberOfFrames)
    if count * _SMALLEST_FRAME_BYTES > len(data):
        raise UserError("The DICOM file is cut off: a part of its pictures is missing.")
    promised = (dataset.Rows, dataset.Columns, dataset.SamplesPerPixel)
    options = {**as_pixel_options(dataset), "number_of_frames": 1}
    tables = [dataset.get(f"ExtendedOffsetTable{part}") for part in ("", "Lengths")]
    offsets = (tables[0], tables[1]) if all(tables) else None
    frames = generate_frames(data, number_of_frames=count, extended_offsets=offsets)
    for frame in islice(frames, count):
        if syntax != RLELossless and declared_size(frame) != promised:  # RLE has no such words
            raise UserError(_DAMAGED)
        yield decoders.decode(Compressed(syntax, plugin, options, frame))


def is_color(dataset: Dataset) -> bool:
    """Whether the picture has colors, its own or those of a palette."""
    palette = str(dataset.get("PhotometricInterpretation") or "").strip() == "PALETTE COLOR"
    return palette or int(dataset.SamplesPerPixel) == 3
