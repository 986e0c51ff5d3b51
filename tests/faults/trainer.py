"""Opens a project file and trains on it, in this process, with a worker's handlers kept warm."""

import tempfile
import threading
from dataclasses import replace
from itertools import count
from pathlib import Path

from ichdesk.archive import SampleStore, open_project
from ichdesk.imaging.pipeline import checked
from ichdesk.protocol import runs
from ichdesk.protocol.messages import Outcome, RunEnded

_lock = threading.Lock()
_numbers = count(1)
_warm: list[object] = []


def trains(path: Path) -> bool:
    """Whether the file opens with nothing left out and a training on it ends well."""
    from ichdesk.worker.handlers import Handlers  # torch, for those who train only

    with _lock, tempfile.TemporaryDirectory() as folder, SampleStore(Path(folder)) as store:
        if not _warm:
            _warm.append(Handlers())
        handlers = _warm[0]
        assert isinstance(handlers, Handlers)
        opened = open_project(path, store, None, checked)
        config = replace(opened.project.config, epochs=2)
        classes = [bin_ for bin_ in opened.project.enabled_classes if bin_.samples]
        *_, last = handlers.handle(runs.start_training(next(_numbers), classes, config))
    return not opened.left_out and isinstance(last, RunEnded) and last.outcome is Outcome.DONE
