"""What autosave and recovery cost: `python -m tests.bench.journal`, on the clock and the CPU."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, thread_time

from ichdesk.archive import SampleStore
from ichdesk.archive.journal import TABLE_NAME, JournalWriter, Unsaved
from ichdesk.archive.journal_reader import read_left_work, restore_left_work
from ichdesk.archive.spool_folder import JOURNAL_NAME
from ichdesk.core.project import Project
from ichdesk.core.run_book import NO_RUNS
from ichdesk.core.samples import ClassBin
from tests.ui.conftest import jpeg

COUNTS = (250, 1_000, 4_000, 16_000, 32_000)
_IMAGE_BYTES = 12_000


def made_project(store: SampleStore, count: int) -> Project:
    """Four classes of different images, of 12 kB each, with patients."""
    image = jpeg(1)
    fill = bytes(_IMAGE_BYTES - len(image) - 2)
    samples = [
        replace(store.add(image[:-2] + i.to_bytes(4, "big") + fill + image[-2:]), patient=_key(i))
        for i in range(count)
    ]
    return Project(tuple(ClassBin(name, tuple(samples[k::4])) for k, name in enumerate("ABCD")))


def _key(number: int) -> str:
    return hashlib.sha256(f"{number // 30}".encode()).hexdigest()[:16]


def edits(project: Project) -> dict[str, Project]:
    """The same project after an edit of each kind."""
    first, last = project.classes[0].id, project.classes[3].id
    half = range(0, len(project.classes[0].samples), 2)
    return {
        "rename a class": project.rename_class(first, "Z"),
        "remove an image": project.remove_samples(first, [5]),
        "move half a class": project.move_samples(first, half, last),
        "test set of half a class": project.mark_samples(first, half),
    }


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Time on the clock and of this thread, ms."""
    began, began_cpu = perf_counter(), thread_time()
    work()
    return 1e3 * (perf_counter() - began), 1e3 * (thread_time() - began_cpu)


def measure(count: int, folder: Path) -> None:
    """Print a row for each kind of write."""
    with SampleStore(folder / "old") as store, SampleStore(folder / "new") as other:
        project, place = made_project(store, count), store.folder()
        writer, when = JournalWriter(place), datetime.now(UTC)
        states = {"first, with the table": project} | edits(project)
        for name, state in states.items():
            wall, cpu = timed(lambda s=state: writer.write(Unsaved(s, NO_RUNS, None), when))
            print(f"{count:>6}  {name:<26} {wall:8.1f} {cpu:8.1f}")
        size = [(place / name).stat().st_size / 1e6 for name in (TABLE_NAME, JOURNAL_NAME)]
        print(f"{count:>6}  table, journal (MB)        {size[0]:8.2f} {size[1]:8.2f}")
        wall, cpu = timed(lambda: read_left_work(place))
        print(f"{count:>6}  look at the next start     {wall:8.1f} {cpu:8.1f}")
        wall, cpu = timed(lambda: restore_left_work(place, other, None, tuple))
        print(f"{count:>6}  restore                    {wall:8.1f} {cpu:8.1f}")


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores\n count  what                        wall ms   cpu ms")
    for number in COUNTS:
        base = Path(tempfile.mkdtemp(prefix="ichdesk-bench-"))
        try:
            measure(number, base)
        finally:
            shutil.rmtree(base)
