"""Any image file to samples: one of a picture, one of each slice of a scan."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_VOLUME_BYTES
from ichdesk.imaging.burned_in import has_text, shows_text
from ichdesk.imaging.decode import decode_sample, sample_jpeg, unknown_kind
from ichdesk.imaging.dicom.decoders import Decoders
from ichdesk.imaging.dicom.identity import Pseudonyms
from ichdesk.imaging.dicom.start import DEFLATED
from ichdesk.imaging.hu_png import hu_png, is_hu_png, read_hu_png
from ichdesk.imaging.kinds import HEAD_BYTES, Kind, kind_of
from ichdesk.imaging.quiet import quiet
from ichdesk.imaging.slices import HuImage, Place, Slice, shown_jpeg
from ichdesk.imaging.turns import LARGE_BYTES, turn

_META_BYTES = 4096  # more than the first part of a DICOM file ever has
_GZIP_WINDOW = zlib.MAX_WBITS + 16


@dataclass(frozen=True, slots=True)
class Encoded:
    """The bytes of a sample, and what is known of it.

    Attributes:
        data: A ready-made picture, or a slice as `hu_png` writes it.
        place: Of a slice; None for a picture that is of no scan.
        shows_text: Text, such as a name, was seen on it.
    """

    data: bytes
    place: Place | None
    shows_text: bool


def read_samples(data: bytes, pseudonyms: Pseudonyms, decoders: Decoders) -> Iterator[Encoded]:
    """Encode what a file shows as samples.

    Raises:
        UserError: The file cannot be used; what came before is good.
    """
    if kind_of(data[:HEAD_BYTES]) is Kind.PICTURE and not is_hu_png(data):
        picture = sample_jpeg(data)
        yield Encoded(picture, None, has_text(decode_sample(picture)))
        return
    for image in read_slices(data, pseudonyms, decoders):
        yield Encoded(slice_sample(image), image.place, shows_text(image))


def read_slices(data: bytes, pseudonyms: Pseudonyms, decoders: Decoders) -> Iterator[Slice]:
    """Read the slices of a DICOM or NIfTI file, packed by gzip or not, or the one of a sample.

    Raises:
        UserError: The file cannot be used; what came before is good.
    """
    kind = kind_of(data[:HEAD_BYTES])
    if is_hu_png(data):
        yield read_hu_png(data)
        return
    unpacks = kind is Kind.GZIP or data.find(DEFLATED, 0, _META_BYTES) >= 0
    with turn(unpacks or len(data) > LARGE_BYTES):
        if kind is Kind.GZIP:
            data = _unpacked(data)
            kind = kind_of(data[:HEAD_BYTES])
        # the libraries behind take half a second to load, and most people never need them
        if kind is Kind.DICOM:
            from ichdesk.imaging.dicom import reader  # noqa: PLC0415

            slices = reader.read_slices(data, pseudonyms, decoders)
        elif kind is Kind.NIFTI:
            from ichdesk.imaging import nifti  # noqa: PLC0415

            slices = nifti.read_slices(data, pseudonyms)
        else:
            raise unknown_kind()
        with quiet():
            yield from slices


def read_one(data: bytes) -> bytes:
    """Make the sample of a file's only picture, or of the slice in the middle of a scan.

    Raises:
        UserError: The file cannot be used.
    """
    if kind_of(data[:HEAD_BYTES]) in {Kind.PICTURE, None} and not is_hu_png(data):
        return sample_jpeg(data)
    nobody = Pseudonyms()
    with Decoders() as decoders:
        wanted = _count(read_slices(data, nobody, decoders)) // 2
        for number, image in enumerate(read_slices(data, nobody, decoders)):
            if number == wanted:
                return slice_sample(image)
    raise UserError("It holds no picture.")


def _count(slices: Iterator[Slice]) -> int:
    """How many slices come before the file ends or is damaged."""
    count = 0
    try:
        for _ in slices:
            count += 1
    except UserError:
        if not count:
            raise
    return count


def slice_sample(image: Slice) -> bytes:
    """Hounsfield units are kept; what has none is shown as its file wants it."""
    return hu_png(image) if isinstance(image, HuImage) else shown_jpeg(image)


def _unpacked(data: bytes) -> bytes:
    stream = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = stream.decompress(data, MAX_VOLUME_BYTES + 1)
    except zlib.error as error:
        raise UserError("The packed file is damaged and cannot be read.") from error
    if len(plain) > MAX_VOLUME_BYTES:
        raise UserError(f"The file unpacks to more than {MAX_VOLUME_BYTES // 2**20} MB.")
    if not stream.eof:
        raise UserError("The packed file is cut off.")
    return plain
