"""Dropped files and folders turned into samples, class by class, on several cores."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import TypeAlias

from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_CLASSES
from ichdesk.core.names import usable_name
from ichdesk.core.notes import Notes, counted, shown_name
from ichdesk.core.sample_manifest import Origin
from ichdesk.core.samples import Sample
from ichdesk.imaging.dicom.decoders import Decoders
from ichdesk.imaging.dicom.identity import Pseudonyms, user_salt
from ichdesk.imaging.gathered import Gathered, Scans
from ichdesk.imaging.hu_png import is_hu_png
from ichdesk.imaging.order import in_order
from ichdesk.imaging.origins import Origins
from ichdesk.imaging.pictures import Encoded, read_samples
from ichdesk.imaging.slices import Place
from ichdesk.imaging.sources import Placed, find_sources
from ichdesk.imaging.turns import LARGE_BYTES, turn

_MOST_THREADS = 8
_AHEAD_PER_THREAD = 2
_BEYOND = f"is beyond the first {MAX_CLASSES} classes."
_NAMED_AFTER_A_PATIENT = "A file named after a patient"
_SECONDS_BETWEEN_LOOKS = 0.5  # at whether a long file is to be given up

Progress = Callable[[int, int], None]
_Read: TypeAlias = Callable[[bytes], Iterator[Encoded]]
_Problems: TypeAlias = list[tuple[str, str]]  # name of a file, and what to say after it
_Members: TypeAlias = dict[str | None, list["_Kept"]]


@dataclass(slots=True)
class _Decoded:
    """What came of one file: samples, why there are no more, and what a manifest says of it."""

    samples: list[Encoded] = field(default_factory=list)
    problem: UserError | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    """A sample of the import, and what its bytes do not say."""

    sample: Sample
    place: Place | None
    shows_text: bool


def gather(
    paths: Sequence[Path],
    add: Callable[[bytes], Sample],
    progress: Progress | None = None,
    *,
    one_class: bool = False,
) -> Gathered:
    """Make samples from images, scans, folders of them, folders of class folders, and zips.

    Slices of a series are put in the order of the anatomy. A folder with the name or number of a
    patient is never a class.

    Args:
        paths: What was dropped; the files of the system (".DS_Store") in it are passed over.
        add: Keeps a sample's bytes; called in the calling thread, in order.
        progress: Told (done, total); whatever it raises stops the work and is passed on.
        one_class: They were dropped on a class: slices go there, whatever folders they lie in,
            for these are named after patients, studies and series.

    Raises:
        UserError: `add` could not keep a sample.
    """
    notes, pseudonyms = Notes(), Pseudonyms(user_salt())
    tell = progress or _tell_nobody
    origins = Origins(notes)
    placed = [origins.placed(item) for item in find_sources(paths, notes)]
    members: _Members = {}
    problems: _Problems = []
    with Decoders() as decoders:
        read = partial(read_samples, pseudonyms=pseudonyms, decoders=decoders)
        with closing(_decoded(placed, read, tell)) as decoded:  # ends threads if progress raises
            for done, (item, result) in enumerate(decoded):
                tell(done, len(placed))
                problems.extend(_problem(item.source.name, result))
                for encoded in result.samples:
                    name = None if encoded.place and one_class else _class_name(item, result)
                    if name not in members and len(members) == MAX_CLASSES:
                        problems.append((item.source.name, _BEYOND))
                        break
                    kept = _kept(encoded, result.origin, add, pseudonyms)
                    members.setdefault(name, []).append(kept)
    tell(len(placed), len(placed))
    return _gathered(members, _discreet(notes, problems, paths, pseudonyms), pseudonyms, paths)


def _class_name(item: Placed, result: _Decoded) -> str | None:
    """The name of its folder, or, of an export, of the class for which that folder was made."""
    if item.class_name and result.origin and result.origin.class_name:
        return usable_name(result.origin.class_name.strip(), ())
    return item.class_name


def _kept(
    encoded: Encoded,
    origin: Origin | None,
    add: Callable[[bytes], Sample],
    pseudonyms: Pseudonyms,
) -> _Kept:
    sample, place = add(encoded.data), encoded.place
    patient, series = (place.patient, place.series) if place else (None, None)
    if origin is not None:
        patient = patient or pseudonyms.kept("patient", origin.patient)
        series = series or pseudonyms.kept("series", origin.series)
        sample = replace(sample, is_test=origin.is_test)
    if place is not None:
        place = replace(place, patient=patient, series=series)
        sample = replace(sample, is_hu=is_hu_png(encoded.data))
    return _Kept(replace(sample, patient=patient, series=series), place, encoded.shows_text)


def _tell_nobody(done: int, total: int) -> None:
    pass


def _gathered(
    members: _Members, left_out: tuple[str, ...], pseudonyms: Pseudonyms, paths: Sequence[Path]
) -> Gathered:
    public: _Members = {}
    for name, items in members.items():
        private = name is not None and pseudonyms.appear_in(name)
        public.setdefault(None if private else name, []).extend(items)
    return Gathered(
        tuple((name, _ordered(items)) for name, items in public.items()),
        left_out,
        _scans([kept for items in public.values() for kept in items]),
        frozenset(path.name for path in paths if pseudonyms.appear_in(path.name)),
    )


def _ordered(items: Sequence[_Kept]) -> tuple[Sample, ...]:
    return tuple(in_order([(kept.place, kept.sample) for kept in items]))


def _scans(found: Sequence[_Kept]) -> Scans:
    places = [kept.place for kept in found if kept.place]
    return Scans(
        len(places),
        len({place.series for place in places} - {None}),
        len({place.patient for place in places} - {None}),
        sum(place.is_labeled for place in places),
        sum(each.shows_text and not (each.place and each.place.is_labeled) for each in found),
    )


def _problem(file_name: str, result: _Decoded) -> _Problems:
    if result.problem is None:
        return []
    after = f" after its first {counted(len(result.samples), 'picture')}" if result.samples else ""
    return [(file_name, f"was left out{after}. {result.problem}")]


def _discreet(
    notes: Notes, problems: _Problems, paths: Sequence[Path], pseudonyms: Pseudonyms
) -> tuple[str, ...]:
    """What was left out, now that all patients' names are known, without them."""
    for name, what in problems:
        notes.add(f"{shown_name(name)} {what}")
    names = {name for name, _ in problems} | {path.name for path in paths}
    private = [shown_name(name) for name in names if pseudonyms.appear_in(name)]
    sentences = notes.sentences()
    for name in private:
        sentences = tuple(text.replace(name, _NAMED_AFTER_A_PATIENT) for text in sentences)
    return sentences


def _decoded(
    placed: Sequence[Placed], read: _Read, tell: Progress
) -> Generator[tuple[Placed, _Decoded], None, None]:
    """What came of each, in order; only a few are decoded ahead of the caller."""
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    waiting: deque[tuple[Placed, Future[_Decoded]]] = deque()
    stop = Event()
    done = 0
    with ThreadPoolExecutor(threads, "decode") as pool:
        try:
            for item in placed:
                waiting.append((item, pool.submit(_decode, item, read, stop)))
                if len(waiting) > threads * _AHEAD_PER_THREAD:
                    yield _next(waiting, partial(tell, done, len(placed)))
                    done += 1
            while waiting:
                yield _next(waiting, partial(tell, done, len(placed)))
                done += 1
        finally:
            stop.set()
            for _, future in waiting:
                future.cancel()


def _next(
    waiting: deque[tuple[Placed, Future[_Decoded]]], look: Callable[[], None]
) -> tuple[Placed, _Decoded]:
    item, future = waiting.popleft()
    while not wait([future], _SECONDS_BETWEEN_LOOKS).done:
        look()
    return item, future.result()


def _decode(item: Placed, read: _Read, stop: Event) -> _Decoded:
    decoded, source = _Decoded(), item.source
    try:
        with turn(source.size > LARGE_BYTES):
            data = source.read()
            if item.manifest is not None:
                manifest, file = item.manifest
                decoded.origin = manifest.find(file, sha256(data).hexdigest())
            for sample in read(data):
                decoded.samples.append(sample)
                if stop.is_set():
                    break
    except UserError as error:
        decoded.problem = error
    return decoded
