"""DICOM files in which every element that could say who it is does so, in strings to search for.

All text elements of pydicom's dictionary are filled, which contain those of PS3.15 table E.1-1.
"""

import io
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import dcmread
from pydicom.datadict import DicomDictionary, RepeatersDictionary
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, RLELossless

from ichdesk.imaging.dicom.dataset import _IDENTITY, _KEYWORDS

MARK = "QZXKVJ"  # begins every planted text, and nothing else; too long to come up by chance
NUMBER = "7731904"  # is part of every planted number
UID_ROOT = f"1.2.826.{NUMBER}"
YEAR, TIME = "1903", "104455"
LAST, FIRST = "Vandermeulen", "Quirijn"
NAMES = {
    "ISO_IR 192": f"{LAST}^{FIRST}^Jörgß=山田^太郎",
    "ISO_IR 100": f"{LAST}^{FIRST}^Åkesson",
    "\\ISO 2022 IR 87": f"{LAST}^{FIRST}=山田^太郎=やまだ^たろう",
}
WORDS = (LAST, FIRST, "Jörgß", "Åkesson", "山田", "太郎", "やまだ", "たろう")
# the age is written at most a few characters long and cannot be told from chance in binary data
PATIENT_ID = f"{MARK}7777"
_TEXT = {"LO", "SH", "LT", "ST", "UT", "UC", "UR", "AE", "CS"}
_KINDS = _TEXT | {"PN", "UI", "DA", "DT", "TM", "DS", "IS", "SQ", "OB"}
_KEPT = frozenset(_KEYWORDS) - frozenset(_IDENTITY)
_FILE_ELEMENTS = {"SOPInstanceUID", "SpecificCharacterSet"}


def planted_file(
    number: int, stored: np.ndarray, charset: str = "ISO_IR 192", **elements: Any
) -> bytes:
    """A CT slice of one patient; everything but pixels and geometry names or dates it.

    Args:
        number: Of the slice; files of other numbers have other positions and comments.
        stored: (H, W) int16, Hounsfield units.
        charset: One of `NAMES`.
        elements: To be set last.
    """
    dataset = dcmread(io.BytesIO(_template(charset)))
    dataset.PatientName, dataset.PatientID = NAMES[charset], PATIENT_ID
    dataset.PatientComments = f"{MARK}C{number:03d}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"{UID_ROOT}.1", f"{UID_ROOT}.2"
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, f"{UID_ROOT}.3.{number}"
    dataset.Modality, dataset.InstanceNumber = "CT", number
    dataset.ImagePositionPatient = [0, 0, 5 * number]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [0.5, 0.5]
    _set_pixels(dataset, stored)
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return _written(dataset)


@cache
def _template(charset: str) -> bytes:
    """A file with everything but what differs between slices; thousands of elements take long."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = charset.split("\\")
    for index, (tag, kind) in enumerate(planted_elements()):
        dataset.add_new(tag, kind, _value(index, kind))
    _add_groups(dataset)
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, f"{UID_ROOT}.3"
    return _written(dataset)


def planted_elements() -> list[tuple[int, str]]:
    """Tags and kinds of the elements that the files fill."""
    return [
        (tag, entry[0])
        for tag, entry in DicomDictionary.items()
        if 0x0008_0000 <= tag < 0x7FE0_0000
        and entry[0] in _KINDS
        and entry[4] not in _KEPT | _FILE_ELEMENTS
    ]


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Write files below a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _value(index: int, kind: str) -> Any:
    text = f"{MARK}{index:04d}"
    day = f"{YEAR}{1 + index % 12:02d}{1 + index % 28:02d}"
    values = {
        "PN": f"{text}^{LAST}",
        "UI": f"{UID_ROOT}.9.{index}",
        "DA": day,
        "DT": f"{day}{TIME}.{NUMBER[:6]}",
        "TM": f"{TIME}.{NUMBER[:6]}",
        "DS": f"{NUMBER}.{index:04d}",
        "IS": f"{NUMBER}{index % 100:02d}",
        "OB": text.encode() + b" ",
    }
    return Sequence([_item(index)]) if kind == "SQ" else values.get(kind, text)


def _item(index: int) -> Dataset:
    """What nests two deep, with private elements."""
    inner, outer = Dataset(), Dataset()
    inner.PatientID = outer.PatientID = f"{MARK}S{index:04d}"
    inner.PatientName = outer.PatientName = f"{LAST}^{FIRST}"
    inner.ReferencedSOPInstanceUID, inner.StudyDate = f"{UID_ROOT}.8.{index}", f"{YEAR}0304"
    outer.OtherPatientIDsSequence = Sequence([inner])
    outer.private_block(0x0011, f"{MARK}NEST", create=True).add_new(1, "LO", f"{MARK}N{index:04d}")
    return outer


def _add_groups(dataset: Dataset) -> None:
    """Private groups, overlays and curves."""
    for group in (0x0009, 0x0029, 0x00E1, 0x7FE1):
        block = dataset.private_block(group, f"{MARK}P{group:04X}", create=True)
        block.add_new(1, "LO", f"{MARK}{LAST}")
        block.add_new(2, "UN", f"{MARK}{FIRST}".encode())
        block.add_new(3, "PN", f"{LAST}^{FIRST}")
    bits = f"{MARK}OVERLAY{LAST}".encode().ljust(32, b"\0")
    for group in (0x6000, 0x6002):
        for tag, entry in RepeatersDictionary.items():
            if tag.startswith("60xx") and entry[0] in _TEXT:
                dataset.add_new(Tag(group, int(tag[4:], 16)), entry[0], f"{MARK}{tag[4:]}")
        dataset.add_new(Tag(group, 0x0010), "US", 16)
        dataset.add_new(Tag(group, 0x0011), "US", 16)
        dataset.add_new(Tag(group, 0x3000), "OW", bits)
    dataset.add_new(Tag(0x5000, 0x3000), "OW", f"{MARK}CURVE ".encode())


def _set_pixels(dataset: Dataset, stored: np.ndarray) -> None:
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation, dataset.RescaleSlope, dataset.RescaleIntercept = 1, 1, 0
    dataset.PixelData = stored.tobytes()
    dataset["PixelData"].VR = "OW"
    dataset.DataSetTrailingPadding = f"{MARK}TRAILING{LAST} ".encode()


def _written(dataset: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    for keyword in ("SourceApplicationEntityTitle", "SendingApplicationEntityTitle"):
        setattr(meta, keyword, f"{MARK}AE")
    meta.PrivateInformationCreatorUID = f"{UID_ROOT}.4"
    meta.PrivateInformation = f"{MARK}META".encode()
    dataset.file_meta = meta
    dataset.preamble = f"{MARK}PREAMBLE {LAST} {FIRST}".encode().ljust(128, b"\0")
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def compressed(data: bytes) -> bytes:
    """The same file in RLE."""
    dataset = dcmread(io.BytesIO(data))
    dataset.compress(RLELossless, generate_instance_uid=False)
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()
