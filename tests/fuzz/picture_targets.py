"""Images and scans, alone and in what was dropped."""

import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from ichdesk.archive import SampleStore
from ichdesk.archive.image_header import check_image
from ichdesk.imaging.decode import decode_sample, sample_jpeg
from ichdesk.imaging.dicom.decoders import Decoders
from ichdesk.imaging.dicom.identity import Pseudonyms
from ichdesk.imaging.gather import gather
from ichdesk.imaging.hu_png import is_hu_png, read_hu_png, read_position_mm
from ichdesk.imaging.pictures import read_samples
from ichdesk.imaging.pipeline import model_pixels
from tests.fuzz import mutations, seeds
from tests.fuzz.target import QUOTED, Target, held


def _image(data: bytes, _: Path) -> str:
    try:
        check_image(data)
        kept = "kept in a project, "
    except Exception as error:  # a phrase of the archive  # noqa: BLE001
        assert type(error).__name__ == "EntryError", repr(error)
        kept = ""
    sample = sample_jpeg(data)
    with Image.open(io.BytesIO(sample)) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (224, 224))
    assert decode_sample(sample).shape == (224, 224, 3)
    assert sample_jpeg(sample) == sample
    return f"{kept}{'same' if sample == data else 'made'}"


def _slice(data: bytes, _: Path) -> str:
    read_position_mm(data[:1024])
    if not is_hu_png(data):
        assert model_pixels(data).shape == (224, 224, 3)
        return "picture"
    image = read_hu_png(data)
    assert np.isfinite(image.hu).all()
    assert model_pixels(data).shape == (224, 224, 3)
    return "slice"


@cache
def decoders() -> Decoders:
    """The processes that decode; the same for all cases."""
    return held.enter_context(Decoders())


def _scan(data: bytes, _: Path) -> str:
    found = 0
    for encoded in read_samples(data, Pseudonyms(b"salt"), decoders()):
        assert model_pixels(encoded.data).shape == (224, 224, 3)
        check_image(encoded.data)
        found += 1
    return f"{min(found, 3)} slices"


def _dropped_zip(data: bytes, folder: Path) -> str:
    path = folder / "dropped.zip"
    path.write_bytes(data)
    with SampleStore(folder) as store:
        gathered = gather([path], store.add)
    notes = {QUOTED.sub("#", note)[:60] for note in gathered.left_out[:3]}
    return f"{len(gathered.classes)} classes, {sorted(notes)}"


TARGETS = {
    "images": Target(seeds.images, mutations.damaged_image, _image),
    "slices": Target(seeds.slices, mutations.damaged_image, _slice),
    "dicom": Target(seeds.dicoms, mutations.damaged, _scan),
    "nifti": Target(seeds.volumes, mutations.damaged_gzip, _scan),
    "zips": Target(seeds.zips_of_images, mutations.damaged_zip, _dropped_zip),
}
