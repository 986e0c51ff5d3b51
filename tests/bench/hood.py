"""Print how long Under the hood takes to open on a run over 2,000 images, and to follow an epoch.

Run it with `python tests/bench/hood.py`. Each opening is in a fresh process, as only the first one
of a window imports and makes the panels; it counts from the command until the panel is painted.
"At once" is the moment in which a training of no length has ended, "after a training" two seconds
after the click on Train, in which the window has prepared the panels.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ichdesk.archive import SampleStore
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.ui.bridge import Bridge
from ichdesk.ui.main_window import MainWindow
from ichdesk.ui.settings import Settings
from ichdesk.ui.style import apply_sheet, apply_style
from ichdesk.ui.theme import Mode, Theme

CLASSES = ("Hemorrhage", "Normal")
IMAGES = 1_000  # of each class
TEST = 150
EPOCHS = 50
TURNS = 5
BUDGET_MS = 200


class NoWorker:
    """Takes requests and answers none."""

    def send(self, request: msg.Request) -> None:
        """Nothing here trains."""


def add_run(session: Session, upto: int = EPOCHS) -> None:
    """Train as far as an epoch; with the last one, the run ends."""
    session.train()
    assert session.run is not None
    number, rng = session.run.request_id, np.random.default_rng(0)
    train = tuple(tuple(range(IMAGES - TEST)) for _ in CLASSES)
    test = tuple(tuple(range(IMAGES - TEST, IMAGES)) for _ in CLASSES)
    session.handle(msg.SplitMade(number, train, test, "cpu"))
    for epoch in range(upto):
        add_epoch(session, epoch)
    truth = np.repeat([0, 1], TEST)
    sure = np.where(rng.random(2 * TEST) < 0.8, truth, 1 - truth)
    other = rng.uniform(0.01, 0.5, 2 * TEST).astype(np.float32)
    answers = np.where(np.eye(2, dtype=bool)[sure], 1 - other[:, None], other[:, None])
    if upto == EPOCHS:
        session.handle(msg.RunEnded(number, msg.Outcome.DONE, None, {}, answers))


def add_epoch(session: Session, epoch: int) -> None:
    """End an epoch."""
    assert session.run is not None
    counts = np.array([[120, 30], [30, 120]])
    figures = (0.9 - 0.5 / (epoch + 1), 0.8, 0.4, 0.5)
    session.handle(msg.EpochEnded(session.run.request_id, epoch, *figures, counts))


def window(folder: Path) -> tuple[MainWindow, Session]:
    """A window on a project of 2,000 images."""
    bridge = Bridge()
    session = Session(NoWorker(), SampleStore(folder), bridge.post)
    session.subscribe(bridge.on_change)
    theme = Theme(Mode.LIGHT)
    apply_style(QApplication.instance(), theme)
    shown = MainWindow(session, theme, Settings(folder / "window.json"), bridge)
    apply_sheet(QApplication.instance(), theme)
    shown.resize(1440, 900)
    shown.show()
    paths = [Sample(Path("x"), i, 1, f"{i}") for i in range(2 * IMAGES)]
    bins = (
        ClassBin(CLASSES[0], tuple(paths[:IMAGES])),
        ClassBin(CLASSES[1], tuple(paths[IMAGES:])),
    )
    session._replace_project(Project(bins), None)
    settle()
    return shown, session


def settle() -> None:
    """Let the window do all it has to."""
    for _ in range(20):
        QApplication.processEvents()


def opening(wait_ms: int) -> None:
    """Print milliseconds of the first opening, of a second one, and of an epoch."""
    with tempfile.TemporaryDirectory() as folder:
        shown, session = window(Path(folder))
        add_run(session)
        QTest.qWait(wait_ms)
        first = _ms(lambda: shown.show_under_the_hood(True))
        settle()
        shown.show_under_the_hood(False)
        settle()
        again = _ms(lambda: shown.show_under_the_hood(True))
        settle()
        add_run(session, EPOCHS - 1)
        settle()
        add_epoch(session, EPOCHS - 1)
        epoch = _ms(lambda: shown.refresh(Change.RUN))
        print(first, again, epoch)
        session.close()
        shown.close_now()


def _ms(do: Callable[[], object]) -> float:
    start = perf_counter()
    do()
    QApplication.processEvents()  # layout and painting
    return 1000 * (perf_counter() - start)


def main() -> None:
    """Print medians."""
    for wait_ms, when in ((0, "at once"), (2_000, "after a training")):
        rows = []
        for _ in range(TURNS):
            command = [sys.executable, __file__, str(wait_ms)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            rows.append([float(word) for word in done.stdout.split()])
        names = (f"first opening, {when}", "next opening", "an epoch")
        for name, values in zip(names, zip(*rows, strict=True), strict=True):
            spread = f"of {TURNS}: {min(values):.0f} to {max(values):.0f}"
            print(f"{name:32} {median(values):5.0f} ms ({spread})")
    print(f"aim: an opening under {BUDGET_MS} ms")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        QApplication([])
        opening(int(sys.argv[1]))
    else:
        main()
