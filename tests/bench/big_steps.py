"""What a step in the real window costs: seconds, blocks, frames, memory.

A block is the longest time in which the window's thread went on without looking at its events: in
milliseconds of the processor, which others on the computer do not lengthen, and by the clock, which
also has what waited for another thread.
"""

import cProfile
import os
import pstats
import statistics
import sys
from collections.abc import Callable
from time import perf_counter, process_time, thread_time

import psutil
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from window import peak_mb

from ichdesk.app import Desk

Figures = dict[str, float]
FRAMES = 300

_TICK_MS = 2
_QUIET_TICKS = 40  # without a block, to call a step done
_QUIET_MS = 4.0
_FRAME_MS = 1000 / 60
_PATIENCE_S = 900.0
_LONG_MS, _LINES = 50.0, 45  # of a step that is shown where all are profiled, and of its profile


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


def frames(steps: Steps, name: str, move: Callable[[int], object]) -> None:
    """Frame times of something that happens at every frame."""
    times = []
    for number in range(FRAMES):
        start_s = thread_time()
        move(number)
        QApplication.processEvents()
        times.append(1000 * (thread_time() - start_s))
    times.sort()
    steps.figures[f"{name}: frame ms, median"] = statistics.median(times)
    steps.figures[f"{name}: frame ms, 99 %"] = times[int(0.99 * len(times))]
    steps.figures[f"{name}: frames too late"] = sum(time > _FRAME_MS for time in times)
    print(f"{name}: median {statistics.median(times):.1f}, {times[-4:]}", file=sys.stderr)
