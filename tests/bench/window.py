"""The main job in the real window with the real worker: seconds, and peak memory of both.

`python tests/bench/window.py PROJECT [--prepared]`; with it, Train is clicked when the images have
been made ready in the background, as for a person who looks at them first.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import psutil
from PySide6.QtCore import QEventLoop

from ichdesk.app import Desk, build
from ichdesk.core.run import RunPhase
from ichdesk.phantom import phantom_jpegs
from ichdesk.session.state import Change, WorkerStatus

PREDICTIONS = 20


def wait_until(desk: Desk, condition: Callable[[], bool]) -> float:
    """Run the event loop until a change of the session makes the condition true; seconds."""
    start_s = perf_counter()
    loop = QEventLoop()

    def look(_: Change) -> None:
        if condition():
            loop.quit()

    desk.session.subscribe(look)
    if not condition():
        loop.exec()
    return perf_counter() - start_s


def train(desk: Desk) -> float:
    """Click Train and wait for the end; seconds."""
    desk.session.train()
    run = desk.session.run
    assert run is not None
    seconds = wait_until(desk, lambda: not run.is_active)
    assert run.phase is RunPhase.DONE, run.error
    return seconds


def is_prepared(desk: Desk) -> bool:
    """Whether all images are ready for a training."""
    preparation = desk.session.preparation
    return 0 < preparation.done == preparation.total and not preparation.is_going


def predict_ms(desk: Desk, folder: Path) -> float:
    """Median time from the drop of a file to its bars."""
    times = []
    for number, data in enumerate(phantom_jpegs("Hemorrhage", PREDICTIONS, 7)):
        path = folder / f"{number}.jpg"
        path.write_bytes(data)
        desk.session.preview_files([path])
        times.append(wait_until(desk, lambda name=path.name: _is_shown(desk, name)))
    return 1000 * statistics.median(times)


def _is_shown(desk: Desk, name: str) -> bool:
    images = desk.session.preview
    return bool(images) and images[0].name == name and images[0].probabilities is not None


def peak_mb(process: psutil.Process) -> float:
    """Largest resident memory so far (VmHWM of Linux; the present one elsewhere)."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return float(process.memory_info().rss / 2**20)
    line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Do the job and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--prepared", action="store_true")
    options = parser.parse_args()
    desk = build()
    desk.window.resize(1600, 940)
    desk.window.show()
    wait_until(desk, lambda: desk.session.worker.status is WorkerStatus.READY)
    desk.session.open(options.project)
    figures = {"open_s": wait_until(desk, lambda: desk.session.path is not None)}
    desk.window.show_under_the_hood(True)
    if options.prepared:
        figures["prepared_s"] = wait_until(desk, lambda: is_prepared(desk))
    figures["first_train_s"] = train(desk)
    assert desk.session.run is not None
    figures["head_s"] = desk.session.run.seconds["train"]
    figures["second_train_s"] = train(desk)
    with tempfile.TemporaryDirectory() as folder:
        figures["predict_ms"] = predict_ms(desk, Path(folder))
    me = psutil.Process()
    workers = [child for child in me.children() if "spawn_main" in " ".join(child.cmdline())]
    figures["window_mb"] = peak_mb(me)
    figures["worker_mb"] = max(map(peak_mb, workers))
    print(json.dumps(figures), flush=True)
    desk.close()


if __name__ == "__main__":
    main()
