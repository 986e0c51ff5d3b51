"""What kind of image file begins with some bytes."""

from enum import Enum, auto

from ichdesk.core.limits import MAX_IMAGE_BYTES, MAX_VOLUME_BYTES
from ichdesk.imaging.decode import is_image_start
from ichdesk.imaging.dicom.start import HEAD_BYTES as _DICOM_HEAD_BYTES
from ichdesk.imaging.dicom.start import is_dicom_start

HEAD_BYTES = _DICOM_HEAD_BYTES

_GZIP = b"\x1f\x8b\x08"
# length of the header in either byte order: NIfTI-1 has 348 bytes, NIfTI-2 540
_NIFTI = (b"\x5c\x01\0\0", b"\0\0\x01\x5c", b"\x1c\x02\0\0", b"\0\0\x02\x1c")


class Kind(Enum):
    """How the bytes of a file are to be read."""

    PICTURE = auto()
    DICOM = auto()
    NIFTI = auto()
    GZIP = auto()


def kind_of(head: bytes) -> Kind | None:
    """The kind of a file by its first bytes, at best `HEAD_BYTES`; None if it is no image."""
    if head.startswith(_NIFTI):
        return Kind.NIFTI
    if is_dicom_start(head):  # first: its preamble may be the start of a TIFF
        return Kind.DICOM
    if is_image_start(head):
        return Kind.PICTURE
    return Kind.GZIP if head.startswith(_GZIP) else None


def largest_bytes(kind: Kind) -> int:
    """How large a file of a kind may be."""
    return MAX_IMAGE_BYTES if kind is Kind.PICTURE else MAX_VOLUME_BYTES
