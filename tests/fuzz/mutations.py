"""Bytes made wrong: at random, and so that what stands around them still holds."""

import copy
import gzip
import io
import json
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Mutate = Callable[[bytes, Random, Sequence[bytes]], bytes]

_PNG = b"\x89PNG\r\n\x1a\n"
_NUMBERS = (0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63)
_TEXTS = (
    *("", " ", ".", "..", "../../x", "/etc/passwd", "C:\\x", "\\\\host\\x", "con", "nul.txt"),
    *("a\0b", "a\nb", "\ud800", "\u202eabc", "🩸" * 50, "x" * 300, "<script>", "%s%n", "{0}"),
    *("manifest.json", "project.json", "runs/1.json", "A-!-0.jpg", "-!-", "a-!-b-!-1.png"),
)
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63, 10**30, 10**400, 0.5, -0.0, 1e308, -1e-308),
    *([], {}, [[]], [None], [0] * 50, {"": None}, "1", "1e5"),
)
_DEEP = 3_000
_LONGEST_JSON = 40_000  # as what is copied within a document grows


def damaged(data: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """A few bytes changed, moved, put in or taken away."""
    broken = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        broken = chance.choice(_STEPS)(broken, chance, others)
    return bytes(broken)


def _place(length: int, chance: Random) -> int:
    """Anywhere, but mostly where headers and directories are."""
    near = min(length, 512)
    return chance.choice(
        (chance.randint(0, length), chance.randint(0, near), length - chance.randint(0, near))
    )


def _one_byte(data: bytearray, chance: Random, _: Sequence[bytes]) -> bytearray:
    if data:
        data[min(_place(len(data), chance), len(data) - 1)] = chance.randrange(256)
    return data


def _number(data: bytearray, chance: Random, _: Sequence[bytes]) -> bytearray:
    size, order = chance.choice((1, 2, 4, 8)), chance.choice(("little", "big"))
    at = _place(len(data), chance)
    raw = (chance.choice(_NUMBERS) % 2 ** (8 * size)).to_bytes(size, order)  # type: ignore[arg-type]
    data[at : at + size] = raw
    return data


def _cut_out(data: bytearray, chance: Random, _: Sequence[bytes]) -> bytearray:
    at = _place(len(data), chance)
    del data[at : at + chance.choice((1, 2, 4, 16, 200))]
    return data


def _repeated(data: bytearray, chance: Random, _: Sequence[bytes]) -> bytearray:
    at, size = _place(len(data), chance), chance.choice((1, 4, 16, 200, 2000))
    data[at:at] = data[at : at + size] * chance.choice((1, 1, 1, 20))
    return data


def _put_in(data: bytearray, chance: Random, _: Sequence[bytes]) -> bytearray:
    at = _place(len(data), chance)
    data[at:at] = chance.randbytes(chance.choice((1, 3, 8, 64)))
    return data


def _cut_off(data: bytearray, chance: Random, _: Sequence[bytes]) -> bytearray:
    del data[_place(len(data), chance) :]
    return data


def _crossed(data: bytearray, chance: Random, others: Sequence[bytes]) -> bytearray:
    other = chance.choice(others)
    start = _place(len(other), chance)
    piece = other[start : start + chance.choice((4, 32, 500, 5000))]
    at = _place(len(data), chance)
    data[at : at + len(piece) * chance.randint(0, 1)] = piece
    return data


_STEPS = (_one_byte, _one_byte, _number, _number, _cut_out, _repeated, _put_in, _cut_off, _crossed)


def with_right_sums(data: bytes) -> bytes:
    """A PNG whose chunks are changed, but whose checksums are right."""
    if not data.startswith(_PNG):
        return data
    out, at = [_PNG], len(_PNG)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 4 : at + 8 + length]
        out += [data[at : at + 4], body, zlib.crc32(body).to_bytes(4, "big")]
        at += 12 + length
    return b"".join([*out, data[at:]])


def damaged_image(data: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Like `damaged`; the sums of a PNG mostly stay right, or nothing behind them is looked at."""
    broken = damaged(data, chance, others)
    return with_right_sums(broken) if chance.random() < 0.7 else broken


def damaged_gzip(data: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """Like `damaged`, inside or outside of the packing."""
    try:
        plain = gzip.decompress(data) if chance.random() < 0.5 else None
    except (OSError, EOFError, zlib.error):  # not packed, or damaged before
        plain = None
    if plain is None:
        return damaged(data, chance, others)
    return gzip.compress(damaged(plain, chance, others), 1)


def damaged_json(data: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """A document with a few parts replaced, removed, moved or renamed, or nested without end."""
    if chance.random() < 0.03:
        return chance.choice((b"[" * _DEEP, b'{"a":' * _DEEP, b"9" * 5000, b"\xff\xfe{}"))
    try:
        document = json.loads(data) if len(data) < _LONGEST_JSON else None
    except (ValueError, RecursionError):
        document = None
    if document is None:
        return damaged(data, chance, others)
    for _ in range(chance.choice((1, 1, 2, 4))):
        document = _edited(document, chance)
    try:
        return json.dumps(document).encode("utf-8", "surrogatepass")
    except ValueError:  # a digit too many for Python
        return data


def _edited(document: Any, chance: Random) -> Any:
    places = list(_containers(document))
    if not places:
        return copy.deepcopy(chance.choice(_VALUES))
    inside = chance.choice(places)
    keys: list[Any] = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
    if not keys:
        return document
    key, what = chance.choice(keys), chance.randrange(7)
    if what <= 2:
        inside[key] = copy.deepcopy(chance.choice((*_VALUES, *_TEXTS)))
    elif what == 3:
        del inside[key]
    elif what == 4:  # what stands elsewhere
        inside[key] = copy.deepcopy(chance.choice(places))
    elif what == 5 and isinstance(inside, dict):
        inside[chance.choice(_TEXTS)] = inside.pop(key)
    elif isinstance(inside, list):
        inside.extend(copy.deepcopy(inside[: 300 // max(1, len(inside))]))
    elif isinstance(inside[key], int | float):
        inside[key] = -inside[key] * chance.choice((1, 2, 1000))
    return document


def _containers(value: Any) -> list[Any]:
    found = []
    level = [value]
    while level:
        item = level.pop()
        if isinstance(item, dict | list):
            found.append(item)
            level.extend(item.values() if isinstance(item, dict) else item)
    return found


def behind_length(width: int) -> Mutate:
    """Mutates the JSON header of a file that begins with the header's length in so many bytes."""

    def mutate(data: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
        if len(data) < width or chance.random() < 0.4:
            return damaged(data, chance, others)
        length = int.from_bytes(data[:width], "little")
        header = damaged_json(data[width : width + length], chance, [b"{}"])
        return len(header).to_bytes(width, "little") + header + data[width + length :]

    return mutate


def damaged_zip(data: bytes, chance: Random, others: Sequence[bytes]) -> bytes:
    """A zip with entries changed, renamed, removed or doubled, then perhaps damaged as well."""
    if chance.random() < 0.35:
        return damaged(data, chance, others)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [(name, archive.read(name)) for name in archive.namelist()]
    except Exception:  # it was damaged before  # noqa: BLE001
        return damaged(data, chance, others)
    for _ in range(chance.choice((1, 1, 2, 5))):
        _edit_entries(entries, chance)
    packed = _zipped(entries, chance)
    return damaged(packed, chance, others) if chance.random() < 0.2 else packed


def _edit_entries(entries: list[tuple[str, bytes]], chance: Random) -> None:
    if not entries:
        return
    at = chance.randrange(len(entries))
    name, data = entries[at]
    what = chance.randrange(8)
    if what <= 3:
        is_json = data.startswith((b"{", b"["))
        change = damaged_json if is_json and chance.random() < 0.9 else damaged_image
        entries[at] = name, change(data, chance, [each for _, each in entries])
    elif what == 4:
        entries[at] = chance.choice((*_TEXTS, name.upper(), f"x/{name}", name + "/")), data
    elif what == 5:
        del entries[at]
    elif what == 6:
        entries.append((chance.choice((name, *_TEXTS)), data))
    else:
        entries[at] = name, chance.choice(entries)[1]


def _zipped(entries: list[tuple[str, bytes]], chance: Random) -> bytes:
    out = io.BytesIO()
    method = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method, compresslevel=1) as archive:
        warnings.simplefilter("ignore")  # of entries of one name
        for name, data in entries:
            clean = name.encode("utf-8", "replace").decode()
            archive.writestr(zipfile.ZipInfo(clean), data, method)
    return out.getvalue()
