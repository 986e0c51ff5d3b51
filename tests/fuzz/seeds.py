"""Small whole files of every kind to begin with, made here; none is kept on disk."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import nibabel as nib
import numpy as np
import pydicom
from PIL import Image
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from ichdesk.archive import SampleStore, save_project
from ichdesk.core.run_book import RunBook
from ichdesk.imaging.hu_png import hu_png
from ichdesk.imaging.slices import HuImage, Place
from tests.fakes.projects import finished_run, full_project, picture, slice_bytes
from tests.fakes.scans import RAMP, axial, conforming, ct, sequence, written

_TEST_FILES = Path(pydicom.__file__).parent / "data" / "test_files"
_MOST_BYTES = 60_000


def projects() -> list[bytes]:
    """A project with all it can have, the same with a test set and more runs, and an empty one."""
    with TemporaryDirectory() as name, SampleStore(Path(name)) as store:
        path = Path(name) / "project.ichdesk"
        project = full_project(store)
        first, *rest = project.classes
        tested = replace(first, samples=tuple(replace(s, is_test=True) for s in first.samples))
        one = RunBook.of(finished_run(project), datetime(2026, 1, 2, tzinfo=UTC))
        two = one.add(finished_run(project), None)[0].rename(1, "Bone").annotate(1, "a note")
        cases = (project, one), (replace(project, classes=(tested, *rest)), two)
        found = []
        for each, runs in (*cases, (replace(project, classes=()), RunBook())):
            save_project(each, path, runs=runs)
            found.append(path.read_bytes())
    return found


def tms() -> list[bytes]:
    """As ICHDesk writes them, and as other programs do."""
    entries = {f"{'AB'[i % 2]}-!-{i}.jpg": picture(10 * i) for i in range(5)}
    entries["C-!-0.png"] = picture(3, "PNG")
    own = {"disabled": ["B"], "empty": [{"name": "D", "position": 1}], "seed": 3, "version": 1}
    own["test_set"] = [{"class": "A", "images": [0, 1]}]
    said = {"type": "image", "appdata": {"trainEpochs": 7, "trainBatchSize": 4}, "ichdesk": own}
    entries["manifest.json"] = json.dumps(said).encode()
    wrapped = {f"my/{name}": data for name, data in entries.items()}
    stored, deflated = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
    return [packed(entries, stored), packed(entries, deflated), packed(wrapped, stored)]


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def images() -> list[bytes]:
    """Every format and mode that Pillow writes of those that ICHDesk reads."""
    return list(_images())


def _images() -> Iterator[bytes]:
    pixels = np.random.default_rng(3).integers(0, 256, (24, 31, 4), np.uint8)
    rgba = Image.fromarray(pixels, "RGBA")
    deep = Image.fromarray(np.arange(24 * 31, dtype=np.uint16).reshape(24, 31) * 80)
    real = Image.fromarray(np.linspace(-1, 1, 24 * 31, dtype=np.float32).reshape(24, 31))
    for kind, modes in {
        "JPEG": ("RGB", "L", "CMYK"),
        "PNG": ("RGB", "RGBA", "L", "LA", "P", "1"),
        "WEBP": ("RGB", "RGBA"),
        "TIFF": ("RGB", "L", "P", "1", "CMYK"),
        "BMP": ("RGB", "L", "P"),
        "GIF": ("P", "L"),
    }.items():
        for mode in modes:
            yield saved(rgba.convert(mode), kind)
    yield from (saved(deep, kind) for kind in ("PNG", "TIFF"))
    yield saved(real, "TIFF")
    rgb = rgba.convert("RGB")
    for packing in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "group4"):
        picture_ = rgba.convert("1") if packing == "group4" else rgb
        yield saved(picture_, "TIFF", compression=packing)
    yield saved(rgb, "JPEG", progressive=True)
    yield saved(rgb, "WEBP", lossless=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    yield saved(rgb, "JPEG", exif=exif, comment=b"a comment")
    yield saved(rgb, "GIF", save_all=True, append_images=[rgba.convert("P")])
    yield picture(40)
    side = Image.fromarray(np.full((224, 224, 3), 90, np.uint8))
    yield saved(side, "JPEG")


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """The file of an image."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def slices() -> list[bytes]:
    """Slices in Hounsfield units as samples hold them."""
    flat = HuImage(np.zeros((5, 7), np.float32), (1.0, 1.0), Place())
    return [slice_bytes(1), slice_bytes(2, 17), hu_png(flat), picture(7, "PNG")]


def dicoms() -> list[bytes]:
    """All plain syntaxes, several frames, sequences, palettes, and compressed frames."""
    place = axial(1, "1.2")
    syntaxes = (
        *(ImplicitVRLittleEndian, ExplicitVRLittleEndian),
        *(ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian),
    )
    found = [written(ct(RAMP, **place), syntax) for syntax in syntaxes]
    found.append(written(ct(RAMP, **conforming(), WindowCenter=[40, 80], WindowWidth=[80, 200])))
    table = sequence(LUTDescriptor=[256, 0, 16], LUTData=bytes(512), ModalityLUTType="HU")
    found.append(written(ct(RAMP, **place, ModalityLUTSequence=table, PixelPaddingValue=0)))
    found.append(written(ct(np.stack([RAMP, RAMP + 1]), **place, NumberOfFrames=2)))
    names = (
        *("CT_small.dcm", "SC_rgb_small_odd.dcm", "MR_small_RLE.dcm", "MR_small_jp2klossless.dcm"),
        *("MR_small_jpeg_ls_lossless.dcm", "SC_rgb_small_odd_jpeg.dcm", "rtdose_expb.dcm"),
        *("JPEGLSNearLossless_16.dcm", "SC_rgb_jpeg_gdcm.dcm", "examples_palette.dcm"),
    )
    known = [path.read_bytes() for name in names if (path := _TEST_FILES / name).is_file()]
    return found + [data for data in known if len(data) <= _MOST_BYTES]


def volumes() -> list[bytes]:
    """NIfTI-1 and -2, of several types, plain and packed."""
    values = np.arange(4 * 5 * 6).reshape(4, 5, 6) - 1000
    affine = np.diag([2.0, 3.0, 4.0, 1.0])
    plain = [
        nib.Nifti1Image(values.astype(kind), affine).to_bytes()
        for kind in (np.int16, np.uint8, np.float32, np.float64)
    ]
    plain.append(nib.Nifti2Image(values.astype(np.int16), affine).to_bytes())
    many = np.repeat(values.astype(np.int16)[..., None], 3, axis=3)
    plain.append(nib.Nifti1Image(many, affine).to_bytes())
    return [*plain, gzip.compress(plain[0]), gzip.compress(written(ct(RAMP)))]


def zips_of_images() -> list[bytes]:
    """What is dropped as a zip: flat, in class folders, in a folder around those."""
    files = {"a.jpg": picture(1), "b.png": picture(2, "PNG"), "c.dcm": written(ct(RAMP))}
    classes = {f"{side}/{name}": data for side in ("A", "B") for name, data in files.items()}
    wrapped = {f"outer/{name}": data for name, data in classes.items()}
    inner = {"inner.zip": packed(files), "d.nii.gz": volumes()[-2], **classes}
    deflated = zipfile.ZIP_DEFLATED
    return [packed(files), packed(classes, deflated), packed(wrapped), packed(inner, deflated)]


def reports() -> list[bytes]:
    """What a report writes that comes from people."""
    hostile = "</script><img src=x onerror=alert(1)>"
    texts = [
        {"title": "Class", "names": ["Hemorrhage", "Normal"], "name": "", "note": ""},
        {"title": hostile, "names": [hostile, "' onload='x"], "name": '"><a>', "note": "]]>"},
        {"title": "\u202eA", "names": ["سليم", "צ" * 190], "name": "&#x0;", "note": "a\nb"},
    ]
    return [json.dumps(text).encode() for text in texts]


def journals() -> list[bytes]:
    """The files of an unsaved project, packed into one."""
    from ichdesk.archive.journal import JournalWriter, Unsaved

    with TemporaryDirectory() as name, SampleStore(Path(name)) as store:
        project = full_project(store)
        runs = RunBook.of(finished_run(project))
        folder = store.folder()
        JournalWriter(folder).write(Unsaved(project, runs, None), datetime.now(UTC))
        files = {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
    return [packed(files)]
