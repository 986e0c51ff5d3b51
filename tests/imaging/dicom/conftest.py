"""One set of decoding processes for all tests of a module."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from ichdesk.imaging.dicom.decoders import Decoders
from ichdesk.imaging.dicom.identity import Pseudonyms
from ichdesk.imaging.pictures import read_slices
from ichdesk.imaging.slices import Slice

Read = Callable[[bytes], Iterator[Slice]]


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    with Decoders() as decoders:
        yield decoders


@pytest.fixture(scope="module")
def read(decoders: Decoders) -> Read:
    """Reads the slices of a file."""
    return partial(read_slices, pseudonyms=Pseudonyms(b"salt"), decoders=decoders)
