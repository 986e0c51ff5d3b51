"""Small files that claim or unpack to a lot: refused, or read within bounds of memory."""

import gzip
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest
from PIL import Image

from ichdesk.archive import SampleStore, open_project
from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_PIXELS
from ichdesk.imaging import decode, sources
from ichdesk.imaging.decode import sample_jpeg
from ichdesk.imaging.gather import gather
from ichdesk.imaging.pictures import read_one
from ichdesk.imaging.turns import turn
from tests.fakes.projects import picture
from tests.fuzz.seeds import packed, saved

MB = 2**20
HUGE = 60 * MB  # unpacked


def peak_mb(do: Callable[[], object]) -> float:
    """Memory that something took at its worst, in MB."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _status_mb("VmRSS")
    do()
    return _status_mb("VmHWM") - before


def _status_mb(key: str) -> float:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    match = re.search(rf"{key}:\s+(\d+)", text)
    assert match
    return int(match[1]) / 1024


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def png(width: int, height: int, *between: bytes) -> bytes:
    """A PNG of these claims that holds one line."""
    head = chunk(b"IHDR", struct.pack(">2L5B", width, height, 8, 6, 0, 0, 0))
    line = zlib.compress(bytes(1 + 4 * min(width, 99)))
    sign = b"\x89PNG\r\n\x1a\n"
    return b"".join([sign, head, *between, chunk(b"IDAT", line), chunk(b"IEND", b"")])


CLAIMS = {
    "png": png(2**31 - 1, 2**31 - 1),
    "png, flat": png(2**31 - 1, 1),
    "png, text": png(9, 9, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(HUGE), 9))),
    "png, profile": png(9, 9, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(HUGE), 9))),
    "bmp": b"BM" + struct.pack("<3L", 60, 0, 54) + struct.pack("<L2l2H", 40, 65000, 65000, 1, 24),
    "gif": b"GIF89a" + struct.pack("<2H", 65535, 65535) + bytes(3) + b"," + bytes(4) + b"\xff" * 6,
    "tiff": b"II*\0\x08\0\0\0\2\0"
    + struct.pack("<2HLL", 256, 4, 1, 10**6)
    + struct.pack("<2HLL", 257, 4, 1, 10**6),
    "jpeg": picture(1)[: picture(1).find(b"\xff\xc0") + 5] + b"\xff\xff\xff\xff" + bytes(60),
    "webp": b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff" * 6 + bytes(40),
    "nifti": gzip.compress(b"\x5c\x01\0\0" + bytes(HUGE)),
    "nifti in nifti": gzip.compress(gzip.compress(bytes(HUGE))),
}


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the memory")
@pytest.mark.parametrize("name", CLAIMS)
def test_claims_are_not_believed(name: str) -> None:
    def attempt() -> None:
        with pytest.raises(UserError):
            read_one(CLAIMS[name])

    attempt()  # what is loaded late
    assert len(CLAIMS[name]) < MB
    assert peak_mb(attempt) < 4 * HUGE / MB


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the memory")
@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("I;16", "PNG"), ("L", "GIF")])
def test_many_equal_pixels_take_a_few_times_their_own_memory(mode: str, kind: str) -> None:
    side = 3000
    data = saved(Image.new(mode, (side, side)), kind)
    assert len(data) < MB / 2
    pixels_mb = 4 * side * side / MB
    assert peak_mb(lambda: sample_jpeg(data)) < 5 * pixels_mb


def test_of_large_pictures_only_one_is_decoded_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(Image.new("L", (2100, 2100)), "PNG")
    began, ended = Event(), Event()
    monkeypatch.setattr(
        decode, "_sample_image", lambda image: began.set() or Image.new("RGB", (1, 1))
    )

    def read() -> None:
        sample_jpeg(data)
        ended.set()

    thread = Thread(target=read)
    with turn(True):
        thread.start()
        assert not began.wait(0.05)
    thread.join()
    assert ended.is_set()


def test_more_pixels_than_allowed_are_refused_before_they_are_decoded() -> None:
    side = int(MAX_PIXELS**0.5) + 2
    data = saved(Image.new("1", (side, side)), "PNG")
    with pytest.raises(UserError, match="million pixels"):
        sample_jpeg(data)


# --- zips --------------------------------------------------------------------------------------


def dropped(path: Path, data: bytes, store: SampleStore) -> tuple[int, tuple[str, ...]]:
    path.write_bytes(data)
    found = gather([path], store.add)
    return sum(len(samples) for _, samples in found.classes), found.left_out


def test_a_zip_in_a_zip_is_not_opened(tmp_path: Path, store: SampleStore) -> None:
    inner = packed({"a.jpg": picture(1)})
    for _ in range(5):
        inner = packed({"inner.zip": inner, "inner.jpg": inner})
    count, notes = dropped(tmp_path / "x.zip", packed({"b.jpg": picture(2), "c.zip": inner}), store)
    assert count == 1
    assert len(notes) == 1


def test_entries_of_a_dropped_zip_share_one_budget(
    tmp_path: Path, store: SampleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "unpacked_limit", lambda size: 3 * MB)
    bomb = picture(1) + bytes(2 * MB)
    files = {f"{i}.jpg": bomb for i in range(5)}
    data = packed(files, zipfile.ZIP_DEFLATED)
    assert len(data) < 20_000
    count, notes = dropped(tmp_path / "x.zip", data, store)
    assert count <= 2  # two threads may ask for the rest at once
    assert sum("far too much" in note for note in notes) >= 3


@pytest.mark.parametrize("size", [0xFFFFFFFE, 0xFFFFFFFF, 2**63, 2**64 - 1])
def test_four_gigabytes_that_are_not_there(tmp_path: Path, store: SampleStore, size: int) -> None:
    """Sizes and offsets of the directory, with and without zip64, that lead nowhere."""
    good, bad = picture(1), picture(2)
    data = bytearray(packed({"a.jpg": good, "b.jpg": bad}))
    at = data.rfind(b"PK\x01\x02")
    small = min(size, 0xFFFFFFFF)
    data[at + 20 : at + 28] = struct.pack("<2L", small, small)
    if size > small:
        extra = struct.pack("<2H3Q", 1, 24, size, size, size)
        data[at + 30 : at + 32] = struct.pack("<H", len(extra))
        data[at + 42 : at + 46] = b"\xff" * 4
        data[at + 46 + 5 : at + 46 + 5] = extra
        end = data.rfind(b"PK\x05\x06")
        old = struct.unpack_from("<L", data, end + 12)[0]
        data[end + 12 : end + 16] = struct.pack("<L", old + len(extra))
    count, notes = dropped(tmp_path / "x.zip", bytes(data), store)
    assert count == 1
    assert len(notes) >= 1
    path = tmp_path / "x.tm"
    path.write_bytes(bytes(data).replace(b"a.jpg", b"A-!-0.jpg"))
    with pytest.raises(UserError):
        open_project(path, store)


def test_a_directory_of_four_gigabytes(tmp_path: Path, store: SampleStore) -> None:
    data = bytearray(packed({"a.jpg": picture(1)}))
    end = data.rfind(b"PK\x05\x06")
    data[end + 12 : end + 20] = b"\xff" * 8
    count, notes = dropped(tmp_path / "x.zip", bytes(data), store)
    assert count == 1  # found by a search
    assert "is damaged" in notes[0]


def test_a_sparse_file_of_terabytes_is_not_read_whole(tmp_path: Path, store: SampleStore) -> None:
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.write(picture(1))
        file.truncate(2**40)
    found = gather([path], store.add)
    assert found.classes == ()
    assert "larger than" in found.left_out[0]


def test_names_in_a_zip_lead_nowhere(tmp_path: Path, store: SampleStore) -> None:
    names = ("../../a.jpg", "/etc/b.jpg", "C:\\c.jpg", "..\\d.jpg", "e.jpg", "E.JPG", "con.jpg")
    before = set(tmp_path.parent.rglob("*"))
    data = packed({name: picture(number) for number, name in enumerate(names)})
    count, _ = dropped(tmp_path / "x.zip", data, store)
    assert count == len(names) - 2  # what begins with a dot is passed over
    assert set(tmp_path.parent.rglob("*")) - before == {tmp_path / "x.zip"}
