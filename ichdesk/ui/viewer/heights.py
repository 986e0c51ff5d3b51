"""Where slices lie along their series, read from the first bytes of each."""

from collections.abc import Iterable

from ichdesk.core.samples import Sample
from ichdesk.imaging.hu_png import read_position_mm

_HEAD_BYTES = 1024


def read_heights(samples: Iterable[Sample]) -> dict[str, float]:
    """Position in mm by content; samples that do not say theirs are left out."""
    found = ((sample.sha256, read_position_mm(_head(sample))) for sample in samples)
    return {digest: height for digest, height in found if height is not None}


def _head(sample: Sample) -> bytes:
    try:
        with sample.path.open("rb") as file:
            file.seek(sample.offset)
            return file.read(min(_HEAD_BYTES, sample.length))
    except OSError:
        return b""
