"""The next start after a fault, in the window: `-m tests.faults.aftermath PROJECT REPORT WHAT`.

It restores everything that is offered, opens the project, trains if WHAT is "train", and writes
down what it found.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QTimer

from ichdesk.app import Desk, build
from ichdesk.core.run import RunPhase
from ichdesk.session.state import WorkerStatus
from ichdesk.ui.recovery_bar import RecoveryBar
from ichdesk.worker.main import run as run_worker
from tests.faults.misbehaving import idle
from tests.faults.record import content

_TICK_MS = 5


@dataclass(slots=True)
class Found:
    """What came of it.

    Attributes:
        restored: Content of each project that was offered, the oldest first.
        opened: Content of the project's file; "" if it could not be opened.
        told: Every message on the way.
        trained: Whether a training ended well.
    """

    restored: list[str] = field(default_factory=list)
    opened: str = ""
    told: list[str] = field(default_factory=list)
    trained: bool = False


def look(
    desk: Desk, project: Path, found: Found, *, is_training: bool
) -> Iterator[Callable[[], object]]:
    """Do what a person would; yields what to wait for."""
    session = desk.session
    desk.recovery.look()
    yield desk.recovery._pool.submit(lambda: None).done  # it has looked
    yield from _restore_all(desk, found)
    session.new()
    if project.exists():
        session.open(project)
        yield lambda: session.path == project or (session.notices and not session.job)
        found.opened = content(session.project) if session.path == project else ""
    found.told += [notice.text for notice in session.notices]
    if not is_training:
        return
    yield lambda: session.worker.status is WorkerStatus.READY
    session.set_config(replace(session.project.config, epochs=2))
    if session.train():
        yield lambda: not session.is_training
    found.trained = session.run is not None and session.run.phase is RunPhase.DONE


def _restore_all(desk: Desk, found: Found) -> Iterator[Callable[[], object]]:
    session = desk.session
    bar = desk.window.findChild(RecoveryBar)
    while desk.recovery.left:
        session.new()
        count = len(bar.rows)
        yield lambda count=count: bar.isVisible()
        bar.rows[0].restore_button.click()
        yield lambda count=count: len(bar.rows) < count or (session.notices and not session.job)
        found.told += [notice.text for notice in session.notices]
        if len(bar.rows) == count:
            return
        found.restored.append(content(session.project))


def main(project: Path, report: Path, *, is_training: bool) -> None:
    """Run until everything is known."""
    desk, found = build(worker=run_worker if is_training else idle), Found()
    steps = look(desk, project, found, is_training=is_training)
    waits: list[Callable[[], object]] = [desk.window.isVisible]

    def step() -> None:
        if not waits[0]():
            return
        try:
            waits[0] = next(steps)
        except StopIteration:
            desk.app.exit(0)

    timer = QTimer()
    timer.timeout.connect(step)
    timer.start(_TICK_MS)
    desk.window.show()
    code = desk.app.exec()
    desk.close()
    report.write_text(json.dumps(asdict(found)))
    sys.exit(code)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), is_training=sys.argv[3] == "train")
