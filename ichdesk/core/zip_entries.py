"""A zip read entry by entry without trusting it, and salvaged where its directory is lost.

The layout is that of PKWARE's APPNOTE 6.3.10, sections 4.3.7 to 4.3.16. Nothing is ever extracted
by name, sizes are checked on the bytes that arrive, and entries may not share bytes.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from ichdesk.core.limits import MAX_ENTRIES

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCAL_SIGN, _CENTRAL_SIGN, _END_SIGN = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END_64_SIGN, _DESCRIPTOR_SIGN = b"PK\x06\x06", b"PK\x07\x08"
_LOCATOR_BYTES = 20
_DESCRIPTOR_BYTES = 16
_LONGEST_COMMENT = 0xFFFF
_LARGEST_DIRECTORY = 256 * 2**20
_CHUNK = 2**20
_IN_EXTRA = 0xFFFFFFFF
_ENCRYPTED, _DESCRIPTOR_FOLLOWS, _UTF_8 = 0x1, 0x8, 0x800
_STORED, _DEFLATED = 0, 8
_TOO_MUCH = "belongs to a file that unpacks to far too much"


class NotZipError(Exception):
    """The bytes are no zip, not even a damaged one."""


class EntryError(Exception):
    """An entry that cannot be read; the message is a phrase such as "is encrypted"."""


class _DirectoryError(Exception):
    """The central directory is missing or makes no sense."""


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """Where an entry lies and how it is packed.

    Attributes:
        name: As text, with any NUL or backslash in it; never a path to write to.
        offset: Of the local header.
        packed: Bytes in the file.
        method: 0 stored, 8 deflated.
        flags: General purpose bits.
        crc: CRC-32 of the unpacked bytes, or None where the file does not say.
        problem: Why it is not to be read, a phrase, or "".
    """

    name: str
    offset: int
    packed: int
    method: int
    flags: int
    crc: int | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ZipIndex:
    """The entries of a zip in the order of its directory.

    Attributes:
        entries: At most `MAX_ENTRIES`.
        damaged: The directory was unusable and the file was searched for entries.
        cut_short: There were more entries than the limit.
    """

    entries: tuple[ZipEntry, ...]
    damaged: bool = False
    cut_short: bool = False


def read_index(file: BinaryIO) -> ZipIndex:
    """List the entries of a zip from its directory, or from a search if that is unusable.

    Raises:
        NotZipError: There is neither a directory nor an entry.
    """
    size = file.seek(0, 2)
    file.seek(0)
    starts_as_zip = file.read(4) == _LOCAL_SIGN
    try:
        entries = list(_first(_directory_entries(file, size)))
        damaged = False
    except (_DirectoryError, struct.error) as error:
        if not starts_as_zip:
            raise NotZipError from error
        entries = list(_first(_searched_entries(file, size)))
        damaged = True
    cut_short = len(entries) > MAX_ENTRIES
    return ZipIndex(_checked(entries[:MAX_ENTRIES], size), damaged, cut_short)


class UnpackBudget:
    """Bytes that the compressed entries of one zip may still unpack to, all together."""

    def __init__(self, left: int) -> None:
        self.left = left


def read_entry(file: BinaryIO, entry: ZipEntry, limit: int, budget: UnpackBudget) -> bytes:
    """Unpack one entry of at most `limit` bytes.

    Raises:
        EntryError: It is encrypted, damaged, cut off, too large or oddly compressed.
    """
    if problem := entry.problem or _table_problem(entry, limit):
        raise EntryError(problem)
    file.seek(entry.offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(_LOCAL_SIGN):
        raise EntryError("is damaged")
    name_length, extra_length = struct.unpack_from("<2H", header, 26)
    file.seek(name_length + extra_length, 1)
    packed = file.read(entry.packed)
    if len(packed) < entry.packed:
        raise EntryError("is cut off")
    data = packed if entry.method == _STORED else _inflated(packed, limit, budget)
    if entry.crc is not None and zlib.crc32(data) != entry.crc:
        raise EntryError("is damaged")
    return data


def _table_problem(entry: ZipEntry, limit: int) -> str:
    if entry.flags & _ENCRYPTED:
        return "is encrypted"
    if entry.method not in {_STORED, _DEFLATED}:
        return "is compressed in a way that cannot be read here"
    if entry.packed > limit + limit // 100 + 100:
        return _too_large(limit)
    return ""


def _too_large(limit: int) -> str:
    return f"is larger than {limit // 2**20} MB"


def _inflated(packed: bytes, limit: int, budget: UnpackBudget) -> bytes:
    if budget.left <= 0:
        raise EntryError(_TOO_MUCH)
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    allowed = min(limit, budget.left)
    try:
        data = stream.decompress(packed, allowed + 1)
    except zlib.error as error:
        raise EntryError("is damaged") from error
    budget.left -= len(data)
    if len(data) > limit:
        raise EntryError(_too_large(limit))
    if len(data) > allowed:
        raise EntryError(_TOO_MUCH)
    if not stream.eof:
        raise EntryError("is cut off")
    return data


def _first(entries: Iterator[ZipEntry]) -> Iterator[ZipEntry]:
    for number, entry in enumerate(entries):
        yield entry
        if number == MAX_ENTRIES:  # one more than allowed, so that the excess is seen
            return


def _checked(entries: list[ZipEntry], size: int) -> tuple[ZipEntry, ...]:
    """Mark entries that run out of the file or into the next one, a trick to unpack to a lot."""
    ordered = sorted(range(len(entries)), key=lambda i: (entries[i].offset, -i))
    problems: dict[int, str] = {}
    next_offset = size
    for number in reversed(ordered):
        entry = entries[number]
        end = entry.offset + _LOCAL.size + len(entry.name) + entry.packed
        if end > size:
            problems[number] = "is cut off"
        elif end > next_offset:
            problems[number] = "shares its bytes with another entry"
        next_offset = entry.offset
    for number, problem in problems.items():
        entries[number] = replace(entries[number], problem=problem)
    return tuple(entries)


def _directory_entries(file: BinaryIO, size: int) -> Iterator[ZipEntry]:
    start, length, count, shift = _find_directory(file, size)
    file.seek(start)
    directory = file.read(min(length, _LARGEST_DIRECTORY))
    position, found = 0, 0
    while position < len(directory):
        entry, position = _central_entry(directory, position, shift)
        yield entry
        found += 1
    if found & 0xFFFF != count & 0xFFFF:  # writers without zip64 wrap the count
        raise _DirectoryError


def _find_directory(file: BinaryIO, size: int) -> tuple[int, int, int, int]:
    """Start, length and number of entries, and how far the whole zip lies behind its offsets."""
    tail_start = max(0, size - _END.size - _LONGEST_COMMENT - _END_64.size - _LOCATOR_BYTES)
    file.seek(tail_start)
    tail = file.read()
    at = tail.rfind(_END_SIGN)
    if at < 0:
        raise _DirectoryError
    _, _, _, _, count, length, offset, _ = _END.unpack_from(tail, at)
    at_64 = at - _LOCATOR_BYTES - _END_64.size
    if at_64 >= 0 and tail[at_64:].startswith(_END_64_SIGN):
        *_, count, length, offset = _END_64.unpack_from(tail, at_64)
        at = at_64
    start = tail_start + at - length
    if start < 0 or start < offset:
        raise _DirectoryError
    return start, length, count, start - offset


def _central_entry(directory: bytes, position: int, shift: int) -> tuple[ZipEntry, int]:
    fields = _CENTRAL.unpack_from(directory, position)
    sign, _, _, flags, method, _, _, crc, packed, size, name_len, extra_len, note_len = fields[:13]
    offset = fields[-1]
    name_at = position + _CENTRAL.size
    extra_at = name_at + name_len
    end = extra_at + extra_len + note_len
    if sign != _CENTRAL_SIGN or end > len(directory):
        raise _DirectoryError
    if _IN_EXTRA in {packed, size, offset}:
        extra = directory[extra_at : extra_at + extra_len]
        packed, offset = _large_values(extra, size, packed, offset)
    name = _decoded(directory[name_at:extra_at], flags)
    return ZipEntry(name, offset + shift, packed, method, flags, crc), end


def _large_values(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int]:
    """Packed size and offset, from the zip64 extra field where the table has no room for them."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            values = iter(
                struct.unpack(f"<{length // 8}Q", extra[at + 4 : at + 4 + length // 8 * 8])
            )
            _ = next(values, size) if size == _IN_EXTRA else size
            packed = next(values, packed) if packed == _IN_EXTRA else packed
            offset = next(values, offset) if offset == _IN_EXTRA else offset
            break
        at += 4 + length
    return packed, offset


def _decoded(raw: bytes, flags: int) -> str:
    if flags & _UTF_8:
        return raw.decode("utf-8", "replace")
    try:
        return raw.decode("utf-8")  # macOS writes UTF-8 without saying so
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _searched_entries(file: BinaryIO, size: int) -> Iterator[ZipEntry]:
    """Entries found by their local headers, for a zip whose directory is lost."""
    at = _find(file, 0, (_LOCAL_SIGN,), size)
    while at + _LOCAL.size <= size:
        file.seek(at)
        fields = _LOCAL.unpack(file.read(_LOCAL.size))
        _, _, flags, method, _, _, crc, packed, _, name_len, extra_len = fields
        data_at = at + _LOCAL.size + name_len + extra_len
        name = _decoded(file.read(name_len), flags)
        checksum: int | None = crc
        if flags & _DESCRIPTOR_FOLLOWS and not packed:
            packed, checksum = _undeclared_length(file, data_at, size), None
        yield ZipEntry(name, at, packed, method, flags, checksum)
        end = data_at + packed
        at = _find(file, end if end <= size else data_at, (_LOCAL_SIGN,), size)


def _undeclared_length(file: BinaryIO, data_at: int, size: int) -> int:
    end = _find(file, data_at, (_LOCAL_SIGN, _CENTRAL_SIGN), size)
    file.seek(max(data_at, end - _DESCRIPTOR_BYTES))
    if file.read(4) == _DESCRIPTOR_SIGN:
        end -= _DESCRIPTOR_BYTES
    return max(0, end - data_at)


def _find(file: BinaryIO, start: int, signs: tuple[bytes, ...], size: int) -> int:
    """Position of the first of these 4-byte signs from `start` on, or `size`."""
    length = 64  # the next entry mostly begins at once; look further only if it does not
    while start < size:
        file.seek(start)
        chunk = file.read(length)
        hits = [at for sign in signs if (at := chunk.find(sign)) >= 0]
        if hits:
            return start + min(hits)
        if len(chunk) < length:
            return size
        start += length - 3  # a sign may lie across two chunks
        length = min(4 * length, _CHUNK)
    return size
