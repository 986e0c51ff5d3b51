"""All of the app but its widgets, to crash and to start again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from queue import Empty, Queue

from ichdesk.archive import SampleStore
from ichdesk.core.project import Project
from ichdesk.session.autosave import Autosave
from ichdesk.session.recovery import Recovery
from ichdesk.session.session import Session
from tests.fakes.runs import RecordingWorker
from tests.ui.conftest import jpeg

WAIT_S = 60.0


class Window:
    """All of the app but its widgets, on the thread of the test."""

    def __init__(self, folder: Path, *, pause_s: float = 0.0) -> None:
        self.posted: Queue[Callable[[], None]] = Queue()
        self.store = SampleStore(folder)
        self.session = Session(RecordingWorker(), self.store, self.posted.put)
        self.autosave = Autosave(self.session, self.store, self.posted.put, pause_s)
        self.recovery = Recovery(self.session, self.store, self.autosave, self.posted.put)
        self.folder = self.store.folder()

    def fill(self, **counts: int) -> None:
        """Add classes, as an import does."""
        for k, (name, count) in enumerate(counts.items()):
            samples = [self.store.add(jpeg(100 * k + i)) for i in range(count)]
            keyed = [replace(s, patient=f"p{i % 3}", series="s") for i, s in enumerate(samples)]
            self.session._edit("Add", self.session.project.add_class(name, keyed))

    def wait(self, until: Callable[[], object]) -> None:
        while not until():
            try:
                self.posted.get(timeout=0.01)()
            except Empty:
                continue

    def wait_kept(self) -> None:
        self.wait(lambda: not self.autosave._is_behind())

    def look(self) -> None:
        self.recovery.look()
        self.posted.get(timeout=WAIT_S)()

    def finish(self) -> None:
        self.session.close()
        self.recovery.close()

    def crash(self) -> None:
        """Let go of everything as the system does for a process that is gone."""
        self.finish()
        with self.autosave._news:
            self.autosave._is_closing = True
            self.autosave._news.notify()
        if self.autosave._thread:
            self.autosave._thread.join()
        self.store.leave()

    def close(self) -> None:
        self.finish()
        self.autosave.close()
        self.store.close()


def content(project: Project) -> list[tuple]:
    """What a project holds, without where its bytes are and the ids of its classes."""
    return [
        (b.name, b.enabled, [(s.sha256, s.patient, s.series, s.is_test) for s in b.samples])
        for b in project.classes
    ]
