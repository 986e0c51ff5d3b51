"""A process of the app that plays a script until it is killed: `-m tests.faults.victim ORDERS`.

With a window it is the real one, on no screen; without, the session, which writes all files, runs
on a plain loop, because a window takes seconds to make.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

from ichdesk.archive import SampleStore
from ichdesk.session import autosave as autosave_module
from ichdesk.session.autosave import Autosave
from ichdesk.session.recovery import Recovery
from ichdesk.session.session import Session
from ichdesk.session.state import Change
from ichdesk.session.worker_client import WorkerClient
from ichdesk.worker.main import run as run_worker
from tests.faults import misbehaving
from tests.faults.record import DONE, STATE, Record, content
from tests.faults.scripts import SCRIPTS, Scene, Script

_TICK_S = 0.005


@dataclass(frozen=True, slots=True)
class Orders:
    """What to do.

    Attributes:
        script: Name in `SCRIPTS`.
        record: The file to write to.
        junk: A file on a small disk; "" if there is none.
        window: Whether in a real window.
        worker: "real", "twice", or "none" where nothing is trained.
        clock_s: Added to the time of day once the project is open.
    """

    script: str
    seed: int
    record: str
    project: str
    images: str
    junk: str = ""
    window: bool = False
    worker: str = "none"
    clock_s: float = 0.0

    def command(self) -> list[str]:
        """The command line that follows them."""
        return [sys.executable, "-m", "tests.faults.victim", json.dumps(asdict(self))]

    def target(self) -> Callable[..., None]:
        """What the worker process runs."""
        return {"real": run_worker, "twice": misbehaving.twice, "none": misbehaving.idle}[
            self.worker
        ]

    def scene(self, session: Session, client: WorkerClient, recovery: Recovery) -> Scene:
        """The stage; every state of the project is in the record before the journal hears of it."""
        record = Record(Path(self.record))

        def note(change: Change) -> None:
            if Change.PROJECT in change:
                record.add(STATE, content(session.project))

        session._listeners.insert(0, note)
        junk = Path(self.junk) if self.junk else None
        project, images = Path(self.project), Path(self.images)
        chance = random.Random(self.seed)
        scene = Scene(session, client, record, chance, project, images, junk)
        scene.restore = partial(_restore, recovery)
        return scene

    def play(self, scene: Scene) -> Script:
        """Open the project, unless the script restores one, and go on with the script."""
        session = scene.session
        if self.script != "restoring":
            session.open(scene.project)
            yield lambda: session.path == scene.project
        if self.clock_s:
            _set_clock(self.clock_s)
        yield from SCRIPTS[self.script](scene)
        scene.record.add(DONE)


def play_in_session(orders: Orders) -> None:
    """Without a window."""
    posted: SimpleQueue[Callable[[], None]] = SimpleQueue()
    store = SampleStore()
    client = WorkerClient(
        orders.target(), lambda event: posted.put(lambda: session.handle(event)), 1.0, 1.0
    )
    session = Session(client, store, posted.put)
    autosave = Autosave(session, store, posted.put)
    recovery = Recovery(session, store, autosave, posted.put)
    scene = orders.scene(session, client, recovery)
    if orders.worker != "none":
        client.start()
    for is_met in orders.play(scene):
        while not is_met():
            try:
                posted.get(timeout=_TICK_S)()
            except Empty:
                continue
    client.close()
    session.close()
    recovery.close()
    autosave.close()
    store.close()


def play_in_window(orders: Orders) -> int:
    """In the app as it is, but for the script."""
    from PySide6.QtCore import QTimer

    from ichdesk.app import build

    desk = build(worker=orders.target())
    play = orders.play(orders.scene(desk.session, desk.client, desk.recovery))
    waits: list[Callable[[], object]] = [desk.window.isVisible]

    def step() -> None:
        if not waits[0]():
            return
        try:
            waits[0] = next(play)
        except StopIteration:
            desk.app.exit(0)

    timer = QTimer()
    timer.timeout.connect(step)
    timer.start(round(1000 * _TICK_S))
    desk.window.show()
    code = desk.app.exec()
    desk.close()
    return code


def _restore(recovery: Recovery) -> Script:
    recovery.look()
    yield lambda: recovery.left
    recovery.restore(recovery.left[0])
    yield lambda: not recovery.left


def _set_clock(offset_s: float) -> None:
    """The clock of the computer jumps, as seen from Python."""
    real = time.time
    time.time = lambda: real() + offset_s

    class Shifted(autosave_module.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(time.time(), tz)

    autosave_module.datetime = Shifted  # type: ignore[misc]


if __name__ == "__main__":
    told = Orders(**json.loads(sys.argv[1]))
    if told.window:
        sys.exit(play_in_window(told))
    play_in_session(told)
