"""How much memory an import of many DICOM slices takes: it must not grow with their number.

`python tests/bench/big_import.py [COUNT...]` makes series of 100 slices of 128 x 128 in a folder,
different in their pixels, reads each folder in a fresh process and prints time and memory.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from time import process_time

import numpy as np
import psutil
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from ichdesk.archive import SampleStore
from ichdesk.imaging.gather import gather

COUNTS = (2_500, 5_000, 10_000)
SERIES, SIDE = 100, 128
_UID = "1.2.3.{}.1000000000"  # of one length, to be replaced in the bytes


def template() -> bytes:
    """A slice with places for its own UIDs, patient and pixels."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = _UID.format(1)
    dataset.Modality, dataset.PatientID = "CT", "P000000000"
    dataset.SeriesInstanceUID = _UID.format(2)
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [1.8, 1.8]
    dataset.Rows = dataset.Columns = SIDE
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    dataset.PixelData = b"PIXELS!!" * (SIDE * SIDE // 4)
    dataset["PixelData"].VR = "OW"
    file = BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def write_slices(folder: Path, count: int) -> None:
    """So many different slices, in a folder for each series."""
    bare, rng = template(), np.random.default_rng(0)
    marker = b"PIXELS!!" * (SIDE * SIDE // 4)
    heads = rng.integers(900, 1100, (8, SIDE * SIDE), dtype=np.uint16)
    for number in range(count):
        series = number // SERIES
        pixels = heads[number % 8].copy()
        pixels[:2] = divmod(number, 1000)
        own = bare.replace(_UID.format(1).encode(), f"1.2.3.1.1{number:09}".encode())
        own = own.replace(_UID.format(2).encode(), f"1.2.3.2.1{series:09}".encode())
        own = own.replace(b"P000000000", f"P{series:09}".encode())
        place = folder / f"{series}"
        place.mkdir(exist_ok=True)
        (place / f"{number}.dcm").write_bytes(own.replace(marker, pixels.tobytes()))


def read_slices(folder: Path, spool: Path) -> None:
    """Import the folder and print what it took."""
    process = psutil.Process()
    with SampleStore(spool) as store:
        before = process.memory_info().rss
        start_s = process_time()
        gathered = gather([folder], store.add, lambda _done, _total: None, one_class=True)
        seconds = process_time() - start_s
        count = sum(len(samples) for _, samples in gathered.classes)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        after = process.memory_info().rss
    figures = {"count": count, "cpu_s": seconds, "peak_mb": peak}
    print(json.dumps(figures | {"grown_mb": (after - before) / 2**20}))


def main() -> None:
    """Print a line for each count."""
    for count in [int(word) for word in sys.argv[1:]] or COUNTS:
        with tempfile.TemporaryDirectory() as name:
            slices = Path(name) / "slices"
            slices.mkdir()
            write_slices(slices, count)
            command = [sys.executable, __file__, "read", str(slices), name]
            environment = {**os.environ, "OMP_NUM_THREADS": "1"}
            done = subprocess.run(command, check=True, capture_output=True, env=environment)
            figures = json.loads(done.stdout.splitlines()[-1])
        print(
            f"{figures['count']:>7,} slices: {figures['cpu_s']:.1f} s of processor, "
            f"peak {figures['peak_mb']:.0f} MB, {figures['grown_mb']:.0f} MB more than before",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        read_slices(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
