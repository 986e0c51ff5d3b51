"""Exports in a real worker process: of this run and of an older one, canceled, and cut short."""

import importlib
import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from queue import Queue

import numpy as np
import pytest
from PIL import Image

from ichdesk.archive import SampleStore
from ichdesk.core.config import TrainConfig
from ichdesk.core.model_facts import facts_of
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun
from ichdesk.core.samples import ClassBin
from ichdesk.learn.model import load_model, read_model
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.worker_client import WorkerClient, WorkerDied
from tests.fakes.exporter import NAME

workers = importlib.import_module("tests.fakes.workers")

WAIT_S = 120.0


class Desk:
    """A session with a real worker; events are handled when a test waits for something."""

    def __init__(self, store: SampleStore) -> None:
        self.events: Queue[msg.Event | WorkerDied] = Queue()
        self.client = WorkerClient(workers.endless_export, self.events.put)
        self.session = Session(self.client, store, lambda function: function())
        self.client.start()

    def wait(self, condition: Callable[[], object]) -> None:
        while not condition():
            self.session.handle(self.events.get(timeout=WAIT_S))

    def train(self, epochs: int) -> TrainingRun:
        self.session.set_config(replace(self.session.project.config, epochs=epochs))
        assert self.session.train()
        self.wait(lambda: not self.session.is_training)
        return self.session.run

    def export(self, path: Path, name: str = "ichdesk") -> msg.Outcome:
        assert self.session.export_model(path, name)
        self.wait(lambda: self.session.exports.going is None)
        return self.session.exports.last.outcome


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with SampleStore(tmp_path / "samples") as store:
        desk = Desk(store)
        bins = tuple(
            ClassBin(name, tuple(store.add(png(level, i)) for i in range(12)))
            for name, level in {"Dark": 100, "Bright": 102}.items()
        )
        desk.session.project = Project(bins, TrainConfig(backbone="fake", device="cpu"))
        yield desk
        desk.session.close()
        desk.client.close()


def png(level: int, noise: int) -> bytes:
    pixels = np.random.default_rng((level, noise)).integers(0, 40, (224, 224, 3)) + level
    file = BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG", compress_level=1)
    return file.getvalue()


def is_of(path: Path, run: TrainingRun) -> bool:
    """Whether a model file holds what this run has trained, and says how it was tested."""
    found, trained = load_model(path), read_model(run.model, "The run")
    weights = (each.head.state_dict().values() for each in (found, trained))
    same = all(bool((a == b).all()) for a, b in zip(*weights, strict=True))
    return same and found.facts == facts_of(run) and found.labels == ("Dark", "Bright")


def test_exports_from_first_to_last(desk: Desk, tmp_path: Path) -> None:
    session, out = desk.session, tmp_path / "out"
    out.mkdir()
    session.exports.ensure()
    desk.wait(lambda: session.exports.formats)
    assert session.exports.formats[0].name == "ichdesk"
    assert session.exports.info(NAME).title == "Endless"

    # of the run on screen, and of an older one that is in use again
    first, second = desk.train(3), desk.train(9)
    assert desk.export(out / "second") is msg.Outcome.DONE
    assert session.restore_run(1)
    assert session.run is first
    assert desk.export(out / "first") is msg.Outcome.DONE
    assert is_of(out / "second", second)
    assert is_of(out / "first", first)
    assert not is_of(out / "second", first)

    # a training that starts meanwhile comes after it
    assert session.export_model(out / "before")
    third = desk.train(5)
    assert session.exports.last.outcome is msg.Outcome.DONE
    assert is_of(out / "before", first)

    # stopped, nothing is there and everything goes on
    files = sorted(out.iterdir())
    session.export_model(out / "endless", NAME)
    desk.wait(lambda: session.exports.last.stage.startswith("Round"))
    session.exports.cancel()
    desk.wait(lambda: session.exports.going is None)
    assert session.exports.last.outcome is msg.Outcome.CANCELLED
    assert desk.client.restarts == 0

    # cut short, likewise, and the next worker has the model
    session.export_model(out / "endless", NAME)
    desk.wait(lambda: session.exports.last.stage.startswith("Round"))
    (worker,) = multiprocessing.active_children()
    worker.kill()
    desk.wait(lambda: session.exports.going is None)
    assert "the training process ended; export the model again" in session.exports.last.ending
    assert sorted(out.iterdir()) == files
    assert desk.export(out / "again") is msg.Outcome.DONE
    assert is_of(out / "again", third)

    # where nothing can be written, a sentence
    assert desk.export(out / "missing" / "m.ichmodel") is msg.Outcome.FAILED
    assert "could not be saved as “m.ichmodel”" in session.notices[-1].text
    assert desk.export(out / "m", "word") is msg.Outcome.FAILED
    assert "no export format called “word”" in session.notices[-1].text
