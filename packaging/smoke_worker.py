"""Ask the worker of a program what its window would ask: `smoke_worker.py PROGRAM OUT PROJECT`.

PROGRAM is the built app or a Python with ICHDesk. Runs in such a Python itself; what comes from the
worker was computed by PROGRAM's own libraries, because no path of this Python is sent to it.
"""

import json
import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import resource_tracker, spawn
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

import ichdesk
from ichdesk.archive import SampleStore, open_project
from ichdesk.core.project import Project
from ichdesk.imaging.pipeline import checked
from ichdesk.protocol import messages as msg
from ichdesk.protocol.codec import decode
from ichdesk.protocol.runs import start_training
from ichdesk.session.worker_process import WorkerProcess
from ichdesk.worker import main as worker_main

_PATIENCE_S = 600.0
_OPTIONS = {"similarity": {"layout": "t-sne"}, "heat-maps": {"samples": "0:0 1:0"}}
Found = dict[str, Any]


def main() -> None:
    """Ask for everything, and write what came as JSON."""
    program, out, file = map(Path, sys.argv[1:4])
    with closing(SampleStore()) as store, closing(Asked(program)) as worker:
        project = open_project(file, store, check_steps=checked).project
        out.write_text(json.dumps(everything(worker, project, out.with_suffix(".ichmodel"))))


class Asked:
    """A worker that was started by a program, and the way to it."""

    def __init__(self, program: Path) -> None:
        if program.name == "ichdesk":
            _start_frozen(program)
        self._outbox: SimpleQueue[msg.Request | None] = SimpleQueue()
        context = multiprocessing.get_context("spawn")
        self._process = WorkerProcess(context, worker_main.run, self._outbox)
        self._number = 0
        self.ready = self._receive()

    def next_number(self) -> int:
        """For the next request."""
        self._number += 1
        return self._number

    def events(self, request: msg.WorkRequest) -> Iterator[msg.Event]:
        """What comes until the request has ended; ValueError if it ends badly."""
        self._outbox.put(request)
        while True:
            event = self._receive()
            if getattr(event, "request_id", None) != request.request_id:
                continue
            yield event
            if isinstance(event, msg.TerminalEvent):
                if event.outcome is not msg.Outcome.DONE:
                    raise ValueError(f"{type(request).__name__} failed: {event.error}")
                return

    def last(self, request: msg.WorkRequest) -> Any:
        """The terminal event."""
        return list(self.events(request))[-1]

    def close(self) -> None:
        """End it."""
        self._outbox.put(msg.Shutdown())
        self._process.bury()

    def _receive(self) -> Any:
        if not self._process.has_news(_PATIENCE_S):
            raise ValueError("The worker says nothing.")
        return decode(self._process.receive())


def _start_frozen(program: Path) -> None:
    """Let multiprocessing start the built app as the built app starts itself."""
    resource_tracker.ensure_running()  # by this Python, as its flags are not those of the app
    sys.frozen = True  # type: ignore[attr-defined] - as PyInstaller marks a built app
    sys.executable = str(program)
    multiprocessing.set_executable(str(program))
    spawn.get_preparation_data = lambda name: {"name": name, "start_method": "spawn"}


def everything(worker: Asked, project: Project, model: Path) -> Found:
    """Train, observe with every observer, save the model and ask it about the images."""
    training = start_training(worker.next_number(), project.enabled_classes, project.config)
    events = list(worker.events(training))
    (split,) = (event for event in events if isinstance(event, msg.SplitMade))
    epochs = [event for event in events if isinstance(event, msg.EpochEnded)]
    ended = events[-1]
    assert isinstance(ended, msg.RunEnded)
    found: Found = {
        "epochs": len(epochs),
        "test accuracy": epochs[-1].test_acc,
        "test probabilities": _figures(ended.test_probabilities),
    }
    for name in _observers():
        found |= _observed(worker, name, training, split, ended.model)
    labels = tuple(each.name for each in training.classes)
    worker.last(msg.SaveModel(worker.next_number(), str(model), labels))
    device = training.settings.device
    asked = msg.TryModel(worker.next_number(), str(model), training.classes, device)
    found["another model"] = _figures(worker.last(asked).probabilities)
    formats = worker.last(msg.ListFormats(worker.next_number())).formats
    return found | {"formats": " ".join(each.name for each in formats)}


def _observers() -> list[str]:
    folder = Path(ichdesk.__file__).parent / "learn" / "observers"
    return sorted(path.stem.replace("_", "-") for path in folder.glob("[a-z]*.py"))


def _observed(
    worker: Asked, name: str, training: msg.StartTraining, split: msg.SplitMade, model: msg.Bytes
) -> Found:
    """The last of what an observer sees."""
    classes, settings, sides = training.classes, training.settings, (split.train, split.test)
    request = msg.Observe(worker.next_number(), name, classes, settings, *sides, model)
    request.options.update(_OPTIONS.get(name, {}))
    seen = [event for event in worker.events(request) if isinstance(event, msg.Observed)][-1]
    found = {f"{name} {key}": _figures(values) for key, values in seen.arrays.items()}
    if name == "similarity":
        del found["similarity t-sne"]  # small differences grow in it
        share = _beside_own_class(seen.arrays["t-sne"], seen.arrays["rows"][:, 0])
        found["similarity t-sne beside own class"] = share
    return found


def _figures(values: msg.Floats) -> list[float]:
    """Size, mean and spread of an array."""
    known = values[np.isfinite(values)].astype(np.float64)
    return [values.size, known.size, *((known.mean(), known.std()) if known.size else ())]


def _beside_own_class(layout: msg.Floats, labels: msg.Floats) -> float:
    """The share of images whose nearest one on a map (N, 2) is of their class."""
    if not np.isfinite(layout).all() or layout.std() < 1.0:
        raise ValueError("The map of t-SNE is no map.")
    apart = np.linalg.norm(layout[:, None] - layout[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return float((labels[apart.argmin(axis=1)] == labels).mean())


if __name__ == "__main__":
    main()
