"""Projects of up to 32,000 different synthetic images, made in a minute or two.

A phantom takes a tenth of a second, so a few hundred are drawn, and each image is one of them,
turned, stretched, moved and with noise of its own: other bytes, another SHA-256, no near copy, and
about 10 kB, as the samples of a project that people make.
"""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from ichdesk.archive import SampleStore, save_project
from ichdesk.core.project import Project
from ichdesk.core.samples import Sample
from ichdesk.imaging.hu_png import hu_png
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.phantom.jpegs import phantom_slices

CLASSES = ("Normal", "Subdural", "Intraparenchymal", "Subarachnoid")
SIZES = (250, 1_000, 4_000, 16_000, 32_000)
MORE = 1_000
PHANTOMS = 80  # of each class
SLICES_OF_A_PATIENT = 20
HU_CLASS = "Subdural"  # the class of slices in Hounsfield units in an .ichdesk file
SIDE_PX = 224
_AIR_HU = -1000.0
_SEED = 20_000

_Values = npt.NDArray[np.float32]


def varied(hu: _Values, rng: np.random.Generator) -> _Values:
    """A slice turned, stretched, moved, perhaps mirrored, and with noise; whole HU."""
    turn, (wide, high) = rng.uniform(-0.4, 0.4), rng.uniform(0.85, 1.2, 2)
    center, shift = SIDE_PX / 2, rng.uniform(-12, 12, 2)
    rows = np.array([[np.cos(turn) / wide, np.sin(turn)], [-np.sin(turn), np.cos(turn) / high]])
    offset = center - rows @ (np.full(2, center) + shift)
    matrix = (*rows[0], offset[0], *rows[1], offset[1])
    if rng.random() < 0.5:
        hu = hu[:, ::-1]
    moved = Image.fromarray(np.ascontiguousarray(hu), "F").transform(
        (SIDE_PX, SIDE_PX),
        Image.Transform.AFFINE,
        matrix,
        Image.Resampling.BILINEAR,
        fillcolor=_AIR_HU,
    )
    noise = rng.integers(-4, 5, (SIDE_PX, SIDE_PX))
    return np.round(np.asarray(moved) + noise).astype(np.float32)


def jpeg_of(hu: _Values) -> bytes:
    """A slice in the brain window."""
    gray = np.clip(hu * (255.0 / 80.0), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(gray).convert("RGB").save(file, "JPEG", quality=75)
    return file.getvalue()


def slices(name: str, count: int, stream: int = 0) -> Iterator[_Values]:
    """Different slices of a class; the same arguments, the same slices."""
    drawn = [found.hu for found in phantom_slices(name, PHANTOMS, 7)]
    for number in range(count):
        rng = np.random.default_rng((_SEED, stream, CLASSES.index(name), number))
        yield varied(drawn[number % PHANTOMS], rng)


def pictures_of(store: SampleStore, name: str, count: int) -> list[Sample]:
    """The JPEG samples of a class."""
    return [store.add(jpeg_of(hu)) for hu in slices(name, count)]


def hu_slices_of(store: SampleStore, name: str, count: int) -> list[Sample]:
    """The samples of a class in Hounsfield units."""
    made = (hu_png(HuImage(hu, (1.0, 1.0), Place())) for hu in slices(name, count))
    return [replace(store.add(data), is_hu=True) for data in made]


def with_patients(samples: list[Sample], prefix: str) -> list[Sample]:
    """The samples as slices of patients."""
    return [
        replace(sample, patient=f"{prefix}{number // SLICES_OF_A_PATIENT}")
        for number, sample in enumerate(samples)
    ]


def make_projects(folder: Path) -> None:
    """Write `N.tm` and `N.ichdesk` for all sizes, and the folder `more` of single images."""
    each = max(SIZES) // len(CLASSES)
    with SampleStore(folder) as store:
        pictures = {name: pictures_of(store, name, each) for name in CLASSES}
        in_hu = with_patients(hu_slices_of(store, HU_CLASS, each), HU_CLASS)
        native = {name: with_patients(found, name) for name, found in pictures.items()}
        native[HU_CLASS] = in_hu
        for size in SIZES:
            for suffix, kept in ((".tm", pictures), (".ichdesk", native)):
                project = Project()
                for place, name in enumerate(CLASSES):
                    part = size // len(CLASSES) + (place < size % len(CLASSES))
                    project = project.add_class(name, kept[name][:part])
                save_project(project, folder / f"{size}{suffix}")
    (folder / "more").mkdir()
    for number, hu in enumerate(slices("Normal", MORE, stream=1)):
        (folder / "more" / f"{number}.jpg").write_bytes(jpeg_of(hu))
