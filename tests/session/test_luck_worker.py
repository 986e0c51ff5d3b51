"""Repetitions in a real worker process: to the end, canceled, and when it dies in the middle."""

import importlib
import multiprocessing
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from queue import Queue

import numpy as np
import pytest
from PIL import Image

from ichdesk.archive import SampleStore
from ichdesk.core.config import TrainConfig
from ichdesk.core.luck import Repeat
from ichdesk.core.project import Project
from ichdesk.core.run import is_done
from ichdesk.core.samples import ClassBin
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session
from ichdesk.session.state import WorkerStatus
from ichdesk.session.worker_client import WorkerClient, WorkerDied

workers = importlib.import_module("tests.fakes.workers")

WAIT_S = 120.0
LEVELS = {"Dark": 100, "Bright": 102}  # nearly the same, so that luck shows


class Desk:
    """A session with a real worker; events are handled when a test waits for something."""

    def __init__(self, store: SampleStore) -> None:
        self.events: Queue[msg.Event | WorkerDied] = Queue()
        self.client = WorkerClient(workers.real, self.events.put)
        self.session = Session(self.client, store, lambda function: function())
        self.client.start()

    def wait(self, condition: Callable[[], object]) -> None:
        while not condition():
            self.session.handle(self.events.get(timeout=WAIT_S))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with SampleStore(tmp_path / "samples") as store:
        desk = Desk(store)
        bins = tuple(
            ClassBin(name, tuple(store.add(png(level, i)) for i in range(20)))
            for name, level in LEVELS.items()
        )
        desk.session.project = Project(bins, TrainConfig(epochs=4, backbone="fake", device="cpu"))
        yield desk
        desk.session.close()
        desk.client.close()


def png(level: int, noise: int) -> bytes:
    pixels = np.random.default_rng((level, noise)).integers(0, 40, (224, 224, 3)) + level
    file = BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG", compress_level=1)
    return file.getvalue()


def test_luck_from_train_to_a_dead_worker(desk: Desk) -> None:
    session, luck = desk.session, desk.session.luck
    assert session.train()
    desk.wait(lambda: is_done(session.run))
    correct, n = session.run.test_correct
    probabilities = session.run.test_probabilities.copy()

    for same_split in (False, True):
        assert luck.start(5, same_split)
        desk.wait(lambda: luck.going is None)
        results = luck.results(same_split)
        assert [each.seed for each in results] == [0, 1, 2, 3, 4]
        assert results[0] == Repeat(0, correct, n)  # the seed of the run itself
        assert {each.tested for each in results} == {n}
    assert session.run.test_correct == (correct, n)
    np.testing.assert_array_equal(session.run.test_probabilities, probabilities)

    assert luck.start(100_000, same_split=False)
    desk.wait(lambda: len(luck.results(False)) == 2)
    luck.cancel()
    desk.wait(lambda: luck.going is None)
    assert luck.ending.startswith("Canceled after")
    assert len(luck.results(False)) < 100_000
    assert desk.client.restarts == 0

    assert luck.start(100_000, same_split=True)
    desk.wait(lambda: luck.results(True))
    (worker,) = multiprocessing.active_children()
    worker.kill()
    desk.wait(lambda: session.worker.status is not WorkerStatus.READY)
    assert luck.going is None
    assert "The training process ended after" in luck.ending
    assert session.has_model  # it goes to the next worker
    assert luck.problem == ""
