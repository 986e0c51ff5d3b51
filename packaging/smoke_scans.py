"""Write DICOM files for the smoke test, of four patients in two classes: `smoke_scans.py FOLDER`.

Three slices of each, plain, JPEG-LS and RLE; in each class a file that ends too early.
"""

import sys
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEGLSLossless, RLELossless

SIDE_PX = 64
SYNTAXES = (ExplicitVRLittleEndian, JPEGLSLossless, RLELossless)


def ct_slice(number: int) -> Dataset:
    """A slice of noise, compressed one way or another."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, f"1.{number}"
    dataset.Modality = "CT"
    dataset.PatientID, dataset.SeriesInstanceUID = f"case-{number // 3}", f"1.2.{number // 3}"
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, 0
    pixels = np.random.default_rng(number).integers(0, 80, (SIDE_PX, SIDE_PX), np.int16)
    dataset.set_pixel_data(pixels, "MONOCHROME2", 16, generate_instance_uid=False)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    syntax = SYNTAXES[number % 3]
    if syntax is not ExplicitVRLittleEndian:
        dataset.compress(syntax, generate_instance_uid=False)
    return dataset


def main() -> None:
    """Write the files."""
    for number in range(12):
        folder = Path(sys.argv[1], "Bleed" if number < 6 else "Normal")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{number}.dcm"
        ct_slice(number).save_as(path, enforce_file_format=True)
        (folder / "broken.dcm").write_bytes(path.read_bytes()[:400])


if __name__ == "__main__":
    main()
