"""Print how long a frame of the viewer takes while the window of a 512 x 512 slice is dragged.

Run it with `python tests/bench/viewer.py`; a frame is a move of the mouse until it is painted.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ichdesk.archive import SampleStore
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.imaging.hu_png import hu_png
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.phantom import phantom_slice
from ichdesk.protocol.messages import Request
from ichdesk.session.session import Session
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.style import apply_style
from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.viewer.viewer_window import ViewerWindow

FRAMES = 300
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
    QTest.qWait(50)


def drag_ms(viewer: ViewerWindow) -> list[float]:
    """Milliseconds of every frame of a drag with the left button."""
    canvas, app = viewer.canvas, QApplication.instance()
    painted = PaintCount()
    canvas.installEventFilter(painted)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    start = canvas.rect().center()
    QTest.mousePress(canvas, left, none, start)
    times = []
    for number in range(WARM_UP + FRAMES):
        place = start + QPoint(3 * (number % 100 + 1), 3 * (number % 70 + 1))  # changes both
        before = painted.count
        begin_s = perf_counter()
        QTest.mouseMove(canvas, place)
        while painted.count == before:
            app.processEvents()
        times.append(1000 * (perf_counter() - begin_s))
    QTest.mouseRelease(canvas, left, none, place)
    canvas.removeEventFilter(painted)
    return times[WARM_UP:]


def turn_ms(viewer: ViewerWindow) -> list[float]:
    """Milliseconds of every step through slices that were decoded ahead."""
    canvas, app = viewer.canvas, QApplication.instance()
    painted = PaintCount()
    canvas.installEventFilter(painted)
    times = []
    for number in range(10 * SLICES):
        before = painted.count
        begin_s = perf_counter()
        viewer.step(1 if number // (SLICES - 1) % 2 == 0 else -1)
        while painted.count == before:
            app.processEvents()
        times.append(1000 * (perf_counter() - begin_s))
        settle(viewer)
    canvas.removeEventFilter(painted)
    return times


def row(name: str, times: Sequence[float]) -> str:
    """Median and 95th percentile."""
    middle, late = np.percentile(times, (50, 95))
    verdict = "yes" if late <= BUDGET_MS else "NO"
    return f"{name:<44}{middle:>7.1f} ms{late:>9.1f} ms   {verdict}"


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
        viewer.show_sample(session.project.classes[0].id, 0)
        viewer.show()
        print(f"{os.cpu_count()} CPU cores, Python {sys.version.split()[0]}, Qt offscreen")
        print(f"{'':<44}{'median':>10}{'95 %':>12}   30 frames/s")
        for size_px in SIZES_PX:
            for side_by_side in (False, True):
                viewer.resize(*size_px)
                viewer.canvas.set_side_by_side(side_by_side)
                settle(viewer)
                beside = "side by side" if side_by_side else "alone"
                size = f"{size_px[0]} x {size_px[1]}, {beside}"
                print(row(f"drag of the window, {size}", drag_ms(viewer)))
                print(row(f"next slice, {size}", turn_ms(viewer)))
        viewer.close()
        bridge.close()
        session.close()


if __name__ == "__main__":
    main()
