"""Image files of every kind to what the network sees of them, one after another, none kept."""

import os
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from threading import Event

from ichdesk.core.ahead import ahead
from ichdesk.core.errors import UserError
from ichdesk.core.steps import Steps
from ichdesk.imaging.decode import sample_jpeg
from ichdesk.imaging.dicom.decoders import Decoders
from ichdesk.imaging.dicom.identity import Pseudonyms
from ichdesk.imaging.kinds import HEAD_BYTES, Kind, kind_of
from ichdesk.imaging.pictures import read_slices, slice_sample
from ichdesk.imaging.pipeline import Pixels, model_pixels
from ichdesk.imaging.sources import Source
from ichdesk.imaging.turns import LARGE_BYTES, turn

_MOST_THREADS = 8
_AHEAD_PER_THREAD = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """What the network sees of a picture or slice, (224, 224, 3), and the key of the patient."""

    pixels: Pixels
    patient: str | None = None


@dataclass(slots=True)
class FileRead:
    """What came of a file.

    Attributes:
        source: The file.
        shown: Its picture or its slices, in order.
        is_scan: It is DICOM or NIfTI, whose name may be an identifier.
        problem: Why there are no more of them, a sentence; "" if it is whole.
    """

    source: Source
    shown: list[Shown] = field(default_factory=list)
    is_scan: bool = False
    problem: str = ""


def read_files(
    sources: Sequence[Source], steps: Steps, pseudonyms: Pseudonyms
) -> Generator[FileRead, None, None]:
    """Read files on several threads, a few of them ahead of the caller.

    Every slice of a scan is read, as an import would read it.

    Args:
        sources: Files and entries of zips.
        steps: What happens to slices in Hounsfield units.
        pseudonyms: Makes the keys of patients, and learns their names.
    """
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    stop = Event()
    with Decoders() as decoders, ThreadPoolExecutor(threads, "read") as pool:
        show = partial(_shown, steps=steps, pseudonyms=pseudonyms, decoders=decoders)
        read = partial(_read, show=show, stop=stop)
        try:
            with closing(ahead(pool, read, sources, threads * _AHEAD_PER_THREAD)) as files:
                yield from files
        finally:
            stop.set()


def _read(source: Source, show: "partial[Iterator[Shown]]", stop: Event) -> FileRead:
    file = FileRead(source)
    if stop.is_set():
        return file
    try:
        with turn(source.size > LARGE_BYTES):
            data = source.read()
            file.is_scan = kind_of(data[:HEAD_BYTES]) not in {Kind.PICTURE, None}
            for shown in show(data):
                file.shown.append(shown)
                if stop.is_set():
                    break
    except UserError as error:
        file.problem = str(error)
    return file


def _shown(
    data: bytes, steps: Steps, pseudonyms: Pseudonyms, decoders: Decoders
) -> Iterator[Shown]:
    if kind_of(data[:HEAD_BYTES]) is Kind.PICTURE:
        yield Shown(model_pixels(sample_jpeg(data)))
        return
    for image in read_slices(data, pseudonyms, decoders):
        yield Shown(model_pixels(slice_sample(image), steps), image.place.patient)
