"""Dropped files and folders turned into samples, class by class, on several cores."""

import os
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ichdesk.core.errors import UserError
from ichdesk.core.limits import MAX_CLASSES
from ichdesk.core.notes import Notes, shown_name
from ichdesk.core.samples import Sample
from ichdesk.imaging.decode import sample_jpeg
from ichdesk.imaging.sources import Placed, Source, find_sources

_MOST_THREADS = 8
_AHEAD_PER_THREAD = 2

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of the dropped paths.

    Attributes:
        classes: Class name, or None for the class they were dropped on, and samples in order.
        left_out: One sentence for each file that could not be used, up to a limit.
    """

    classes: tuple[tuple[str | None, tuple[Sample, ...]], ...]
    left_out: tuple[str, ...]


def gather(
    paths: Sequence[Path], add: Callable[[bytes], Sample], progress: Progress | None = None
) -> Gathered:
    """Make samples from image files, folders of them, folders of class folders, and zips.

    Args:
        paths: What was dropped; the files of the system (".DS_Store") in it are passed over.
        add: Keeps a sample's bytes; called in the calling thread, in order.
        progress: Told (done, total); whatever it raises stops the work and is passed on.

    Raises:
        UserError: `add` could not keep a sample.
    """
    notes = Notes()
    placed = find_sources(paths, notes)
    samples: dict[str | None, list[Sample]] = {}
    with closing(_decoded(placed)) as decoded:  # so that threads end when progress raises
        for done, (item, result) in enumerate(decoded):
            if progress:
                progress(done, len(placed))
            if isinstance(result, UserError):
                notes.add(f"{shown_name(item.source.name)} was left out. {result}")
            elif item.class_name not in samples and len(samples) == MAX_CLASSES:
                notes.add(
                    f"{shown_name(item.source.name)} is beyond the first {MAX_CLASSES} classes."
                )
            else:
                samples.setdefault(item.class_name, []).append(add(result))
    if progress:
        progress(len(placed), len(placed))
    classes = tuple((name, tuple(members)) for name, members in samples.items())
    return Gathered(classes, notes.sentences())


def _decoded(placed: Sequence[Placed]) -> Generator[tuple[Placed, bytes | UserError], None, None]:
    """The sample or the reason for each, in order; only a few are decoded ahead of the caller."""
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    waiting: deque[tuple[Placed, Future[bytes | UserError]]] = deque()
    with ThreadPoolExecutor(threads, "decode") as pool:
        try:
            for item in placed:
                waiting.append((item, pool.submit(_decode, item.source)))
                if len(waiting) > threads * _AHEAD_PER_THREAD:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def _decode(source: Source) -> bytes | UserError:
    try:
        return sample_jpeg(source.read())
    except UserError as error:
        return error
