"""The size of a compressed frame from its own header, so that no decoder is asked for too much."""

import struct

_JPEG_START, _J2K_START = b"\xff\xd8", b"\xff\x4f\xff\x51"
# start-of-frame markers (ITU-T T.81 table B.1: C0 to CF but C4, C8, CC; T.87: F7)
_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN = 0xDA
_LONGEST_HEAD = 2**16


def declared_size(frame: bytes) -> tuple[int, int, int] | None:
    """Rows, columns and samples per pixel of a JPEG, JPEG-LS or JPEG 2000 stream, or None."""
    if frame.startswith(_JPEG_START):
        return _jpeg_size(frame)
    at = frame.find(_J2K_START, 0, _LONGEST_HEAD)  # behind boxes, if it is a JP2 file
    if at < 0 or len(frame) < at + 42:
        return None
    # ITU-T T.800 A.5.1: size of the reference grid, then offset of the image in it
    columns, rows, left, top = struct.unpack_from(">4L", frame, at + 8)
    (samples,) = struct.unpack_from(">H", frame, at + 40)
    return rows - top, columns - left, samples


def _jpeg_size(frame: bytes) -> tuple[int, int, int] | None:
    at = 2
    while at + 10 <= len(frame) and frame[at] == 0xFF:
        marker = frame[at + 1]
        if marker in _FRAMES:
            rows, columns, samples = struct.unpack_from(">2HB", frame, at + 5)
            return rows, columns, samples
        if marker == _SCAN:
            return None
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        else:
            at += 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
    return None
