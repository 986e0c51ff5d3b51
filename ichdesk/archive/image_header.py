"""Size of a JPEG or PNG from its header alone, without decoding it."""

import struct

from ichdesk.core.jpeg_frame import jpeg_frame
from ichdesk.core.limits import MAX_PIXELS
from ichdesk.core.zip_entries import EntryError

_PNG_SIGN = b"\x89PNG\r\n\x1a\n"
_JPEG_SIGN = b"\xff\xd8\xff"
_JPEG_END = b"\xff\xd9"


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
        frame = jpeg_frame(data)
        return (frame[1], frame[0]) if frame else None
    return None


def check_image(data: bytes) -> None:
    """See that a sample's bytes are an image of a size that can be used.

    Raises:
        EntryError: They are not.
    """
    size = image_size(data)
    if size is None:
        raise EntryError("is no complete JPEG or PNG image")
    if not 0 < size[0] * size[1] <= MAX_PIXELS:
        raise EntryError(f"has {size[0]} x {size[1]} pixels, which cannot be used")
