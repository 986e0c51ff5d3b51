"""The worker process: first message, cancel and shutdown out of line, and its end."""

import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ichdesk.protocol.codec import decode, encode
from ichdesk.protocol.messages import (
    Cancel,
    ClassRef,
    EpochEnded,
    Event,
    FeaturesProgressed,
    ImagesPrepared,
    Outcome,
    Predict,
    PredictionEnded,
    PrepareImages,
    Request,
    RunEnded,
    SampleRef,
    Shutdown,
    SplitMade,
    StartTraining,
    WorkerReady,
)

workers = importlib.import_module("tests.fakes.workers")

WAIT_S = 60.0
LONG = {"epochs": 10_000, "batch_size": 1}


@dataclass
class Pipe:
    process: BaseProcess
    connection: Connection

    def send(self, *requests: Request) -> None:
        for request in requests:
            self.connection.send_bytes(encode(request))

    def receive(self) -> Event:
        assert self.connection.poll(WAIT_S), "the worker is silent"
        return decode(self.connection.recv_bytes())

    def receive_until(self, kind: type) -> Event:
        while not isinstance(event := self.receive(), kind):
            pass
        return event

    def exit_code(self) -> int | None:
        self.process.join(WAIT_S)
        return self.process.exitcode


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipe]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=workers.real, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    yield Pipe(process, ours)
    ours.close()
    process.join(WAIT_S)
    assert process.exitcode is not None
    process.close()


def test_cancel_and_what_waits_behind_it(
    worker: Pipe, make_request: Callable[..., StartTraining]
) -> None:
    images = np.zeros((1, 224, 224, 3), np.uint8)
    first, second, third = (make_request((60, 4), (140, 4), **LONG) for _ in range(3))
    worker.send(first, second, Predict(50, images), Cancel(second.request_id))
    assert isinstance(worker.receive(), WorkerReady)
    worker.receive_until(EpochEnded)
    worker.send(Cancel(first.request_id))
    ended = worker.receive_until(RunEnded)
    assert (ended.request_id, ended.outcome) == (first.request_id, Outcome.CANCELLED)
    ended = worker.receive()
    assert isinstance(ended, RunEnded)
    assert (ended.request_id, ended.outcome) == (second.request_id, Outcome.CANCELLED)
    prediction = worker.receive()
    assert isinstance(prediction, PredictionEnded)
    assert "no trained model" in str(prediction.error)
    if sys.platform != "win32":
        os.kill(worker.process.pid, signal.SIGINT)  # Ctrl+C in the terminal that it shares
    worker.send(third)
    worker.receive_until(EpochEnded)
    worker.send(Shutdown())
    assert worker.receive_until(RunEnded).outcome is Outcome.CANCELLED
    assert worker.exit_code() == 0


def test_preparing_images_gives_way_to_a_training_and_not_to_a_question(
    worker: Pipe, make_request: Callable[..., StartTraining]
) -> None:
    training = make_request((60, 300), (140, 300))
    samples = tuple(sample for entry in training.classes for sample in entry.samples)
    preparation = PrepareImages(90, samples, training.settings)
    worker.send(preparation)
    assert worker.receive_until(FeaturesProgressed).done == 0
    worker.send(Predict(91, np.zeros((1, 224, 224, 3), np.uint8)))
    worker.receive_until(PredictionEnded)
    worker.send(training)
    ended = worker.receive_until(ImagesPrepared)
    assert (ended.request_id, ended.outcome) == (90, Outcome.CANCELLED)
    begun = worker.receive()
    assert isinstance(begun, FeaturesProgressed)
    assert 0 < begun.cached < len(samples)
    assert worker.receive_until(RunEnded).outcome is Outcome.DONE
    worker.send(preparation)
    assert worker.receive().cached == len(samples)
    worker.send(Shutdown())
    assert worker.exit_code() == 0


@pytest.mark.parametrize("split", ["auto", "slice"])
def test_the_split_is_told_with_patients_and_copies(
    worker: Pipe, make_request: Callable[..., StartTraining], tmp_path: Path, split: str
) -> None:
    """Four slices a patient; the second half of a class is the first half, a little brighter."""
    classes = tuple(_patients(tmp_path / f"{label}.bin", label) for label in range(2))
    worker.send(replace(make_request((60, 1), (140, 1), split=split), classes=classes))
    told = worker.receive_until(SplitMade)
    facts = told.facts
    assert facts.by == ("slice" if split == "slice" else "patient")
    assert (facts.patients_both > 0) == (split == "slice")
    assert facts.patients_train + facts.patients_test - facts.patients_both == 8
    assert facts.copies_total == len(facts.copies)
    for copy in facts.copies:
        assert copy.position in told.test[copy.label]
        assert copy.of_position in told.train[copy.of_label]
        assert (copy.label, abs(copy.position - copy.of_position)) == (copy.of_label, 8)
    held = [(label, i) for label, rows in enumerate(told.test) for i in rows]
    twins = [(k, i) for k, i in held if (i + 8) % 16 in told.train[k]]
    assert [(copy.label, copy.position) for copy in facts.copies] == twins
    assert worker.receive_until(RunEnded).outcome is Outcome.DONE
    worker.send(Shutdown())
    assert worker.exit_code() == 0


def _patients(path: Path, label: int) -> ClassRef:
    refs = []
    with path.open("wb") as file:
        for number in range(16):
            blocks = np.random.default_rng((label, number % 8)).integers(20, 200, (8, 8), np.uint8)
            picture = Image.fromarray(blocks + np.uint8(number)).resize((224, 224)).convert("RGB")
            png = BytesIO()
            picture.save(png, "PNG")
            data, offset = png.getvalue(), file.tell()
            digest = sha256(data).hexdigest()
            file.write(data)
            patient = f"{label}-{number // 4}"
            refs.append(SampleRef(str(path), offset, len(data), digest, patient))
    return ClassRef(f"class {label}", tuple(refs))


def test_it_ends_with_the_pipe_during_training(
    worker: Pipe, make_request: Callable[..., StartTraining]
) -> None:
    worker.send(make_request((60, 4), (140, 4), **LONG))
    worker.receive_until(EpochEnded)
    worker.connection.close()
    assert worker.exit_code() == 0


def test_it_ends_when_it_is_sent_rubbish(worker: Pipe, tmp_path: Path) -> None:
    worker.connection.send_bytes(b"rubbish")
    assert worker.exit_code() == 0
    if sys.platform == "linux":
        assert "no message" in (tmp_path / "state/ichdesk/log/worker.log").read_text()


def test_it_needs_no_console(tmp_path: Path) -> None:
    script = (
        "import sys; sys.stdout = sys.stderr = None\n"
        "from ichdesk.worker.main import _settle_process\n"
        "_settle_process(); print('nothing breaks'); import warnings; warnings.warn('nor here')"
    )
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, check=True
    )
    assert done.stdout == done.stderr == b""


def test_naming_the_worker_imports_no_torch() -> None:
    script = "import sys, ichdesk.worker.main; assert 'torch' not in sys.modules"
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
