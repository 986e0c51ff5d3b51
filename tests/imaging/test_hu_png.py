"""Slices as 16-bit PNG: nothing is lost, others can read it, and broken bytes are a sentence."""

import io
import json
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its usual name
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ichdesk.core.errors import UserError
from ichdesk.imaging.hu_png import hu_png, is_hu_png, read_hu_png, read_position_mm
from ichdesk.imaging.pipeline import model_pixels
from ichdesk.imaging.slices import HuImage, Place

RNG = np.random.default_rng(0)
KEY = "ichdesk-hu"
FINE = {"slope": 1, "intercept": -1024, "spacing_mm": [0.5, 0.5], "position_mm": 3.5}


def image(hu: Any, step_hu: float = 1.0, **other: Any) -> HuImage:
    slice_ = HuImage(np.asarray(hu, np.float32), (0.5, 0.75), Place(position_mm=-12.5), False)
    return replace(slice_, step_hu=step_hu, **other)


def there_and_back(hu: Any, step_hu: float = 1.0) -> np.ndarray:
    return read_hu_png(hu_png(image(hu, step_hu))).hu


def png(about: Any, pixels: np.ndarray | None = None) -> bytes:
    """A PNG of 16 bits with any text; text that is no str is written as JSON."""
    text = PngInfo()
    text.add_text(KEY, about if isinstance(about, str) else json.dumps(about))
    out = io.BytesIO()
    pixels = np.arange(256, dtype=np.uint16).reshape(16, 16) if pixels is None else pixels
    Image.fromarray(pixels).save(out, "PNG", pnginfo=text)
    return out.getvalue()


# ---- nothing is lost


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (64, 48), (17, 200)])
def test_whole_numbers_are_kept_to_the_bit(shape: tuple[int, int]) -> None:
    hu = RNG.integers(-1024, 3072, shape).astype(np.float32)
    np.testing.assert_array_equal(there_and_back(hu), hu)


def test_all_65536_values_are_kept_to_the_bit() -> None:
    hu = np.arange(-32768, 32768, dtype=np.float32).reshape(256, 256)
    np.testing.assert_array_equal(there_and_back(hu), hu)


@pytest.mark.parametrize("step_hu", [0.5, 0.1, 1.0009, 2.0, 0.0625, -1.0, -0.1])
@pytest.mark.parametrize("intercept", [-1024.0, 0.0, -1000.3])
def test_stored_values_can_be_told_from_what_is_read(step_hu: float, intercept: float) -> None:
    stored = RNG.integers(0, 4096, (40, 30))
    hu = (stored * step_hu + intercept).astype(np.float32)
    seen = there_and_back(hu, step_hu)
    np.testing.assert_allclose(seen, hu, atol=1e-3)
    np.testing.assert_array_equal(np.rint((seen - intercept) / step_hu), stored)


def test_padding_that_is_no_step_does_not_shift_the_others() -> None:
    hu = (RNG.integers(100, 4096, (40, 30)) * 1.0009 - 1024).astype(np.float32)
    hu[0] = -1000
    seen = there_and_back(hu, 1.0009)
    np.testing.assert_allclose(seen[1:], hu[1:], atol=1e-3)
    np.testing.assert_allclose(seen[0], -1000, atol=0.51)


@pytest.mark.parametrize("value", [-1000, 0, 40.25, 32_767])
@pytest.mark.parametrize("step_hu", [1.0, 0.0, 0.1, -1.0, 1e30, float("inf"), float("nan")])
def test_one_value_only(value: float, step_hu: float) -> None:
    np.testing.assert_array_equal(there_and_back(np.full((4, 6), value), step_hu), value)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(-1024, 3071), st.integers(0, 2**32 - 1))
def test_any_whole_numbers(height: int, width: int, base: int, seed: int) -> None:
    hu = base + np.random.default_rng(seed).integers(0, 2000, (height, width)).astype(np.float32)
    np.testing.assert_array_equal(there_and_back(hu), hu)


def test_values_without_steps_are_kept_to_a_65536th() -> None:
    hu = RNG.normal(40, 300, (50, 50)).astype(np.float32)
    np.testing.assert_allclose(there_and_back(hu, 0.0), hu, atol=np.ptp(hu) / 65535)


def test_steps_too_many_are_rounded_to_fewer() -> None:
    hu = np.linspace(-1000, 20_000, 4096, dtype=np.float32).reshape(64, 64)
    np.testing.assert_allclose(there_and_back(hu, 0.01), hu, atol=21_000 / 65535)


@pytest.mark.parametrize("broken", [1e5, -1e9, 3e38, np.inf, -np.inf, np.nan])
def test_a_broken_pixel_leaves_the_others_alone(broken: float) -> None:
    hu = RNG.integers(-1000, 2000, (32, 32)).astype(np.float32)
    hu[5, 5] = broken
    seen = there_and_back(hu)
    others = np.ones(hu.shape, bool)
    others[5, 5] = False
    np.testing.assert_allclose(seen[others], hu[others], atol=0.51)
    assert seen[5, 5] == (32_767 if broken > 0 else -32_768)


def test_the_rest_is_kept_too() -> None:
    seen = read_hu_png(hu_png(image(np.zeros((2, 3)), 0.5, is_inverted=True)))
    assert (seen.spacing_mm, seen.is_inverted, seen.hu.shape) == ((0.5, 0.75), True, (2, 3))
    assert seen.place == Place(position_mm=-12.5)
    nowhere = image(np.zeros((2, 3)), place=Place("series", "patient", None, 7, True))
    assert read_hu_png(hu_png(nowhere)).place == Place()
    assert read_position_mm(hu_png(nowhere)) is None


@pytest.mark.parametrize("mm", [1e30, float("inf"), float("nan"), -1e7])
def test_geometry_that_means_nothing_is_dropped(mm: float) -> None:
    odd = image(np.zeros((2, 3)), place=Place(position_mm=mm), spacing_mm=(0.5, mm))
    seen = read_hu_png(hu_png(odd))
    assert (seen.place.position_mm, seen.spacing_mm) == (None, (1.0, 1.0))


def test_a_second_save_changes_nothing() -> None:
    first = hu_png(image(RNG.normal(40, 300, (50, 50)), 0.0))
    again = read_hu_png(first)
    second = read_hu_png(hu_png(again))
    np.testing.assert_allclose(second.hu, again.hu, atol=1e-3)


def test_nothing_else_of_the_scan_is_in_the_file() -> None:
    place = Place("1.2.840.99", "DOE^JOHN", 4.0, 77, True)
    data = hu_png(image(np.zeros((4, 4)), place=place))
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        assert opened.info.keys() == {KEY}
        about = json.loads(opened.info[KEY])
    assert about.keys() == {"slope", "intercept", "spacing_mm", "position_mm", "is_inverted"}
    assert b"DOE" not in data
    assert b"1.2.840" not in data


@pytest.mark.parametrize("step_hu", [1.0, 0.1])
def test_an_independent_reader_sees_the_same_values(tmp_path: Path, step_hu: float) -> None:
    hu = (RNG.integers(0, 4096, (30, 44)) * step_hu - 1024).astype(np.float32)
    path = tmp_path / "slice.png"
    path.write_bytes(hu_png(image(hu, step_hu)))
    stored = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    assert stored.dtype == np.uint16
    with Image.open(path) as opened:
        about = json.loads(opened.info[KEY])
    np.testing.assert_allclose(stored * about["slope"] + about["intercept"], hu, atol=1e-3)


# ---- which files these are


def test_other_pictures_are_ready_made() -> None:
    deep = np.linspace(0, 65535, 224 * 224).astype(np.uint16).reshape(224, 224)
    out = io.BytesIO()
    Image.fromarray(deep).save(out, "PNG")
    assert not is_hu_png(out.getvalue())
    pixels = model_pixels(out.getvalue())
    assert pixels.shape == (224, 224, 3)
    assert (pixels[0, 0, 0], pixels[-1, -1, 0]) == (0, 255)
    shallow = png(FINE, np.zeros((8, 8), np.uint8))
    assert not is_hu_png(shallow)
    assert not is_hu_png(b"")
    assert not is_hu_png(b"\x89PNG\r\n\x1a\n" + KEY.encode())
    assert is_hu_png(png(FINE))


# ---- broken and hostile bytes


@pytest.mark.parametrize(
    "about",
    [
        "",
        "no JSON",
        "null",
        "[]",
        "3",
        "[" * 200_000,
        '{"a":' * 100_000,
        "x" * 2_000_000,
        '{"slope": ' + "9" * 10_000 + "}",
        {},
        *(
            {key: value for key, value in FINE.items() if key != missing}
            for missing in ("slope", "intercept", "spacing_mm")
        ),
        *(
            {**FINE, key: bad}
            for key in ("slope", "intercept", "position_mm")
            for bad in ([], {}, "", "a", 1e300, 1e7, float("nan"), float("inf"))
        ),
        *(
            {**FINE, "spacing_mm": bad}
            for bad in (
                None,
                [],
                [1],
                [1, 2, 3],
                [0, 1],
                [-1, 1],
                [1, None],
                ["a", "b"],
                [1e9, 1],
                5,
                {},
            )
        ),
    ],
)
def test_text_that_means_nothing(about: Any) -> None:
    data = png(about)
    with pytest.raises(UserError, match="damaged"):
        read_hu_png(data)
    assert read_position_mm(data) in {None, 3.5}


def test_text_that_is_missing() -> None:
    with pytest.raises(UserError, match="damaged"):
        read_hu_png(png(FINE).replace(KEY.encode(), b"ichdesk-HU"))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width: int, height: int, depth: int = 16, color: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))


def built(*chunks: bytes) -> bytes:
    text = chunk(b"tEXt", KEY.encode() + b"\0" + json.dumps(FINE).encode())
    first, *others = chunks
    return b"\x89PNG\r\n\x1a\n" + first + text + b"".join(others) + chunk(b"IEND", b"")


def test_bombs() -> None:
    zeros = chunk(b"IDAT", zlib.compress(bytes(2**20), 9))
    for side in (5_700, 9_000, 60_000, 2**31 - 1):  # up to 9 exabytes
        data = built(header(side, side), zeros)
        assert is_hu_png(data)
        with pytest.raises(UserError):
            read_hu_png(data)
    packed = chunk(b"zTXt", KEY.encode() + b"\0\0" + zlib.compress(bytes(2**26), 9))
    with pytest.raises(UserError, match="damaged"):
        read_hu_png(built(header(4, 4), packed, chunk(b"IDAT", zlib.compress(bytes(36)))))


def test_a_second_header_that_says_color() -> None:
    data = built(header(4, 4), header(4, 4, 8, 2), chunk(b"IDAT", zlib.compress(bytes(52))))
    assert is_hu_png(data)
    with pytest.raises(UserError, match="damaged"):
        read_hu_png(data)


GOOD = hu_png(image(RNG.integers(-1000, 2000, (9, 7))))


def try_to_read(data: bytes) -> None:
    try:
        seen = read_hu_png(data)
    except UserError as error:
        assert str(error).endswith(".")
    else:
        assert seen.hu.ndim == 2
        assert np.isfinite(seen.hu).all()
    read_position_mm(data[:1024])


def test_cut_off() -> None:
    """What is read of a part is all or nothing, never a slice that is half empty."""
    whole, read = read_hu_png(GOOD).hu, 0
    for length in range(len(GOOD)):
        try:
            np.testing.assert_array_equal(read_hu_png(GOOD[:length]).hu, whole)
        except UserError:
            continue
        read += 1
    assert read <= 4 + 4 + 12  # the two check sums and the end mark can be done without


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 3), st.binary(max_size=6)),
        min_size=1,
        max_size=5,
    )
)
def test_bytes_replaced_removed_and_put_in(changes: list[tuple[int, int, bytes]]) -> None:
    data = GOOD
    for place, removed, added in changes:
        data = data[:place] + added + data[place + removed :]
    try_to_read(data)


KINDS = st.sampled_from([b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"tEXt", b"zTXt", b"iTXt", b"acTL"])
BODIES = st.binary(max_size=40) | st.binary(max_size=80).map(zlib.compress)
HEADERS = st.builds(header, st.integers(0, 9), st.integers(0, 9), st.just(16), st.just(0))
ANY_HEADERS = st.builds(
    header, st.integers(0, 2**32 - 1), st.integers(0, 9), st.integers(0, 17), st.integers(0, 7)
)
CHUNKS = st.lists(st.builds(chunk, KINDS, BODIES) | HEADERS | ANY_HEADERS, max_size=5)


@settings(max_examples=1000, deadline=None)
@given(HEADERS | ANY_HEADERS, CHUNKS)
def test_chunks_whose_sums_are_right(first: bytes, chunks: list[bytes]) -> None:
    try_to_read(built(first, *chunks))
