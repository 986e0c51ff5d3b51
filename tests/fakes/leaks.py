"""A search of every byte below a folder for what `planted` puts into its files."""

import base64
import binascii
import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from tests.fakes.planted import MARK, NAMES, NUMBER, PATIENT_ID, TIME, UID_ROOT, WORDS, YEAR

_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_ENCODINGS = (
    *("utf-8", "latin-1", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"),
    *("iso2022_jp", "shift_jis", "euc_jp", "unicode_escape", "idna"),
)
_PNG = b"\x89PNG\r\n\x1a\n"
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_LONGEST_TEXT = 2**20
_DEEPEST = 4
_SHORTEST_NEEDLE = 6  # fewer bytes come up by chance


def leaks(root: Path, **said: str | bytes) -> list[str]:
    """Where something planted stands, in file names and contents and in what was said."""
    found = []
    for name, text in said.items():
        found += _in_bytes(name, text.encode() if isinstance(text, str) else text, 0)
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        found += _in_bytes(f"name {name}", str(name).encode("utf-8", "surrogateescape"), _DEEPEST)
        if path.is_file() and not path.is_symlink():
            found += _in_bytes(name, path.read_bytes(), 0)
    return found


def _in_bytes(where: str, data: bytes, depth: int) -> list[str]:
    found = [f"{where}: {hit!r}" for hit in _hits(data)]
    if depth < _DEEPEST:
        for name, inner in _inside(data):
            found += _in_bytes(f"{where} > {name}", inner, depth + 1)
    return found


def _hits(data: bytes) -> Iterator[bytes]:
    small = data.lower()  # of ASCII letters, as the needles are
    for needle in _NEEDLES:
        if (at := small.find(needle)) >= 0:
            yield data[max(0, at - 10) : at + len(needle) + 20]
    for first, pattern in _PATTERNS.items():
        if first in data and (match := re.search(pattern, data, re.IGNORECASE)):
            yield data[max(0, match.start() - 10) : match.end() + 20]


def _inside(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What is packed in some bytes."""
    yield from _zipped(data)
    yield from _pictures(data)
    if data.startswith(b"\x1f\x8b"):
        yield "gzip", gzip.decompress(data)
    if len(data) < _LONGEST_TEXT and _is_text(data):
        for number, match in enumerate(_BASE64.finditer(data)):
            try:
                yield f"base64 {number}", base64.b64decode(match[0], altchars=None)
            except binascii.Error:
                continue


def _zipped(data: bytes) -> Iterator[tuple[str, bytes]]:
    if not data.startswith(b"PK"):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield "zip comment", archive.comment
        for entry in archive.infolist():
            yield f"{entry.filename} (name)", entry.filename.encode() + entry.comment + entry.extra
            yield entry.filename, archive.read(entry)


def _pictures(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Texts and pixels of every PNG, wherever it begins."""
    for match in re.finditer(re.escape(_PNG), data):
        with Image.open(io.BytesIO(data[match.start() :])) as image:
            image.load()
            yield f"PNG at {match.start()}", repr(image.info).encode() + image.tobytes()


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _encoded(word: str) -> Iterator[bytes]:
    for text in {word, word.lower(), word.upper(), word.casefold(), word.title()}:
        for encoding in _ENCODINGS:
            try:
                yield text.encode(encoding)
            except UnicodeError:
                continue


def _digests(identifier: str) -> Iterator[bytes]:
    """What anybody could compute without a secret."""
    data = identifier.encode()
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        digest = hashlib.new(name, data)
        yield from (digest.digest(), digest.hexdigest()[:16].encode())
    for size in (8, 16, 20, 32):
        short = hashlib.blake2b(data, digest_size=size)
        yield from (short.digest(), short.hexdigest().encode())
    yield f"{zlib.crc32(data):08x}{zlib.adler32(data):08x}".encode()


_IDENTIFIERS = (PATIENT_ID, f"{UID_ROOT}.1", f"{UID_ROOT}.2", *NAMES.values())
_NEEDLES = {
    needle.lower()
    for needle in (
        *(n for word in (MARK, NUMBER, *WORDS) for n in _encoded(word)),
        *(digest for identifier in _IDENTIFIERS for digest in _digests(identifier)),
    )
    if len(needle) >= _SHORTEST_NEEDLE
}
_PATTERNS = {
    first.encode(): b"|".join(part.encode() for part in parts)
    for first, parts in {
        YEAR: (
            rf"(?<![\d.]){YEAR}[-./ ]?[01]\d[-./ ]?[0-3]\d",
            rf"(?<!\d)[0-3]?\d[-./ ][0-3]?\d[-./ ]{YEAR}(?!\d)",
            rf"({_MONTHS})[a-z]*[-. ,]+([0-3]?\d[ ,]+)?{YEAR}",
        ),
        TIME: (rf"(?<![\d.]){TIME}(?!\d)",),
        f"{TIME[:2]}:": (rf"(?<!\d){TIME[:2]}:{TIME[2:4]}:{TIME[4:]}",),
    }.items()
}
