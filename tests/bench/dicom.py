"""Print how long 1,000 CT slices of 512 x 512 take from a folder to samples."""

import json
import os
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from ichdesk.archive import SampleStore
from ichdesk.imaging.gather import gather

COUNT, SIDE = 1000, 512


def write_slice(path: Path, number: int, series: str, stored: np.ndarray) -> None:
    """Write an uncompressed slice such as a scanner makes."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = uid = generate_uid()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, uid
    dataset.Modality, dataset.PatientID, dataset.SeriesInstanceUID = "CT", "1", series
    dataset.ImagePositionPatient = [0, 0, number]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [0.45, 0.45]
    dataset.Rows = dataset.Columns = SIDE
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    dataset.PixelData = stored.tobytes()
    dataset.save_as(path, enforce_file_format=True)


def main() -> None:
    """Write the folder, import it, print JSON."""
    noise = np.random.default_rng(0)
    head = np.hypot(*np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]) < 0.8
    with tempfile.TemporaryDirectory() as name:
        folder, series = Path(name, "scan"), generate_uid()
        folder.mkdir()
        for number in range(COUNT):
            hu = np.where(head, noise.normal(35, 8, (SIDE, SIDE)), -1000)
            write_slice(folder / f"IM{number}", number, series, (hu + 1024).astype(np.uint16))
        with SampleStore(Path(name)) as store:
            start_s, start_cpu_s = perf_counter(), process_time()
            gathered = gather([folder], store.add)
            seconds, cpu_s = perf_counter() - start_s, process_time() - start_cpu_s
    assert gathered.scans.slices == COUNT
    figures = {"slices": COUNT, "seconds": seconds, "cpu_ms_per_slice": 1000 * cpu_s / COUNT}
    print(json.dumps({**figures, "cores": os.cpu_count()}))


if __name__ == "__main__":
    main()
