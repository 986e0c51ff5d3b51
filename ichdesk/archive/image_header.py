"""Size of a JPEG or PNG from its header alone, without decoding it."""

import struct

_PNG_SIGN = b"\x89PNG\r\n\x1a\n"
_JPEG_SIGN = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"
# start-of-frame markers hold the size: C0 to CF but C4, C8 and CC (ITU-T T.81, table B.1)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_SCAN = 0xDA


def is_png(data: bytes) -> bool:
    """Whether the bytes begin as a PNG does."""
    return data.startswith(_PNG_SIGN)


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in px, or None if this is no complete JPEG or PNG."""
    if is_png(data):
        if data[12:16] != b"IHDR" or len(data) < 45 or b"IEND" not in data[-64:]:
            return None
        width, height = struct.unpack_from(">2L", data, 16)
        return width, height
    if data.startswith(_JPEG_SIGN) and data.rfind(_JPEG_END) > 0:
        return _jpeg_size(data)
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">2H", data, at + 5)
            return width, height
        if marker == _SCAN:
            return None
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
