"""The size of a compressed frame from its own header, so that no decoder is asked for too much."""

import struct

from ichdesk.core.jpeg_frame import FRAMES, jpeg_frame

_JPEG_START, _J2K_START = b"\xff\xd8", b"\xff\x4f\xff\x51"
_FRAMES = FRAMES | {0xF7}  # JPEG-LS
_LONGEST_HEAD = 2**16


def declared_size(frame: bytes) -> tuple[int, int, int] | None:
    """Rows, columns and samples per pixel of a JPEG, JPEG-LS or JPEG 2000 stream, or None."""
    if frame.startswith(_JPEG_START):
        return jpeg_frame(frame, _FRAMES)
    at = frame.find(_J2K_START, 0, _LONGEST_HEAD)  # behind boxes, if it is a JP2 file
    if at < 0 or len(frame) < at + 42:
        return None
    # ITU-T T.800 A.5.1: size of the reference grid, then offset of the image in it
    columns, rows, left, top = struct.unpack_from(">4L", frame, at + 8)
    (samples,) = struct.unpack_from(">H", frame, at + 40)
    return rows - top, columns - left, samples
