"""Soak: `python tests/bench/soak.py --cycles 300`, the real window and the real worker in a loop.

Each cycle opens a project, trains, looks under the hood and at one window beside the main one,
predicts, edits, undoes, saves and starts anew. Printed are memory, threads, files, processes,
widgets and objects of Qt. It fails if memory after the last cycle is more than a tenth above that
after cycle 30 (or after a third of them), or if there is more of anything else.
"""

import argparse
import gc
import io
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

ROOT = Path(__file__).parents[2]
IMAGES, EPOCHS = 6, 3
WARM = 30
MORE = 1.1
_PATIENCE_S = 300.0
_LOOK_MS = 150
_LOOKS = 30
_OTHERS = ("cell-images", "viewer", "image-steps")


@dataclass(frozen=True, slots=True)
class Count:
    """What there is between two cycles, when all is closed; memory in MB."""

    window_mb: float
    worker_mb: float
    threads: int
    files: int
    processes: int
    widgets: int
    qobjects: int


def main() -> int:
    """Run the cycles; the exit code says whether anything was left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=300)
    parser.add_argument("--every", type=int, default=10, help="cycles between two lines")
    parser.add_argument("--kinds", action="store_true", help="list what there is more of")
    said = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as name:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        for kind in ("CACHE", "CONFIG", "DATA", "STATE"):
            os.environ[f"XDG_{kind}_HOME"] = f"{name}/{kind}"
        return soak(Path(name), said.cycles, said.every, kinds=said.kinds)


def soak(folder: Path, cycles: int, every: int, *, kinds: bool = False) -> int:
    """Run the cycles in one process; 1 if anything was left, else 0."""
    from PySide6.QtCore import qInstallMessageHandler

    from ichdesk.app import build
    from ichdesk.ui.settings import Settings

    qInstallMessageHandler(lambda *_: None)  # the offscreen platform, on what it cannot do
    project = write_project(folder)
    desk = build(Settings(folder / "window.json"), store_folder=folder / "store")
    warm, before = None, Counter[str]()
    try:
        desk.window.show()
        until(lambda: desk.session.worker.devices != (), "the worker is ready")
        for number in range(1, cycles + 1):
            cycle(desk, project, number)
            if number == min(WARM, max(1, cycles // 3)):
                warm, before = count(), census()
                show(number, warm)
            elif number % every == 0 or number == cycles:
                show(number, count())
        last = count()
        if kinds:
            print({k: n for k, n in (census() - before).items() if n > 1})
    finally:
        desk.close()
    assert warm is not None
    left = left_over(warm, last)
    print(f"left: {left}" if left else "nothing is left")
    return bool(left)


def left_over(warm: Count, last: Count) -> dict[str, tuple[float, float]]:
    """What there is more of at the end, and how much it was and is."""
    pairs = {key: (value, asdict(last)[key]) for key, value in asdict(warm).items()}
    may_grow = {key: MORE if key.endswith("_mb") else 1.0 for key in pairs}
    return {key: pair for key, pair in pairs.items() if pair[1] > may_grow[key] * pair[0]}


def write_project(folder: Path) -> Path:
    """A small project whose classes a network can tell apart."""
    from ichdesk.archive import SampleStore, save_project
    from ichdesk.core.config import TrainConfig
    from ichdesk.core.project import Project
    from ichdesk.core.samples import ClassBin

    path, rng = folder / "soak.ichdesk", np.random.default_rng(0)
    with SampleStore(folder / "first") as store:
        bins = []
        for shade, name in ((60, "Dark"), (180, "Light")):
            noise = rng.integers(0, 60, (IMAGES, 224, 224, 3), np.uint8)
            bins.append(ClassBin(name, tuple(store.add(jpeg(shade + each)) for each in noise)))
        save_project(Project(tuple(bins), TrainConfig(epochs=EPOCHS)), path)
    return path


def jpeg(pixels: np.ndarray) -> bytes:
    """A sample."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG")
    return out.getvalue()


def cycle(desk, project: Path, number: int) -> None:  # type: ignore[no-untyped-def]
    """Everything that one does with a project."""
    session = desk.session
    desk.open(project)
    until(lambda: session.path == project and session.job is None, "the project is open")
    assert session.train(), [notice.text for notice in session.notices]
    until(lambda: not session.is_training, "the training has ended")
    assert session.has_model, session.run
    look(desk, number)
    predict(session)
    add_image(session, project.with_name("another.png"))
    edit(session)
    target = project.with_name(f"saved-{number % 3}.ichdesk")
    session.save(target)
    until(lambda: session.path == target and not session.is_writing, "the project is saved")
    session.new()
    settle()


def look(desk, number: int) -> None:  # type: ignore[no-untyped-def]
    """Under the hood, and one of the windows beside the main one, each in its turn."""
    from ichdesk.ui.companions import ENTRIES

    window, companions = desk.window, desk.window.companions
    window.show_under_the_hood(True)
    settle(_LOOK_MS)
    name = (*ENTRIES, *_OTHERS)[number % (len(ENTRIES) + len(_OTHERS))]
    if name == "cell-images":
        companions.show_cell_images(None)
    elif name == "viewer":
        companions.show_sample(desk.session.project.classes[0].id, 0)
    elif name == "image-steps":
        companions.show_image_steps(window)
    else:
        companions.show(name)
    until(lambda: name in companions._open, "the window is open")
    settle(_LOOK_MS)
    companions.close()
    window.show_under_the_hood(False)
    settle()


def predict(session) -> None:  # type: ignore[no-untyped-def]
    """The model's answer for an image."""
    session.preview_samples(session.project.classes[0].id, [0])
    answered: Callable[[], bool] = lambda: bool(  # noqa: E731
        session.preview and session.preview[0].probabilities is not None
    )
    until(answered, "the model has answered")


def add_image(session, path: Path) -> None:  # type: ignore[no-untyped-def]
    """An image from a file."""
    Image.new("RGB", (300, 200), "gray").save(path)
    before = session.project.sample_count
    session.import_files([path], session.project.classes[0].id)
    until(lambda: session.project.sample_count > before, "the image is added")


def edit(session) -> None:  # type: ignore[no-untyped-def]
    """Edits of every kind, partly undone."""
    first = session.project.classes[0].id
    session.rename_class(first, "Renamed")
    session.remove_samples(first, [0, 1])
    session.add_class()
    session.set_config(replace(session.project.config, epochs=EPOCHS + 1))
    for _ in range(5):
        session.undo()
    session.redo()
    settle()


def until(condition: Callable[[], bool], what: str) -> None:
    """Let the window work until something has happened."""
    from PySide6.QtTest import QTest

    end_s = time.monotonic() + _PATIENCE_S
    while not condition():
        QTest.qWait(5)
        if time.monotonic() > end_s:
            raise TimeoutError(f"not in {_PATIENCE_S:.0f} s: {what}")


def settle(wait_ms: int = 10) -> None:
    """Let the window do what it has to, also what it has put off."""
    from PySide6.QtTest import QTest

    QTest.qWait(wait_ms)


def count() -> Count:
    """What there is now, once everything that is gone is gone."""
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QApplication

    gc.collect()
    threads = []
    for _ in range(_LOOKS):  # some end a moment later
        settle()
        threads.append(threading.active_count())
    gc.collect()
    me = psutil.Process()
    workers = me.children(recursive=True)
    objects = [each for each in gc.get_objects() if isinstance(each, QObject)]
    return Count(
        me.memory_info().rss / 2**20,
        max((each.memory_info().rss for each in workers), default=0) / 2**20,
        min(threads),
        len(os.listdir("/proc/self/fd")),  # noqa: PTH208
        len(workers),
        len(QApplication.allWidgets()),
        len(objects),
    )


def census() -> Counter[str]:
    """How many objects of each type there are."""
    return Counter(type(each).__qualname__ for each in gc.get_objects())


def show(number: int, found: Count) -> None:
    """Print a line."""
    values = " ".join(f"{key} {value:.0f}" for key, value in asdict(found).items())
    print(f"cycle {number:4}: {values}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
