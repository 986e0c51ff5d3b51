"""Text is seen wherever it is legible, and anatomy is not taken for it."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ichdesk.imaging.burned_in import has_text, shows_text
from ichdesk.imaging.slices import HuImage, Place, ShownImage
from ichdesk.phantom.lesions import HEMORRHAGE_TYPES
from ichdesk.phantom.render import render
from ichdesk.phantom.slices import PhantomSlice, phantom_slice

SIDE = 512
NAME = "DOE^JANE M 1931-06-04"


def drawn(size: int, text: str = NAME, corner: str = "top left") -> np.ndarray:
    """How much of each pixel is covered by letters, (H, W) from 0 to 1."""
    picture, font = Image.new("L", (SIDE, SIDE)), ImageFont.load_default(size)
    pen = ImageDraw.Draw(picture)
    left, _, right, bottom = pen.multiline_textbbox((0, 0), text, font=font)
    x = 6 if "left" in corner else SIDE - 6 - (right - left)
    y = 6 if "top" in corner else SIDE - 6 - bottom
    pen.multiline_text((x, y), text, 255, font)
    return np.asarray(picture, np.float32) / 255


def written_on(values: np.ndarray, cover: np.ndarray, brightness: float) -> np.ndarray:
    cover = cover[..., None] if values.ndim == 3 else cover
    return np.asarray(values * (1 - cover) + brightness * cover, np.float32)


def of_hu(hu: np.ndarray) -> HuImage:
    return HuImage(np.asarray(hu, np.float32), (0.5, 0.5), Place())


@pytest.fixture(scope="module")
def head() -> PhantomSlice:
    return phantom_slice(np.random.default_rng(2), size_px=SIDE, level="ventricle")


@pytest.mark.parametrize("corner", ["top left", "top right", "bottom left", "bottom right"])
@pytest.mark.parametrize("size", [10, 12, 16, 24, 32])
@pytest.mark.parametrize("brightness_hu", [0, 300, 3071])
def test_text_in_ct(head: PhantomSlice, size: int, corner: str, brightness_hu: int) -> None:
    assert not shows_text(of_hu(head.hu))
    assert shows_text(of_hu(written_on(head.hu, drawn(size, corner=corner), brightness_hu)))


@pytest.mark.parametrize(
    "text",
    ["HX7731904", "Smith, John A.", "Müller", "A B\n12.03.2021\nSt. Mary", "MRN 77-31 / 63Y"],
)
def test_what_stands_on_pictures(head: PhantomSlice, text: str) -> None:
    assert shows_text(of_hu(written_on(head.hu, drawn(16, text), 1000)))


@pytest.mark.parametrize("size", [12, 20])
@pytest.mark.parametrize("is_inverted", [False, True])
@pytest.mark.parametrize("color", [(255, 255, 255), (255, 255, 0), (0, 200, 0), (110, 110, 110)])
def test_text_on_a_screenshot(
    head: PhantomSlice, size: int, color: tuple[int, int, int], is_inverted: bool
) -> None:
    plain = render(head.hu)
    cover = drawn(size)[..., None]
    picture = (plain * (1 - cover) + np.array(color) * cover).astype(np.uint8)
    if is_inverted:
        plain, picture = 255 - plain, 255 - picture
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=80)
    assert not has_text(plain)
    assert has_text(np.asarray(Image.open(out)))
    assert shows_text(ShownImage(picture, (1, 1), Place()))
    assert shows_text(ShownImage(picture.mean(axis=-1) / 255, (1, 1), Place()))


@pytest.mark.parametrize("types", [(), *((kind,) for kind in HEMORRHAGE_TYPES)])
@pytest.mark.parametrize("seed", range(5))
def test_anatomy_is_no_text(seed: int, types: tuple[str, ...]) -> None:
    """With headrests, tubes, drains, clips and calcifications, as chance has it."""
    image = phantom_slice(np.random.default_rng(seed), types=types, size_px=256)
    assert not shows_text(of_hu(image.hu))
    for level_hu, width_hu in ((40, 80), (600, 2800)):
        picture = render(image.hu, level_hu=level_hu, width_hu=width_hu)
        assert not has_text(picture)
        assert not has_text(255 - picture)


def test_noise_dots_and_stripes_are_no_text() -> None:
    chance = np.random.default_rng(0)
    assert not has_text(chance.integers(0, 255, (SIDE, SIDE), np.uint8))
    assert not shows_text(of_hu(chance.normal(-1000, 60, (SIDE, SIDE))))
    dots = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(60):
        top, left, height, width = chance.integers(1, [480, 480, 30, 30])
        dots[top : top + height, left : left + width] = chance.integers(60, 255)
    assert not has_text(dots)
    ruler = np.zeros((SIDE, SIDE), np.uint8)
    ruler[100:400:20, 500:510] = ruler[100:400, 509] = 255
    assert not has_text(ruler)


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (3, 3, 3), (5000, 40)])
def test_any_size(shape: tuple[int, ...]) -> None:
    assert not has_text(np.zeros(shape, np.uint8))


def test_large_pictures_are_looked_at_in_little() -> None:
    cover = np.kron(drawn(16), np.ones((6, 6), np.float32))
    assert shows_text(ShownImage(cover, (1, 1), Place()))
