"""How the bytes of a slice in Hounsfield units are told from those of a ready-made picture."""

HU_KEY = "ichdesk-hu"
_SIGN = b"\x89PNG\r\n\x1a\n"
_GRAY_16 = b"\x10\x00"  # bit depth and color type in the header
_HEAD_BYTES = 1024


def is_hu_png(data: bytes) -> bool:
    """Whether these are the bytes of such a slice; true even if they are damaged further on."""
    head = data[:_HEAD_BYTES]
    return head.startswith(_SIGN) and head[24:26] == _GRAY_16 and HU_KEY.encode() in head
