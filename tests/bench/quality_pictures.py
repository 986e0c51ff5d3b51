"""Pictures for the quality benchmark: phantoms as the app draws them, and as others would."""

import io
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from ichdesk.phantom import HEMORRHAGE_TYPES, phantom_slice, render
from ichdesk.phantom.fields import Field

SIDE_PX = 224
CODED_HU = (50.0, 90.0)
_TYPE_WEIGHTS = (0.28, 0.20, 0.26, 0.09, 0.17)
_STREAM = 7_350_211  # keeps these phantoms apart from all that training has seen
_YELLOW = np.array([255.0, 235.0, 90.0], np.float32)
_CRIMSON = np.array([190.0, 0.0, 60.0], np.float32)

Picture = NDArray[np.uint8]
Drawn = tuple[Picture, Picture]
"""One slice in gray and color-coded, each (224, 224, 3)."""


@dataclass(frozen=True)
class Scanner:
    """What differs from the training: one scanner, one teacher, one way to save pictures.

    Attributes:
        size_px: Side at which the slice is drawn, before it is brought to 224 px.
        blur_px: Further blur, across and down.
        noise_hu: Standard deviation of the added noise.
        grain_px: Finest and coarsest scale of that noise; it is not white.
        contrast: Factor on the differences between soft tissues.
        level_hu: Middle of the window.
        width_hu: Width of the window, whose edges are soft here.
        coded_hu: Range that is color-coded, from yellow to crimson here.
        quality: Of the JPEG.
    """

    size_px: int
    blur_px: tuple[float, float]
    noise_hu: float
    grain_px: tuple[float, float]
    contrast: float
    level_hu: float
    width_hu: float
    coded_hu: tuple[float, float]
    quality: int


def draw_scanner(rng: np.random.Generator) -> Scanner:
    """A random scanner, outside of what training shows in several ways at once."""
    low = rng.uniform(46, 56)
    return Scanner(
        size_px=int(rng.choice((152, 176, 208))),
        blur_px=(rng.uniform(0.5, 1.2), rng.uniform(0.5, 1.2)),
        noise_hu=rng.uniform(2.0, 4.5),
        grain_px=(rng.uniform(0.7, 1.1), rng.uniform(1.6, 3.0)),
        contrast=rng.uniform(0.78, 1.0),
        level_hu=rng.uniform(34, 44),
        width_hu=rng.uniform(80, 120),
        coded_hu=(low, low + rng.uniform(25, 50)),
        quality=int(rng.integers(55, 80)),
    )


def draw(name: str, project: int, index: int, *, shifted: bool) -> Drawn:
    """Slice `index` of the class `name` of a project; the same arguments, the same pictures."""
    rng = np.random.default_rng((_STREAM, project, zlib.crc32(name.encode()), index, shifted))
    if not shifted:
        hu = phantom_slice(rng, types=_types(rng, name), size_px=SIDE_PX).hu
        return _saved(render(hu), 92), _saved(render(hu, color_range_hu=CODED_HU), 92)
    scanner = draw_scanner(np.random.default_rng((_STREAM, project)))
    hu = phantom_slice(rng, types=_types(rng, name), size_px=scanner.size_px).hu
    hu = _rescanned(rng, _placed(rng, hu), scanner)
    gray = _soft_window(hu, scanner)
    return _saved(gray, scanner.quality), _saved(_coded(gray, hu, scanner), scanner.quality)


def mark(picture: Picture, index: int) -> Picture:
    """A copy with a small bright L in the upper left corner."""
    marked = picture.copy()
    x, y = 8 + index % 5, 8 + index % 7
    marked[y : y + 14, x : x + 3] = 235
    marked[y + 11 : y + 14, x : x + 10] = 235
    return marked


def _types(rng: np.random.Generator, name: str) -> tuple[str, ...]:
    if name == "normal":
        return ()
    if name != "hemorrhage":
        return (name,)
    count = int(rng.choice((1, 2, 3), p=(0.7, 0.23, 0.07)))
    return tuple(rng.choice(HEMORRHAGE_TYPES, size=count, replace=False, p=_TYPE_WEIGHTS))


def _placed(rng: np.random.Generator, hu: Field) -> Field:
    """Turned, sheared, stretched, moved, and brought to 224 px."""
    angle, shear = np.deg2rad(rng.normal(0, 12)), rng.normal(0, 0.06)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    scale = hu.shape[0] / SIDE_PX * rng.uniform(0.84, 1.1) * np.diag(rng.uniform(0.94, 1.06, 2))
    matrix = turn @ np.array([[1.0, shear], [0.0, 1.0]]) @ scale
    middle = np.full(2, (SIDE_PX - 1) / 2)
    offset = (hu.shape[0] - 1) / 2 - matrix @ (middle + rng.normal(0, 6, 2))
    placed: Field = ndimage.affine_transform(
        hu, matrix, offset, (SIDE_PX, SIDE_PX), order=1, cval=-1000.0
    )
    return placed


def _rescanned(rng: np.random.Generator, hu: Field, scanner: Scanner) -> Field:
    """Another kernel, other noise, another contrast, another calibration."""
    soft = np.clip(hu, -60, 120)
    hu = hu + (soft - 32) * np.float32(scanner.contrast - 1) + np.float32(rng.normal(0, 1.5))
    hu = ndimage.gaussian_filter(hu, scanner.blur_px)
    white = rng.standard_normal(hu.shape, dtype=np.float32)
    fine, coarse = (ndimage.gaussian_filter(white, width) for width in scanner.grain_px)
    grain = fine - coarse
    rescanned: Field = hu + grain * np.float32(scanner.noise_hu / float(grain.std()))
    return rescanned


def _soft_window(hu: Field, scanner: Scanner) -> Picture:
    """The SIGMOID window of DICOM PS3.3 C.11.2.1.3.1, whose tones differ from the linear one's."""
    along = 4 * (np.clip(hu, -400, 400) - np.float32(scanner.level_hu)) / scanner.width_hu
    gray = np.rint(255 / (1 + np.exp(-along))).astype(np.uint8)
    return np.repeat(gray[..., None], 3, axis=2)


def _coded(gray: Picture, hu: Field, scanner: Scanner) -> Picture:
    low, high = scanner.coded_hu
    along = np.clip((hu - low) / (high - low), 0, 1)[..., None]
    mixed = 0.25 * gray + 0.75 * (_YELLOW + along * (_CRIMSON - _YELLOW))
    inside = ((hu >= low) & (hu <= high))[..., None]
    coded: Picture = np.where(inside, mixed, gray).astype(np.uint8)
    return coded


def _saved(picture: Picture, quality: int) -> Picture:
    """What is left of a picture after JPEG."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))
