"""Print how long 1,000 CT slices of 512 x 512 take from a folder to samples, and each stage.

Uncompressed, and compressed as scanners and archives do it; name some to measure only those.
"""

import io
import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import gdcm
import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
    generate_uid,
)

from ichdesk.archive import SampleStore
from ichdesk.imaging.burned_in import shows_text
from ichdesk.imaging.dicom.dataset import read_dataset
from ichdesk.imaging.dicom.decoders import Decoders
from ichdesk.imaging.dicom.frames import stored_frames
from ichdesk.imaging.dicom.header import frame_header
from ichdesk.imaging.dicom.hounsfield import hounsfield
from ichdesk.imaging.gather import gather
from ichdesk.imaging.hu_png import hu_png
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.phantom.slices import phantom_slice

COUNT, DIFFERENT, SIDE = 1000, 20, 512
NOISE_HU = 5.0
SYNTAXES = {
    "uncompressed": None,
    "RLE": RLELossless,
    "JPEG-LS": JPEGLSLossless,
    "JPEG 2000": JPEG2000Lossless,
    "JPEG lossless": "gdcm",  # pydicom does not write it
}


def slice_of(hu: np.ndarray) -> Dataset:
    """An uncompressed slice such as a scanner makes."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = uid = generate_uid()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, uid
    dataset.Modality, dataset.PatientID, dataset.SeriesInstanceUID = "CT", "1", "1.2.3"
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [0.45, 0.45]
    dataset.Rows = dataset.Columns = SIDE
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    dataset.PixelData = np.clip(hu + 1024, 0, 4095).astype(np.uint16).tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset


def compressed(dataset: Dataset, syntax: str | None, folder: Path) -> Dataset:
    """The same slice in another transfer syntax."""
    if syntax == "gdcm":
        plain, packed = folder / "plain.dcm", folder / "packed.dcm"
        dataset.save_as(plain, enforce_file_format=True)
        reader, change, writer = (
            gdcm.ImageReader(),
            gdcm.ImageChangeTransferSyntax(),
            gdcm.ImageWriter(),
        )
        reader.SetFileName(str(plain))
        assert reader.Read()
        change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer.SetFileName(str(packed))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write()
        return dcmread(io.BytesIO(packed.read_bytes()))
    if syntax is not None:
        dataset.compress(syntax, generate_instance_uid=False)
    return dataset


def cpu_s() -> float:
    """Seconds of this process and of those that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


def whole(datasets: list[Dataset], folder: Path) -> dict[str, float]:
    """Write the folder and import it."""
    for number in range(COUNT):
        dataset = datasets[number % DIFFERENT]
        dataset.InstanceNumber, dataset.ImagePositionPatient = number, [0, 0, number]
        dataset.save_as(folder / f"IM{number}")
    with SampleStore(folder.parent) as store:
        start_s, start_cpu_s = perf_counter(), cpu_s()
        gathered = gather([folder], store.add)
        seconds, spent_s = perf_counter() - start_s, cpu_s() - start_cpu_s
        stored = sum(sample.length for sample in gathered.classes[0][1])
    assert gathered.scans.slices == COUNT
    return {
        "seconds": round(seconds, 1),
        "cpu_ms_per_slice": round(1000 * spent_s / COUNT, 1),
        "kb_per_sample": round(stored / COUNT / 1000),
    }


def stages(folder: Path) -> dict[str, float]:
    """Milliseconds of processor time of each stage for a slice, one after the other."""
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start_s = cpu_s()
        result = work()
        spent[name] = spent.get(name, 0.0) + cpu_s() - start_s
        return result

    paths = sorted(folder.iterdir())[:DIFFERENT]
    with SampleStore(folder.parent) as store, Decoders() as decoders:
        for path in paths:
            data = timed("read the file", path.read_bytes)
            dataset = timed("read the header", lambda data=data: read_dataset(data))
            frames = stored_frames(dataset, decoders)
            stored = timed("unpack the pixels (here)", lambda frames=frames: next(frames))
            header = timed("find values", lambda dataset=dataset: frame_header(dataset, 0))
            given = (stored, dataset, header)
            hu = timed("Hounsfield units", lambda given=given: hounsfield(*given))
            image = HuImage(hu, (0.45, 0.45), Place())
            timed("look for text", lambda image=image: shows_text(image))
            sample = timed("pack as 16-bit PNG", lambda image=image: hu_png(image))
            timed("keep", lambda sample=sample: store.add(sample))
    return {name: round(1000 * seconds / len(paths), 2) for name, seconds in spent.items()}


def main() -> None:
    """Draw, write, import, print JSON."""
    rng = np.random.default_rng(0)
    drawn = [phantom_slice(rng, size_px=SIDE).hu for _ in range(DIFFERENT)]
    noisy = [hu + rng.normal(0, NOISE_HU, hu.shape) for hu in drawn]
    figures: dict[str, Any] = {"slices": COUNT, "cores": os.cpu_count(), "load": os.getloadavg()}
    for name in sys.argv[1:] or SYNTAXES:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place, "scan")
            folder.mkdir()
            datasets = [compressed(slice_of(hu), SYNTAXES[name], Path(place)) for hu in noisy]
            figures[name] = whole(datasets, folder) | {"stages_cpu_ms": stages(folder)}
        print(json.dumps({name: figures[name]}), file=sys.stderr)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
