"""DICOM told by its first bytes, with or without the standard's preamble."""

HEAD_BYTES = 132
DEFLATED = b"1.2.840.10008.1.2.1.99"  # the transfer syntax of files that unpack to more

_MAGIC_AT = 128  # PS3.10 7.1
_META, _IDENTIFYING = 0x0002, 0x0008  # groups that a file may begin with
_VRS = frozenset({b"UL", b"OB", b"UI", b"SH", b"CS", b"DA", b"TM", b"LO", b"SQ", b"PN", b"ST"})
_LONGEST_FIRST_VALUE = 2**12


def is_dicom_start(head: bytes) -> bool:
    """Whether a file that begins with these bytes, at best `HEAD_BYTES`, may be DICOM."""
    return head[_MAGIC_AT : _MAGIC_AT + 4] == b"DICM" or _is_bare(head)


def _is_bare(head: bytes) -> bool:
    """Whether the bytes are a first element as old programs write it, without a preamble."""
    if len(head) < 12:
        return False
    for order in ("little", "big"):
        group = int.from_bytes(head[:2], order)
        element = int.from_bytes(head[2:4], order)
        if group in {_META, _IDENTIFYING} and element <= 0x0100:
            length = int.from_bytes(head[4:8], order)
            return head[4:6] in _VRS or length <= _LONGEST_FIRST_VALUE
    return False
