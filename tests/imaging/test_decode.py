"""Image files of every kind to samples, and samples to pixels."""

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from ichdesk.core.errors import UserError
from ichdesk.imaging.decode import decode_sample, sample_jpeg

Encoded = Callable[..., bytes]


def pixels(data: bytes) -> npt.NDArray[np.float64]:
    return decode_sample(sample_jpeg(data)).astype(np.float64)


def expected(scene: Image.Image) -> npt.NDArray[np.float64]:
    fitted = ImageOps.fit(scene.convert("RGB"), (224, 224), Image.Resampling.LANCZOS)
    return np.asarray(fitted).astype(np.float64)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"quality": 98, "subsampling": 0}),
        ("JPEG", {"quality": 98, "subsampling": 0, "progressive": True}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("BMP", {}),
    ],
)
def test_kinds_give_the_same_sample(
    scene: Image.Image, encoded: Encoded, kind: str, options: dict[str, object]
) -> None:
    data = sample_jpeg(encoded(scene, kind, **options))
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size, image.mode) == ("JPEG", (224, 224), "RGB")
    assert "progressive" not in image.info
    assert np.abs(pixels(data) - expected(scene)).mean() < 2.0


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "YCbCr", "LA", "RGBA", "PA"])
def test_modes_give_rgb(scene: Image.Image, encoded: Encoded, mode: str) -> None:
    source = scene.convert("RGBA").convert(mode) if mode == "PA" else scene.convert(mode)
    kind = "TIFF" if mode in {"CMYK", "YCbCr", "PA"} else "PNG"
    error = np.abs(pixels(encoded(source, kind)) - expected(source)).mean()
    assert error < {"1": 20, "P": 6}.get(mode, 3)  # dithered


def test_gif_gives_its_first_picture(scene: Image.Image, encoded: Encoded) -> None:
    black = Image.new("RGB", scene.size)
    data = encoded(scene, "GIF", save_all=True, append_images=[black])
    assert np.abs(pixels(data) - expected(scene)).mean() < 12


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation_is_honored(
    scene: Image.Image, encoded: Encoded, orientation: int, kind: str
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = scene.copy()
    turned.getexif()[0x0112] = orientation
    upright = ImageOps.exif_transpose(turned)
    assert upright is not None
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(scene, kind, exif=exif, **options)
    assert np.abs(pixels(data) - expected(upright)).mean() < 2.5


def test_orientation_counts_even_at_the_right_size(encoded: Encoded, scene: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3
    square = ImageOps.fit(scene, (224, 224))
    data = encoded(square, "JPEG", quality=95, exif=exif)
    assert sample_jpeg(data) != data
    for result in (pixels(data), decode_sample(data).astype(float)):
        assert np.abs(result - np.asarray(square)[::-1, ::-1]).mean() < 3


def test_a_sample_stays_as_it_is(encoded: Encoded, scene: Image.Image) -> None:
    data = encoded(ImageOps.fit(scene, (224, 224)), "JPEG", quality=60)
    assert sample_jpeg(data) is data
    once = sample_jpeg(encoded(scene))
    assert sample_jpeg(once) == once


def test_gray_or_progressive_jpeg_of_the_right_size_becomes_baseline_rgb(
    encoded: Encoded, scene: Image.Image
) -> None:
    square = ImageOps.fit(scene, (224, 224))
    for data in (encoded(square.convert("L"), "JPEG"), encoded(square, "JPEG", progressive=True)):
        assert b"\xff\xc0" in sample_jpeg(data)
        assert sample_jpeg(data) != data


def test_alpha_lies_on_black(encoded: Encoded) -> None:
    image = Image.new("RGBA", (224, 224), (255, 255, 255, 0))
    image.paste((200, 100, 50, 128), (0, 0, 112, 224))
    result = pixels(encoded(image))
    np.testing.assert_allclose(result[:, 130:].mean(axis=(0, 1)), 0, atol=2)
    np.testing.assert_allclose(result[:, :100].mean(axis=(0, 1)), [100, 50, 25], atol=3)


def test_a_palette_color_may_be_transparent(encoded: Encoded) -> None:
    image = Image.new("P", (300, 300), 1)
    image.putpalette([10, 20, 30, 250, 250, 250])
    assert pixels(encoded(image, transparency=1)).max() <= 2


RAMP = np.tile(np.linspace(0.0, 1.0, 224), (224, 1))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ((RAMP * 65535).astype(np.uint16), "PNG"),
        ((RAMP * 65535).astype(np.uint16), "TIFF"),
        ((RAMP * 4095).astype(np.uint16), "TIFF"),
        ((1000 + RAMP * 80).astype(np.uint16), "PNG"),
        ((RAMP * 3000 - 1000).astype(np.int32), "TIFF"),
        ((RAMP * 3000 - 1000).astype(np.float32), "TIFF"),
        (RAMP.astype(np.float32), "TIFF"),
        ((RAMP * 6e38 - 3e38).astype(np.float32), "TIFF"),
        ((RAMP * 65535).astype(">u2"), "TIFF"),
    ],
)
def test_deep_gray_uses_its_own_range(
    encoded: Encoded, values: npt.NDArray[np.generic], kind: str
) -> None:
    result = pixels(encoded(Image.fromarray(values), kind))
    np.testing.assert_allclose(result.mean(axis=(0, 2)), RAMP[0] * 255, atol=6)


def test_hot_pixels_and_gaps_do_not_decide(encoded: Encoded) -> None:
    values = (RAMP * 80).astype(np.float32)
    values[5, 5], values[6, 6], values[7, 7] = 1e30, np.nan, -np.inf
    result = pixels(encoded(Image.fromarray(values), "TIFF"))
    np.testing.assert_allclose(result[30:].mean(axis=(0, 2)), RAMP[0] * 255, atol=4)


@pytest.mark.parametrize(("value", "gray"), [(0, 0), (128, 128), (40_000, 255)])
def test_deep_gray_of_one_value(encoded: Encoded, value: int, gray: int) -> None:
    values = np.full((30, 40), value, np.uint16)
    np.testing.assert_allclose(pixels(encoded(Image.fromarray(values))), gray, atol=1)


def test_the_center_is_cropped(encoded: Encoded) -> None:
    image = Image.new("RGB", (900, 300), "red")
    image.paste((0, 0, 255), (300, 0, 600, 300))
    np.testing.assert_allclose(pixels(encoded(image)).mean(axis=(0, 1)), [0, 0, 255], atol=3)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (225, 224), (223, 300), (2000, 3)])
def test_odd_sizes(encoded: Encoded, size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, (30, 60, 90))
    np.testing.assert_allclose(pixels(encoded(image)).mean(axis=(0, 1)), [30, 60, 90], atol=2)


def test_a_large_photo_is_decoded_at_a_smaller_scale(encoded: Encoded, scene: Image.Image) -> None:
    large = scene.resize((3200, 2400), Image.Resampling.BICUBIC)
    data = encoded(large, "JPEG", quality=95)
    assert np.abs(pixels(data) - expected(scene)).mean() < 3


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "not a JPEG, PNG"),
        (b"%PDF-1.7 and so on", "not a JPEG, PNG"),
        (bytes(128) + b"DICM" + bytes(50), "DICOM"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "damaged"),
        (b"BM" + bytes(80), "damaged"),
        (b"GIF89a", "damaged"),
    ],
)
def test_no_image(data: bytes, word: str) -> None:
    with pytest.raises(UserError, match=word):
        sample_jpeg(data)
    with pytest.raises(UserError, match=word):
        decode_sample(data)


def test_truncated_images_are_damaged(encoded: Encoded, scene: Image.Image) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "BMP"):
        data = encoded(scene, kind)
        with pytest.raises(UserError):
            sample_jpeg(data[: len(data) // 2])


def test_too_many_pixels(encoded: Encoded) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
        )

    for side in (8_001, 10_000, 40_000, 2**30):
        header = struct.pack(">2L5B", side, side, 8, 2, 0, 0, 0)
        data = (
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", header)
            + chunk(b"IDAT", b"")
            + chunk(b"IEND", b"")
        )
        with pytest.raises(UserError, match=r"million pixels|damaged"):
            sample_jpeg(data)


def test_decoded_samples_are_writable_rgb(encoded: Encoded, scene: Image.Image) -> None:
    for data in (sample_jpeg(encoded(scene)), encoded(scene), encoded(scene.convert("L"), "JPEG")):
        result = decode_sample(data)
        assert (result.shape, result.dtype) == ((224, 224, 3), np.uint8)
        assert result.flags.writeable


def test_pillow_warnings_stay_inside_with_threads(encoded: Encoded) -> None:
    loud = encoded(Image.new("L", (9500, 9500)), "PNG")  # enough pixels for a Pillow warning
    fine = encoded(Image.new("RGB", (50, 50)))
    before = list(warnings.filters)

    def work(data: bytes) -> bool:
        try:
            sample_jpeg(data)
        except UserError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, [loud, fine] * 40)) == [False, True] * 40
    assert list(warnings.filters) == before


SEEDS = [
    ("JPEG", "RGB"),
    ("PNG", "RGBA"),
    ("WEBP", "RGB"),
    ("TIFF", "F"),
    ("BMP", "P"),
    ("GIF", "P"),
]


@settings(max_examples=250, deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    flips=st.lists(st.tuples(st.integers(0, 10**5), st.integers(0, 255)), min_size=1, max_size=8),
    in_header=st.booleans(),
)
def test_no_damage_crashes(
    encoded: Encoded, seed: tuple[str, str], flips: list[tuple[int, int]], in_header: bool
) -> None:
    image = Image.linear_gradient("L").resize((40, 30)).convert(seed[1])
    data = bytearray(encoded(image, seed[0]))
    for at, value in flips:
        data[at % (min(200, len(data)) if in_header else len(data))] = value
    for decode in (sample_jpeg, decode_sample):
        try:
            assert len(decode(bytes(data))) > 0
        except UserError:
            continue


@pytest.mark.parametrize("side", [224, 300])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_words_in_a_file_do_not_come_along(encoded: Encoded, side: int, kind: str) -> None:
    """A comment, EXIF, color profile and texts may name a patient."""
    exif, texts = Image.Exif(), PngInfo()
    exif[0x010E] = "Doe"
    texts.add_text("Comment", "Doe")
    more = {"PNG": {"pnginfo": texts}, "JPEG": {"comment": b"Doe"}, "TIFF": {}}[kind]
    image = Image.new("RGB", (side, side), (50, 90, 130))
    data = encoded(image, kind, exif=exif, icc_profile=b"Doe" * 50, **more)
    assert b"Doe" in data
    sample = sample_jpeg(data)
    assert b"Doe" not in sample
    with Image.open(io.BytesIO(sample)) as image:
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert sample_jpeg(sample) is sample
