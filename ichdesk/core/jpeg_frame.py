"""The size of a JPEG picture from its frame header, without decoding it."""

import struct

FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of the frame headers of ITU-T T.81, table B.1; JPEG-LS (T.87) has 0xF7."""
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN = 0xDA


def jpeg_frame(data: bytes, frames: frozenset[int] = FRAMES) -> tuple[int, int, int] | None:
    """Rows, columns and samples per pixel; None if no frame header comes before the first scan.

    Args:
        data: A stream that begins with the marker 0xFFD8.
        frames: Which markers count as frame headers.
    """
    at = 2
    while at + 10 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in frames:
            rows, columns, samples = struct.unpack_from(">2HB", data, at + 5)
            return rows, columns, samples
        if marker == _SCAN:
            return None
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
