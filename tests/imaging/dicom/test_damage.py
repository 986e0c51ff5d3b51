"""Broken, cut and hostile files: a slice or a sentence each, and never more memory than allowed."""

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import psutil
import pydicom
import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from ichdesk.core.errors import UserError
from ichdesk.imaging.dicom.codestream import declared_size
from ichdesk.imaging.dicom.decoders import Compressed, Decoders
from ichdesk.imaging.slices import Slice
from tests.fakes.scans import RAMP, axial, ct, written

Read = Callable[[bytes], Iterator[Slice]]

ROOT = Path(pydicom.__file__).parent / "data" / "test_files"
CASES = 2500
SECONDS = 20.0
_COMPRESSED = (
    *("MR_small_RLE.dcm", "MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm"),
    *("SC_rgb_small_odd_jpeg.dcm", "JPEGLSNearLossless_16.dcm"),
)
_PIXEL_TAG = b"\xe0\x7f\x10\x00"


def plain_seeds() -> list[bytes]:
    enhanced = ct(RAMP, **axial(5, "1.2"), WindowCenter=[40, 80], WindowWidth=[80, 200])
    syntaxes = (
        *(ImplicitVRLittleEndian, ExplicitVRLittleEndian),
        *(ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian),
    )
    names = ("rtdose_expb.dcm", "CT_small.dcm", "SC_rgb_small_odd.dcm", "examples_palette.dcm")
    small = [(ROOT / name).read_bytes()[:200_000] for name in names[:3]]
    seeds = [written(ct(RAMP, **axial(1, "1.2")), syntax) for syntax in syntaxes]
    return [*seeds, written(enhanced), *small]


def damaged(data: bytes, chance: random.Random) -> bytes:
    broken = bytearray(data)
    start = max(0, data.rfind(_PIXEL_TAG)) if chance.random() < 0.3 else 0
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(start, len(broken))
        broken[at] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
    return bytes(broken[: chance.randrange(len(broken))] if chance.random() < 0.2 else broken)


def survives(read: Read, data: bytes) -> bool:
    try:
        return len(list(read(data))) > 0
    except UserError as error:
        assert str(error).endswith((".", "…")), error
        return False


def test_thousands_of_damaged_files_end_in_a_sentence(read: Read) -> None:
    chance, seeds = random.Random(5), plain_seeds()
    before_mb = psutil.Process().memory_info().rss / 2**20
    end_s, fine, done = monotonic() + SECONDS, 0, 0
    while done < CASES and monotonic() < end_s:
        fine += survives(read, damaged(chance.choice(seeds), chance))
        done += 1
    assert done > 300  # even on a busy computer
    assert 0 < fine < done
    assert psutil.Process().memory_info().rss / 2**20 < before_mb + 300


@pytest.mark.parametrize("name", _COMPRESSED)
def test_damaged_compressed_files_end_in_a_sentence(read: Read, name: str) -> None:
    chance, data = random.Random(name), (ROOT / name).read_bytes()
    end_s = monotonic() + SECONDS / 10
    for _ in range(CASES // 10):
        survives(read, damaged(data, chance))
        if monotonic() > end_s:
            break
    assert survives(read, data)


def test_a_decoder_that_crashes_takes_nothing_with_it(decoders: Decoders, read: Read) -> None:
    """A damaged stream that ends python-gdcm 3.2 with a segmentation fault."""
    chance, data = random.Random(1), (ROOT / "SC_rgb_jpeg_gdcm.dcm").read_bytes()
    threads = threading.active_count()
    for _ in range(12):
        survives(read, damaged(data, chance))
    assert survives(read, data)
    assert threading.active_count() == threads


def test_the_processes_end_with_their_owner() -> None:
    me = psutil.Process()
    before = {child.pid for child in me.children()}
    with Decoders() as decoders:
        with pytest.raises(UserError, match="damaged"):
            decoders.decode(Compressed("1.2.840.10008.1.2.5", "pylibjpeg", {}, b"nothing"))
        started = [child for child in me.children() if child.pid not in before]
        assert started
    assert not any(child.is_running() for child in started)


def test_a_process_that_is_killed_is_replaced(read: Read, decoders: Decoders) -> None:
    data = (ROOT / "MR_small_RLE.dcm").read_bytes()
    assert survives(read, data)
    for child in psutil.Process().children():
        if "spawn_main" in " ".join(child.cmdline()):
            child.kill()
    results = [survives(read, data) for _ in range(8)]
    assert results[-1]


J2K = "MR_small_jp2klossless.dcm"


def test_a_stream_that_claims_more_than_the_header_is_not_decoded(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (ROOT / J2K).read_bytes()
    at = data.index(b"\xff\x4f\xff\x51") + 8
    huge = data[:at] + (60_000).to_bytes(4, "big") * 2 + data[at + 8 :]

    def decode(*_: object) -> None:
        raise AssertionError("such a frame must not reach a decoder")

    monkeypatch.setattr(Decoders, "decode", decode)
    with pytest.raises(UserError, match="damaged"):
        list(read(huge))


@pytest.mark.parametrize(
    ("stream", "size"),
    [
        (b"\xff\xd8\xff\xe0\0\4AB\xff\xc3\0\x0b\x0c\1\2\3\4\1\1\x11\0", (0x102, 0x304, 1)),
        (b"\xff\xd8\xff\xff\xf7\0\x0b\x10\0\5\0\6\3\1\x11\0", (5, 6, 3)),
        (b"\xff\xd8\xff\xda\0\4AB", None),
        (b"\xff\xd8", None),
        (b"", None),
        (b"\xff\x4f\xff\x51\0", None),
    ],
)
def test_size_of_a_stream(stream: bytes, size: tuple[int, int, int] | None) -> None:
    assert declared_size(stream) == size
