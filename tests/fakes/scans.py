"""Synthetic DICOM files for the rules that readers must follow."""

import io
from typing import Any

import numpy as np
from pydicom import config
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRBigEndian, ExplicitVRLittleEndian, generate_uid

config.settings.writing_validation_mode = config.RAISE

SIDE = 16
RAMP = np.arange(SIDE * SIDE, dtype=np.int16).reshape(SIDE, SIDE)


def ct(stored: np.ndarray = RAMP, **elements: Any) -> Dataset:
    """A CT slice of stored values, (H, W) or (frames, H, W) of any integer type; None deletes."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, generate_uid()
    dataset.Modality = "CT"
    dataset.Rows, dataset.Columns = stored.shape[-2:]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8 * stored.itemsize
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(stored.dtype.kind == "i")
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, 0
    dataset.PixelData = stored.tobytes()
    dataset["PixelData"].VR = "OW"
    for keyword, value in elements.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return dataset


def axial(z_mm: float, series: str, **elements: Any) -> dict[str, Any]:
    """Elements of an axial slice at a height."""
    place = {"ImagePositionPatient": [0, 0, z_mm], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
    return {**place, "SeriesInstanceUID": series, **elements}


def conforming(series: str = "1.2.826.1", **elements: Any) -> dict[str, Any]:
    """All that PS3.3 A.3 requires of a CT image, empty where it may be."""
    empty = (
        *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber"),
        *("StudyDate", "StudyTime", "StudyID", "ReferringPhysicianName", "Manufacturer"),
        *("PositionReferenceIndicator", "AcquisitionNumber", "SliceThickness", "KVP"),
    )
    return {
        **dict.fromkeys(empty, ""),
        **axial(5, series),
        "StudyInstanceUID": f"{series}.1",
        "FrameOfReferenceUID": f"{series}.2",
        "SeriesNumber": 1,
        "InstanceNumber": 1,
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "PixelSpacing": [0.5, 0.5],
        "BodyPartExamined": "HEAD",
        "PatientPosition": "HFS",
        **elements,
    }


def sequence(**elements: Any) -> Sequence:
    """A sequence of one item."""
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return Sequence([item])


def written(dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """The file of a data set."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    if syntax == ExplicitVRBigEndian:
        swapped = np.frombuffer(dataset.PixelData, f"<u{dataset.BitsAllocated // 8}").byteswap()
        dataset.PixelData = swapped.tobytes()
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()
