"""Print how often text is seen on pictures with and without, and how long a slice takes.

Pictures without text are synthetic slices, as Hounsfield units and through windows, at full size
and as samples; project files given as arguments are counted besides.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import process_time

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ichdesk.archive import SampleStore, open_project
from ichdesk.imaging.burned_in import has_text, shows_text
from ichdesk.imaging.pipeline import model_pixels
from ichdesk.imaging.slices import HuImage, Place, fitted
from ichdesk.phantom.lesions import HEMORRHAGE_TYPES
from ichdesk.phantom.render import render
from ichdesk.phantom.slices import phantom_slice

COUNT, SIDE = 560, 512
SIZES_PX = (9, 10, 12, 14, 18, 24, 32)
TEXTS = ("DOE^JANE 1931-06-04", "Smith, John A.", "HX7731904", "DOE JANE", "Müller, Jörg")
KINDS = ((), *((kind,) for kind in HEMORRHAGE_TYPES), ("subdural", "subarachnoid"))


def of_hu(hu: np.ndarray) -> HuImage:
    """A slice."""
    return HuImage(np.asarray(hu, np.float32), (0.5, 0.5), Place())


def shown(hu: np.ndarray) -> Iterator[np.ndarray]:
    """Pictures of a slice, as screenshots have them."""
    for level_hu, width_hu in ((40, 80), (80, 200), (600, 2800)):
        picture = render(hu, level_hu=level_hu, width_hu=width_hu)
        yield from (picture, 255 - picture)
    yield render(hu, color_range_hu=(50, 90))


def cover(size: int, text: str, corner: int) -> np.ndarray:
    """How much of each pixel letters cover, from 0 to 1."""
    picture, font = Image.new("L", (SIDE, SIDE)), ImageFont.load_default(size)
    pen = ImageDraw.Draw(picture)
    _, _, right, bottom = pen.textbbox((0, 0), text, font=font)
    place = (6 if corner % 2 else SIDE - 6 - right, 6 if corner // 2 else SIDE - 6 - bottom)
    pen.text(place, text, 255, font)
    return np.asarray(picture, np.float32) / 255


def main() -> None:
    """Draw, look, print JSON."""
    seen, looked = Counter[str](), Counter[str]()
    spent_s, rng = 0.0, np.random.default_rng(11)

    def count(kind: str, result: bool) -> None:
        looked[kind] += 1
        seen[kind] += result

    for number in range(COUNT):
        hu = phantom_slice(rng, types=KINDS[number % len(KINDS)], size_px=SIDE).hu
        start_s = process_time()
        count("slices without text", shows_text(of_hu(hu)))
        spent_s += process_time() - start_s
        for picture in shown(hu):
            count("pictures without text", has_text(picture))
            count("samples without text", has_text(fitted(picture, (1, 1))))
        text, size = TEXTS[number % len(TEXTS)], SIZES_PX[number % len(SIZES_PX)]
        letters = cover(size, text, int(rng.integers(4)))
        for value in (0, 300, 3071):
            written = of_hu(hu * (1 - letters) + value * letters)
            count(f"slices with text of {size} px", shows_text(written))
    for path in map(Path, sys.argv[1:]):
        with closing(SampleStore()) as store:
            for class_ in open_project(path, store).project.classes:
                for sample in class_.samples:
                    count(f"samples of {path.name}", has_text(model_pixels(sample.read())))
    figures = {kind: f"{seen[kind]} of {looked[kind]}" for kind in looked}
    print(json.dumps({**figures, "cpu_ms_per_slice": 1000 * spent_s / COUNT}, indent=1))


if __name__ == "__main__":
    main()
