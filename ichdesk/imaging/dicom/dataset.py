"""The bytes of a DICOM file to the few elements that are needed; the rest is never read."""

import logging
import zlib
from io import BytesIO

from pydicom import config, dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_VOLUME_BYTES
from ichdesk.imaging.dicom.start import DEFLATED

_PLAIN = b"1.2.840.10008.1.2.1\0\0\0"  # as long, so that no length changes
_META_START = 132  # behind preamble and "DICM", PS3.10 7.1
_GROUP_LENGTH_BYTES = 12

# who and when it was: only to tell patients apart and to keep their names out, see identity.py
_IDENTITY = ("PatientID", "PatientName", "StudyInstanceUID", "SeriesInstanceUID")
_GEOMETRY = (
    *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "ImagerPixelSpacing"),
    *("PixelAspectRatio", "InstanceNumber", "SliceLocation"),
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
)
_VALUES = (
    *("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth", "VOILUTFunction"),
    *("ModalityLUTSequence", "VOILUTSequence", "PixelPaddingValue", "PixelPaddingRangeLimit"),
)
_PIXELS = (
    *("SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames"),
    *("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
    *("ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
    *("PixelData", "FloatPixelData", "DoubleFloatPixelData"),
    *(
        f"{part}{color}PaletteColorLookupTable{what}"
        for part, color, what in (
            *((p, c, "Data") for p in ("", "Segmented") for c in ("Red", "Green", "Blue")),
            *(("", c, "Descriptor") for c in ("Red", "Green", "Blue")),
        )
    ),
)
_KIND = ("SpecificCharacterSet", "SOPClassUID", "Modality", "ImageType", "BurnedInAnnotation")
_KEYWORDS = (*_KIND, *_IDENTITY, *_GEOMETRY, *_VALUES, *_PIXELS)

# libraries quote what they find in a file, and that may be a name
for _name in ("pydicom", "pylibjpeg", "openjpeg", "rle"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)
config.settings.reading_validation_mode = config.IGNORE


def read_dataset(data: bytes) -> Dataset:
    """Read the elements that matter; the file meta information always has a transfer syntax.

    Raises:
        UserError: The file unpacks to too much, or does not say how its picture is compressed.
        Exception: Whatever pydicom meets in a damaged file.
    """
    dataset = dcmread(BytesIO(_inflated(data)), force=True, specific_tags=list(_KEYWORDS))
    meta = getattr(dataset, "file_meta", None) or FileMetaDataset()
    if not meta.get("TransferSyntaxUID"):
        meta.TransferSyntaxUID = _found_syntax(dataset)
    dataset.file_meta = meta
    return dataset


def _inflated(data: bytes) -> bytes:
    """A deflated file as a plain one; pydicom itself would unpack it without a limit."""
    start = data.find(DEFLATED)
    if start < 0:
        return data
    length = int.from_bytes(data[_META_START + 8 : _META_START + _GROUP_LENGTH_BYTES], "little")
    body = _META_START + _GROUP_LENGTH_BYTES + length
    if start >= body:  # the words stand somewhere else in the file
        return data
    if body > len(data) or not data.startswith(b"\x02\x00\x00\x00UL", _META_START):
        raise UserError("The DICOM file is damaged and cannot be read.")
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = stream.decompress(data[body:], MAX_VOLUME_BYTES + 1)
    if len(plain) > MAX_VOLUME_BYTES:
        raise UserError(f"The file unpacks to more than {MAX_VOLUME_BYTES // 2**20} MB.")
    return data[:start] + _PLAIN + data[start + len(DEFLATED) : body] + plain


def _found_syntax(dataset: Dataset) -> str:
    """The plain syntax that the elements turned out to be written in."""
    if "PixelData" in dataset and dataset["PixelData"].is_undefined_length:
        raise UserError("The DICOM file does not say how its picture is compressed.")
    implicit, little = dataset.original_encoding
    if not little:
        return str(ExplicitVRBigEndian)
    return str(ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian)
