"""Image files of every kind to what the network sees of them, one after another, none kept."""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from threading import Event

from ichdesk.core.ahead import ahead
from ichdesk.core.errors import UserError
from ichdesk.core.steps import Steps
from ichdesk.imaging.decode import sample_jpeg
from ichdesk.imaging.dicom.decoders import Decoders
from ichdesk.imaging.dicom.identity import Pseudonyms
from ichdesk.imaging.hu_png import is_hu_png
from ichdesk.imaging.kinds import HEAD_BYTES, Kind, kind_of
from ichdesk.imaging.pictures import read_slices, slice_sample
from ichdesk.imaging.pipeline import Pixels, model_pixels
from ichdesk.imaging.sources import Placed, Source
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
    placed: Sequence[Placed], steps: Steps, pseudonyms: Pseudonyms
) -> Generator[FileRead, None, None]:
    """Read files on several threads, a few of them ahead of the caller.

    Every slice of a scan is read, all as an import would read them.

    Args:
        placed: Files and entries of zips; of those with a manifest, it may say the patient.
        steps: What happens to slices in Hounsfield units.
        pseudonyms: Makes the keys of patients, and learns their names.
    """
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    stop = Event()
    with Decoders() as decoders, ThreadPoolExecutor(threads, "read") as pool:
        show = partial(_shown, steps=steps, pseudonyms=pseudonyms, decoders=decoders)
        read = partial(_read, show=show, stop=stop, pseudonyms=pseudonyms)
        try:
            with closing(ahead(pool, read, placed, threads * _AHEAD_PER_THREAD)) as files:
                yield from files
        finally:
            stop.set()


def _read(
    item: Placed,
    show: Callable[[bytes], Iterator[Shown]],
    stop: Event,
    pseudonyms: Pseudonyms,
) -> FileRead:
    file = FileRead(item.source)
    if stop.is_set():
        return file
    try:
        with turn(item.source.size > LARGE_BYTES):
            data = item.source.read()
            file.is_scan = kind_of(data[:HEAD_BYTES]) not in {Kind.PICTURE, None}
            known = _known_patient(item, data, pseudonyms)
            for shown in show(data):
                file.shown.append(replace(shown, patient=shown.patient or known))
                if stop.is_set():
                    break
    except UserError as error:
        file.problem = str(error)
    return file


def _known_patient(item: Placed, data: bytes, pseudonyms: Pseudonyms) -> str | None:
    """What the manifest beside a file says."""
    if item.manifest is None:
        return None
    manifest, name = item.manifest
    origin = manifest.find(name, sha256(data).hexdigest())
    return pseudonyms.kept("patient", origin.patient) if origin else None


def _shown(
    data: bytes, steps: Steps, pseudonyms: Pseudonyms, decoders: Decoders
) -> Iterator[Shown]:
    if kind_of(data[:HEAD_BYTES]) is Kind.PICTURE and not is_hu_png(data):
        yield Shown(model_pixels(sample_jpeg(data)))
        return
    for image in read_slices(data, pseudonyms, decoders):
        yield Shown(model_pixels(slice_sample(image), steps), image.place.patient)
