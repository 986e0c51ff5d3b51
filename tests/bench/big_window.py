"""What a project costs in the real window with the real worker: seconds, blocks, frames, memory.

A block is the longest time in which the window's thread went on without looking at its events: in
milliseconds of the processor, which others on the computer do not lengthen, and by the clock, which
also has what waited for another thread. `python big_window.py PROJECT MORE [WHAT...]` prints one
JSON object; MORE is a folder of images to add. With PROFILE=NAME in the environment, the step of
that name is profiled, with PROFILE=* all that have a long block.
"""

import cProfile
import gc
import json
import os
import pstats
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter, process_time, thread_time

import numpy as np
import numpy.typing as npt
import psutil
from PySide6.QtCore import QEventLoop, QItemSelectionModel, QTimer
from PySide6.QtWidgets import QApplication
from window import peak_mb

from ichdesk.app import Desk, build
from ichdesk.core.run import RunPhase
from ichdesk.core.split_facts import SplitFacts
from ichdesk.protocol import messages as msg
from ichdesk.session.observations import Wish
from ichdesk.session.session import Session
from ichdesk.session.state import WorkerStatus
from ichdesk.ui.settings import Settings

Figures = dict[str, float]

_TICK_MS = 2
_QUIET_TICKS = 40  # without a block, to call a step done
_QUIET_MS = 4.0
_FRAMES = 300
_FRAME_MS = 1000 / 60
_PATIENCE_S = 900.0
_LONG_MS, _LINES = 50.0, 45  # of a step that is shown where all are profiled, and of its profile
_COPIES = 3
_RUNS = 20
SIMILARITY = "similarity"
COMPANIONS = ("gallery", "similarity", "health", "heat-maps", "runs")


class Steps:
    """Does one thing after another in the window and notes what it cost."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.figures: Figures = {}
        self.is_silent = False  # the worker, because the training was none
        self._profiled = os.environ.get("PROFILE", "")

    def do(
        self,
        name: str,
        action: Callable[[], object],
        until: Callable[[], bool] = lambda: True,
    ) -> None:
        """Act in the event loop, and go on until the condition holds and the window rests."""
        profile = cProfile.Profile() if self._profiled in {name, "*"} else None
        loop, watch = QEventLoop(), _Watch()

        def tick() -> None:
            watch.tick()
            if watch.seconds > _PATIENCE_S:
                sys.exit(f"{name} did not end")
            if not watch.is_done and until():
                watch.done()
            if watch.is_done and watch.quiet >= _QUIET_TICKS:
                loop.quit()

        timer = QTimer(interval=_TICK_MS)
        timer.timeout.connect(tick)
        if profile:
            profile.enable()
        QTimer.singleShot(0, action)
        timer.start()
        watch.start()
        loop.exec()
        timer.stop()
        if profile:
            profile.disable()
            if watch.block_ms > _LONG_MS or name == self._profiled:
                shown = pstats.Stats(profile, stream=sys.stderr).sort_stats("cumulative")
                shown.print_stats(r"ichdesk|method|built-in", _LINES)
        self.figures[f"{name}: s"] = watch.ended_s
        self.figures[f"{name}: processor s"] = watch.ended_cpu_s
        self.figures[f"{name}: block ms"] = watch.block_ms
        self.figures[f"{name}: block ms by the clock"] = watch.clock_ms
        print(
            f"{name}: {watch.ended_s:.2f} s, processor {watch.ended_cpu_s:.2f} s, "
            f"{watch.block_ms:.0f} ms, clock {watch.clock_ms:.0f}",
            file=sys.stderr,
            flush=True,
        )


class _Watch:
    """The longest time between two ticks of a timer in the window's thread."""

    def start(self) -> None:
        self.is_done, self.quiet, self.ended_s = False, 0, 0.0
        self.block_ms = self.clock_ms = 0.0
        self._start_s = self._clock_s = perf_counter()
        self._start_cpu_s, self.ended_cpu_s = process_time(), 0.0
        self._thread_s = thread_time()

    def tick(self) -> None:
        clock_s, thread_s = perf_counter(), thread_time()
        block_ms = 1000 * (thread_s - self._thread_s)
        self.block_ms = max(self.block_ms, block_ms)
        self.clock_ms = max(self.clock_ms, 1000 * (clock_s - self._clock_s))
        self.quiet = self.quiet + 1 if self.is_done and block_ms < _QUIET_MS else 0
        self._clock_s, self._thread_s = clock_s, thread_s

    def done(self) -> None:
        self.is_done, self.ended_s = True, self.seconds
        self.ended_cpu_s = process_time() - self._start_cpu_s

    @property
    def seconds(self) -> float:
        return perf_counter() - self._start_s


def memory(steps: Steps, name: str) -> None:
    """Note the memory of both processes: now, and the most so far."""
    for who, processes in (("window", [psutil.Process()]), ("worker", workers())):
        now = max(process.memory_info().rss / 2**20 for process in processes)
        steps.figures[f"{name}: {who} MB"] = now
        steps.figures[f"{name}: {who} peak MB"] = max(map(peak_mb, processes))
        print(f"{name}: {who} {now:.0f} MB", file=sys.stderr, flush=True)


def workers() -> list[psutil.Process]:
    """The worker; where decoding needs processes of its own, those as well."""
    children = psutil.Process().children()
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


def worker_s() -> float:
    """Processor time of the worker so far."""
    return sum(sum(worker.cpu_times()[:2]) for worker in workers())


def open_it(steps: Steps, project: Path) -> None:
    """Open the project."""
    session = steps.desk.session
    steps.do("open", lambda: session.open(project), lambda: session.path == project)
    memory(steps, "open")


def frames(steps: Steps, name: str, move: Callable[[int], object]) -> None:
    """Frame times of something that happens at every frame."""
    times = []
    for number in range(_FRAMES):
        start_s = thread_time()
        move(number)
        QApplication.processEvents()
        times.append(1000 * (thread_time() - start_s))
    times.sort()
    steps.figures[f"{name}: frame ms, median"] = statistics.median(times)
    steps.figures[f"{name}: frame ms, 99 %"] = times[int(0.99 * len(times))]
    steps.figures[f"{name}: frames too late"] = sum(time > _FRAME_MS for time in times)
    print(f"{name}: median {statistics.median(times):.1f}, {times[-4:]}", file=sys.stderr)


def scroll_and_select(steps: Steps) -> None:
    """Scroll a strip from end to end, and extend a selection in it."""
    strip = next(iter(steps.desk.window.canvas.surface.class_cards.values())).strip
    bar, count = strip.horizontalScrollBar(), strip.model().rowCount()
    frames(steps, "scroll by a little", lambda n: bar.setValue(24 * n))
    frames(steps, "scroll from end to end", lambda n: bar.setValue(bar.maximum() * n // _FRAMES))
    bar.setValue(0)
    flags, rows = QItemSelectionModel.SelectionFlag, strip.selectionModel()

    def select(number: int) -> None:
        index = strip.model().index(number * (count - 1) // _FRAMES)
        strip.setCurrentIndex(index)
        rows.select(index, flags.Toggle)

    frames(steps, "select", select)
    steps.do("select all", strip.selectAll)
    steps.do("menu of all", lambda: strip.parent().context_menu().deleteLater())
    strip.clearSelection()


def edit(steps: Steps, when: str = "") -> None:
    """Move a whole class, remove an image, make a test set, and take all back."""
    session = steps.desk.session
    first, second = (bin_.id for bin_ in session.project.classes[:2])
    every = range(len(session.project.classes[0].samples))
    some = range(0, len(every), 7)
    steps.do(f"remove an image{when}", lambda: session.remove_samples(first, [len(every) // 2]))
    steps.do(f"undo that{when}", session.undo)
    steps.do(f"move a class{when}", lambda: session.move_samples(first, every, second))
    steps.do(f"undo the move{when}", session.undo)
    steps.do(f"test set{when}", lambda: session.move_samples(first, some, first, is_test=True))
    steps.do(f"undo the test set{when}", session.undo)
    rate = session.project.config.learning_rate
    config = session.project.config
    changed = type(config)(**{**_fields(config), "learning_rate": rate / 2})
    steps.do(f"a setting{when}", lambda: session.set_config(changed))
    steps.do(f"undo the setting{when}", session.undo)


def _fields(config: object) -> dict[str, object]:
    return {name: getattr(config, name) for name in config.__dataclass_fields__}  # type: ignore[attr-defined]


def add_more(steps: Steps, more: Path) -> None:
    """Add a folder of images and take them back."""
    session = steps.desk.session
    before, first = session.project.sample_count, session.project.classes[0].id
    steps.do(
        "add 1,000 images",
        lambda: session.import_files([more], first),
        lambda: session.project.sample_count > before,
    )
    steps.do("undo the adding", session.undo)


def save(steps: Steps, folder: Path, suffix: str, name: str = "save") -> None:
    """Save under another name, and copy the file as a system does, in turns."""
    session, saves, copies = steps.desk.session, [], []
    for turn in range(_COPIES):
        target = folder / f"saved{turn}{suffix}"
        steps.do(
            f"{name} {suffix}",
            partial(session.save, target),
            partial(_is_saved, session, target),
        )
        saves.append(steps.figures[f"{name} {suffix}: s"])
        copies.append(_copied_s(target, folder / "copy"))
        if turn:
            target.unlink()
    steps.figures[f"{name} {suffix}: s"] = statistics.median(saves)
    steps.figures[f"copy {suffix}: s"] = statistics.median(copies)
    print(f"saves {saves} copies {copies}", file=sys.stderr, flush=True)


def _is_saved(session: Session, target: Path) -> bool:
    return session.path == target and not session.is_writing


def _copied_s(source: Path, target: Path) -> float:
    start_s = perf_counter()
    with source.open("rb") as read, target.open("wb") as written:
        shutil.copyfileobj(read, written, 2**20)
        written.flush()
        os.fsync(written.fileno())
    seconds = perf_counter() - start_s
    target.unlink()
    return seconds


def train(steps: Steps, name: str) -> None:
    """Click on Train and wait for the end."""
    session = steps.desk.session
    before_s = worker_s()
    steps.do(f"{name}: click", session.train)
    steps.do(name, lambda: None, lambda: not session.is_training)
    steps.figures[f"{name}: worker processor s"] = worker_s() - before_s
    assert session.run is not None
    assert session.run.phase is RunPhase.DONE, session.run.error
    for phase, seconds in session.run.seconds.items():
        steps.figures[f"{name}, {phase}: s"] = seconds
    spent_s = steps.figures[f"{name}: worker processor s"]
    said = session.run.seconds, spent_s, session.run.test_correct
    print(name, *said, file=sys.stderr, flush=True)
    memory(steps, name)


def pretend(steps: Steps) -> None:
    """End a training of no length, with random answers, and a map of the images.

    For the window it is the same as the real one, which takes minutes with so many images.
    """
    session, rng = steps.desk.session, np.random.default_rng(0)
    session._worker.send = lambda _: None  # type: ignore[method-assign]
    steps.do("click on Train", session.train)
    run = session.run
    assert run is not None
    sizes = [len(samples) for _, samples in run.key[0]]
    tested = [np.sort(rng.choice(n, n * 15 // 100, replace=False)) for n in sizes]
    learned = [np.setdiff1d(np.arange(n), held) for n, held in zip(sizes, tested, strict=True)]
    split = [tuple(tuple(rows.tolist()) for rows in side) for side in (learned, tested)]
    facts = SplitFacts.of("slice", [own for _, own in run.key[0]], *split)
    made = msg.SplitMade(run.request_id, *split, "cpu", (), facts)
    steps.do("split made", lambda: session.handle(made))
    truth = np.repeat(np.arange(len(sizes)), list(map(len, tested)))
    answers = rng.dirichlet(np.full(len(sizes), 0.3), len(truth)).astype(np.float32)
    answers[np.arange(len(truth)), truth] += 0.7
    answers /= answers.sum(axis=1, keepdims=True)
    counts = np.zeros((len(sizes),) * 2, np.int64)
    np.add.at(counts, (truth, answers.argmax(axis=1)), 1)
    epoch = msg.EpochEnded(run.request_id, 0, 0.9, 0.8, 0.3, 0.4, counts)
    steps.do("an epoch", lambda: session.handle(epoch))
    model = np.zeros(60_000, np.uint8)
    ended = msg.RunEnded(run.request_id, msg.Outcome.DONE, None, {}, answers, model)
    steps.do("the run ends", lambda: session.handle(ended))
    steps.do("an ask", lambda: session.observations.ask(SIMILARITY, Wish("similarity")))
    arrays = _map_arrays(sizes, rng)
    sight = session.observations.sight(SIMILARITY)
    assert sight is not None
    session.handle(msg.Observed(sight.request_id, 1, 1, arrays))
    session.handle(msg.ObservationEnded(sight.request_id, msg.Outcome.DONE))
    steps.is_silent = True


def _map_arrays(sizes: list[int], rng: np.random.Generator) -> dict[str, npt.NDArray[np.float32]]:
    """What the observer "similarity" says."""
    rows = [(label, position) for label, n in enumerate(sizes) for position in range(n)]
    near = rng.integers(0, len(rows), (len(rows), 12))
    return {
        "rows": np.array(rows, np.float32),
        "pca": rng.normal(size=(len(rows), 2)).astype(np.float32),
        "shares": np.array([0.3, 0.2], np.float32),
        "neighbors": near.astype(np.float32),
        "distances": np.ones(near.shape, np.float32),
    }


def hood(steps: Steps) -> None:
    """Open Under the hood, make every panel, edit beneath it."""
    window, session = steps.desk.window, steps.desk.session
    steps.do("open Under the hood", lambda: window.show_under_the_hood(True))
    panel = window._under_the_hood
    assert panel is not None
    for place, frame in enumerate(panel.frames):
        steps.do(f"panel {frame.panel.title}", lambda place=place: panel._go_to(place))
    edit(steps, ", hood")
    bin_ = session.project.classes[0]
    steps.do("rename a class, hood", lambda: session.rename_class(bin_.id, f"{bin_.name} 2"))
    session.undo()


def companions(steps: Steps) -> None:
    """Open each companion and wait until it rests, with what the worker computes for it."""
    window, session = steps.desk.window, steps.desk.session

    def is_seen() -> bool:
        sights = session.observations._sights.values()
        return steps.is_silent or not any(sight.is_going for sight in sights)

    first = session.project.classes[0].id
    for name in COMPANIONS:
        steps.do(f"open {name}", lambda name=name: window.companions.show(name), is_seen)
        shown = window.companions.get(name)
        steps.do(f"remove an image, {name}", lambda: session.remove_samples(first, [5]), is_seen)
        steps.do(f"undo that, {name}", session.undo, is_seen)
        memory(steps, name)
        assert shown is not None
        shown.close()
    steps.do("images of a cell", lambda: window.companions.show_cell_images(None))
    steps.do("close images", lambda: window.companions.get("cell-images").close())  # type: ignore[union-attr]
    steps.do("viewer", lambda: window.companions.show_sample(session.project.classes[1].id, 7))
    steps.do("remove an image, viewer", lambda: session.remove_samples(first, [5]))
    steps.do("undo that, viewer", session.undo)
    steps.do("close viewer", lambda: window.companions.get("viewer").close())  # type: ignore[union-attr]


def many_runs(steps: Steps) -> None:
    """Train until as many runs are kept as a file keeps."""
    session = steps.desk.session
    while len(session.runs) < _RUNS:
        session.undo() if session.undo_label else None
        config = session.project.config
        seeded = type(config)(**{**_fields(config), "seed": len(session.runs) + 1, "epochs": 1})
        session.set_config(seeded)
        steps.do("a run", session.train, lambda: not session.is_training)
    memory(steps, f"{_RUNS} runs")


def main() -> None:
    """Do what is wanted, all that takes seconds if nothing is named, and print the figures."""
    project, more = Path(sys.argv[1]), Path(sys.argv[2])
    wanted = set(sys.argv[3:])

    def wants(name: str) -> bool:
        return not wanted or name in wanted

    with tempfile.TemporaryDirectory(dir=project.parent) as name:
        folder = Path(name)
        desk = build(Settings(folder / "window.json"), store_folder=folder / "store")
        gc.freeze()  # as the app does
        desk.window.resize(1600, 940)
        desk.window.show()
        steps = Steps(desk)
        ready = lambda: desk.session.worker.status is WorkerStatus.READY  # noqa: E731
        steps.do("start", lambda: None, ready)
        memory(steps, "start")
        open_it(steps, project)
        if wants("scroll"):
            scroll_and_select(steps)
        if wants("edit"):
            edit(steps)
        if wants("add"):
            add_more(steps, more)
        if wants("save"):
            save(steps, folder, project.suffix)
        if wants("pretend"):
            pretend(steps)
        if "train" in wanted:
            train(steps, "first Train")
            train_again(steps)
        if wants("hood"):
            hood(steps)
        if wants("companions"):
            companions(steps)
        if "runs" in wanted:
            many_runs(steps)
            edit(steps, ", 20 runs")
            save(steps, folder, ".ichdesk", "save 20 runs")
        for notice in desk.session.notices:
            print(notice.text, file=sys.stderr)
        memory(steps, "end")
        desk.close()
    print(json.dumps(steps.figures), flush=True)


def train_again(steps: Steps) -> None:
    """Train with the same images once more, as a new seed."""
    session = steps.desk.session
    config = session.project.config
    session.set_config(type(config)(**{**_fields(config), "seed": config.seed + 1}))
    train(steps, "second Train")


if __name__ == "__main__":
    main()
