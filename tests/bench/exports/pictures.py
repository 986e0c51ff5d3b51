"""A hundred pictures to try models on, as pixels, PNG and JPEG, and what the app says of them."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from ichdesk.core.resources import project_path
from ichdesk.core.steps import Steps
from ichdesk.imaging.decode import decode_sample, jpeg_bytes
from ichdesk.imaging.hu_png import read_hu_png
from ichdesk.imaging.pipeline import QUALITY, model_pixels
from ichdesk.learn.devices import resolve_device
from ichdesk.learn.model import load_extractor, load_model, require_fingerprint

GRAY, COLORED, RENDERED = 34, 33, 33
Picture: TypeAlias = tuple[npt.NDArray[np.uint8], bytes, npt.NDArray[np.float32] | None]
"""What the network sees, a JPEG of it, and the Hounsfield units that it was made of."""


@dataclass(frozen=True)
class Expected:
    """What the app says, (100, C) each.

    Attributes:
        pixels: Of the same pixels that consumers get.
        jpeg: Of the JPEG files, decoded by Pillow.
        sized: Of the same pictures in other sizes, decoded and resized by the app.
    """

    pixels: npt.NDArray[np.float32]
    jpeg: npt.NDArray[np.float32]
    sized: npt.NDArray[np.float32]


def write_pictures(model: Path, folder: Path) -> Expected:
    """Write `pixels.npy`, `pixels.bin`, `000.png`, `000.jpg`, `sized-000.png` and so on.

    Slices are there in Hounsfield units, too, as `067.hu.npy`.

    Args:
        model: A model file, whose image steps make pictures of slices in Hounsfield units.
        folder: Where to; it exists.
    """
    trained = load_model(model)
    extractor = load_extractor(trained.backbone, resolve_device("cpu"))
    require_fingerprint(extractor.backbone, trained.fingerprint)
    pixels, decoded, sized = [], [], []
    for number, (seen, jpeg, hu) in enumerate(_pictures(trained.steps)):
        if hu is not None:
            np.save(folder / f"{number:03}.hu.npy", hu)
        picture, other = Image.fromarray(seen), folder / f"sized-{number:03}.png"
        picture.save(folder / f"{number:03}.png")
        picture.resize((150 + 7 * number, 600 - 3 * number)).save(other)
        (folder / f"{number:03}.jpg").write_bytes(jpeg)
        pixels.append(seen)
        decoded.append(decode_sample(jpeg))
        sized.append(decode_sample(other.read_bytes()))
    np.save(folder / "pixels.npy", np.stack(pixels))
    (folder / "pixels.bin").write_bytes(np.stack(pixels).tobytes())
    (folder / "labels.json").write_text(json.dumps(trained.labels), "utf-8")
    return Expected(
        *(trained.predict(np.stack(seen), extractor) for seen in (pixels, decoded, sized))
    )


def _pictures(steps: Steps) -> Iterator[Picture]:
    """Gray, color-coded, rendered from slices."""
    for project, count in (("experiment1.tm", GRAY), ("experiment5.tm", COLORED)):
        for data in _samples(project, ".jpg", count):
            yield decode_sample(data), data, None
    for data in _samples("experiment7.ichdesk", ".png", RENDERED):
        seen = model_pixels(data, steps)
        jpeg = jpeg_bytes(Image.fromarray(seen), QUALITY)
        yield seen, jpeg, read_hu_png(data).hu.astype(np.float32)


def _samples(project: str, suffix: str, count: int) -> Iterator[bytes]:
    """So many samples, spread over the classes."""
    with zipfile.ZipFile(project_path(project)) as archive:
        names = [name for name in archive.namelist() if name.endswith(suffix)]
        for place in np.linspace(0, len(names) - 1, count).astype(int):
            yield archive.read(names[place])
