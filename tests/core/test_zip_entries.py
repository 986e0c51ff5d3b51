"""The directory of a zip, in its stranger forms."""

import io
import random
import struct
import zipfile
from dataclasses import replace

import pytest

from ichdesk.core import zip_entries
from ichdesk.core.zip_entries import (
    EntryError,
    NotZipError,
    UnpackBudget,
    ZipEntry,
    read_entry,
    read_index,
)

BUDGET = 2**30


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def read_all(raw: bytes) -> dict[str, bytes]:
    file = io.BytesIO(raw)
    budget = UnpackBudget(BUDGET)
    return {e.name: read_entry(file, e, 2**20, budget) for e in read_index(file).entries}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_names_and_bytes_are_those_of_zipfile(method: int) -> None:
    entries = {"a": b"x" * 1000, "ü/🧠": b"", "b": random.Random(0).randbytes(70_000)}
    raw = zipped(entries, method)
    assert read_all(raw) == entries
    assert read_all(b"#!junk\n" + raw + b"comment") == entries
    assert read_all(zipped({})) == {}


def test_more_entries_than_the_old_format_counts() -> None:
    entries = {f"{i}": b"" for i in range(70_000)}
    index = read_index(io.BytesIO(zipped(entries)))
    assert not index.damaged
    assert len(index.entries) == 70_000


def test_large_values_stand_in_the_extra_field() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("a", "w", force_zip64=True) as file:
        file.write(b"large")
    raw = bytearray(out.getvalue())
    at = raw.find(b"PK\x01\x02")
    extra = struct.pack("<2H3Q", 1, 24, 5, 5, 0)
    raw[at + 20 : at + 28] = b"\xff" * 8
    raw[at + 30 : at + 32] = struct.pack("<H", len(extra))
    raw[at + 42 : at + 46] = b"\xff" * 4
    raw[at + 47 : at + 47] = extra
    end = raw.find(b"PK\x05\x06")
    raw[end + 12 : end + 16] = struct.pack("<L", end - at)
    assert read_all(bytes(raw)) == {"a": b"large"}


def test_names_without_the_utf8_flag() -> None:
    raw = zipped({"aaaa": b"1", "bb": b"2"})
    raw = raw.replace(b"aaaa", "üü".encode()).replace(b"bb", b"\x81x")
    assert read_all(raw) == {"üü": b"1", "üx": b"2"}


@pytest.mark.parametrize(
    "raw", [b"", b"PK", b"\0" * 100, b"PK\x05\x06", b"PK\x05\x06" + b"\xff" * 18]
)
def test_no_zip(raw: bytes) -> None:
    with pytest.raises(NotZipError):
        read_index(io.BytesIO(raw))


def test_search_finds_entries_across_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_entries, "_CHUNK", 67)
    entries = {str(i): random.Random(i).randbytes(i * 13) for i in range(40)}
    raw = zipped(entries)
    raw = raw[: raw.find(b"PK\x01\x02")]
    assert read_index(io.BytesIO(raw)).damaged
    assert read_all(raw) == entries
    broken = bytearray(raw)
    at = broken.find(b"PK\x03\x04", 2000)
    broken[at + 18 : at + 22] = b"\xff" * 4  # a size far behind the end
    index = read_index(io.BytesIO(bytes(broken)))
    assert [e.name for e in index.entries] == list(entries)
    assert sum(bool(e.problem) for e in index.entries) == 1


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"flags": 1}, "encrypted"),
        ({"method": 12}, "compressed in a way"),
        ({"crc": 5}, "damaged"),
        ({"offset": 3}, "damaged"),
        ({"packed": 10**6}, "cut off"),
        ({"packed": 10**9}, "larger than 1 MB"),
        ({"method": 8}, "damaged"),
        ({"problem": "is odd"}, "is odd"),
    ],
)
def test_reasons(changes: dict[str, object], word: str) -> None:
    file = io.BytesIO(zipped({"a": b"\xffdata"}))
    (entry,) = read_index(file).entries
    changed: ZipEntry = replace(entry, **changes)  # type: ignore[arg-type]
    with pytest.raises(EntryError, match=word):
        read_entry(file, changed, 2**20, UnpackBudget(BUDGET))


def test_a_cut_deflate_stream_is_told() -> None:
    file = io.BytesIO(zipped({"a": random.Random(0).randbytes(5000)}, zipfile.ZIP_DEFLATED))
    (entry,) = read_index(file).entries
    with pytest.raises(EntryError, match="cut off"):
        read_entry(file, replace(entry, packed=100), 2**20, UnpackBudget(BUDGET))
