"""Print how long a frame of the viewer takes while the window of a 512 x 512 slice is dragged.

Run it with `python tests/bench/viewer.py`; a frame is a move of the mouse until it is painted. The
processor time per frame says what it takes on a machine that does nothing else.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from ichdesk.archive import SampleStore
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.imaging.hu_png import hu_png
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.phantom import phantom_slice
from ichdesk.protocol.messages import Request
from ichdesk.session.session import Session
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.style import apply_sheet, apply_style
from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.viewer.viewer_window import ViewerWindow

FRAMES = 300
TURNS = 60
WARM_UP = 20
SLICES = 8
SIDE_PX = 512
SIZES_PX = ((1280, 720), (1920, 1080))
BUDGET_MS = 1000 / 30


class NoWorker:
    """Takes requests and answers none."""

    def send(self, request: Request) -> None:
        """Nothing here trains."""


class PaintCount(QObject):
    """Counts how often a widget was painted."""

    count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        self.count += event.type() is QEvent.Type.Paint
        return False


def slices(store: SampleStore) -> tuple[Sample, ...]:
    """Synthetic slices of one series."""
    rng = np.random.default_rng(5)
    images = (
        HuImage(phantom_slice(rng, size_px=SIDE_PX).hu, (0.45, 0.45), Place(position_mm=5.0 * i))
        for i in range(SLICES)
    )
    return tuple(replace(store.add(hu_png(i)), is_hu=True, series="one") for i in images)


def settle(viewer: ViewerWindow) -> None:
    """Wait until everything is decoded and painted."""
    while not viewer.is_settled:
        QTest.qWait(5)
    QTest.qWait(20)


@dataclass(slots=True)
class Times:
    """Milliseconds of every frame, on the clock and of the processor."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def frame(self, canvas: QWidget, change: Callable[[], object]) -> None:
        """Time a change until it is painted."""
        painted = PaintCount()
        canvas.installEventFilter(painted)
        begin = perf_counter(), process_time()
        change()
        while not painted.count:
            QApplication.processEvents()
        self.wall_ms.append(1000 * (perf_counter() - begin[0]))
        self.cpu_ms.append(1000 * (process_time() - begin[1]))
        canvas.removeEventFilter(painted)

    def row(self, name: str) -> str:
        """Median and 95th percentile, and what the processor did."""
        middle, late = np.percentile(self.wall_ms[WARM_UP:], (50, 95))
        cpu = np.median(self.cpu_ms[WARM_UP:])
        verdict = "yes" if late <= BUDGET_MS else "NO"
        return f"{name:<48}{middle:>7.1f} ms{late:>9.1f} ms{cpu:>9.1f} ms   {verdict}"


def drag(viewer: ViewerWindow) -> Times:
    """A drag with the left button; every move changes the window."""
    canvas, times = viewer.canvas, Times()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    start = canvas.rect().center()
    QTest.mousePress(canvas, left, none, start)
    for number in range(WARM_UP + FRAMES):
        place = start + QPoint(3 * (number % 100 + 1), 3 * (number % 70 + 1))
        times.frame(canvas, partial(QTest.mouseMove, canvas, place))
    QTest.mouseRelease(canvas, left, none, place)
    return times


def turn(viewer: ViewerWindow) -> Times:
    """Steps to and fro through slices that were decoded ahead."""
    times = Times()
    for number in range(WARM_UP + TURNS):
        by = 1 if number // (SLICES - 1) % 2 == 0 else -1
        times.frame(viewer.canvas, partial(viewer.step, by))
        settle(viewer)
    return times


def main() -> None:
    """Measure and print a table."""
    app = QApplication(sys.argv[:1])
    theme, bridge = Theme(Mode.DARK), Bridge()
    apply_style(app, theme)
    with tempfile.TemporaryDirectory() as folder, SampleStore(Path(folder)) as store:
        session = Session(NoWorker(), store, bridge.post)
        session.subscribe(bridge.on_change)
        session.project = Project((ClassBin("Slices", slices(store)),))
        viewer = ViewerWindow(session, theme, bridge.post)
        apply_sheet(app, theme)
        viewer.show_sample(session.project.classes[0].id, 0)
        viewer.show()
        print(f"{os.cpu_count()} CPU cores, Python {sys.version.split()[0]}, Qt offscreen")
        print(f"{'':<48}{'median':>10}{'95 %':>12}{'CPU':>12}   30 frames/s")
        for size_px in SIZES_PX:
            for side_by_side in (False, True):
                viewer.resize(*size_px)
                viewer.canvas.set_side_by_side(side_by_side)
                settle(viewer)
                beside = "side by side" if side_by_side else "alone"
                size = f"{size_px[0]} x {size_px[1]}, {beside}"
                print(drag(viewer).row(f"drag of the window, {size}"))
                print(turn(viewer).row(f"next slice, {size}"))
        viewer.close()
        bridge.close()
        session.close()


if __name__ == "__main__":
    main()
