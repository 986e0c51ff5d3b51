"""A session with a worker that only records, and the protocol events of made-up runs."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ichdesk.archive import SampleStore
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.split_facts import SplitFacts
from ichdesk.protocol import messages as msg
from ichdesk.session.jobs import Post
from ichdesk.session.session import Session

TRAIN, TEST = 25, 5  # images of each class


@dataclass
class RecordingWorker:
    """Takes requests and answers none."""

    sent: list[msg.Request] = field(default_factory=list)

    def send(self, request: msg.Request) -> None:
        self.sent.append(request)

    def last(self, kind: type) -> msg.Request:
        return next(request for request in reversed(self.sent) if isinstance(request, kind))


def made_session(store: SampleStore, *names: str, post: Post | None = None) -> Session:
    """A session with classes of 30 images; the worker is ready and has one CPU."""
    session = Session(RecordingWorker(), store, post or (lambda function: function()))
    set_classes(session, *names)
    session.handle(msg.WorkerReady(1, ("cpu",), ("CPU, 2 threads",), ("ct-phantom", "tm-import")))
    return session


def set_classes(session: Session, *names: str) -> None:
    bins = tuple(ClassBin(name, _samples(name)) for name in names)
    session.project = Project(bins, session.project.config)


def _samples(name: str) -> tuple[Sample, ...]:
    return tuple(Sample(Path("x"), i, 1, f"{name}{i}") for i in range(TRAIN + TEST))


def start(session: Session, epochs: int = 50, facts: SplitFacts | None = None) -> int:
    """Train as far as the split."""
    session.set_config(replace(session.project.config, epochs=epochs))
    assert session.train()
    run = session.run
    request_id, classes = run.request_id, len(run.class_ids)
    total = classes * (TRAIN + TEST)
    session.handle(msg.FeaturesProgressed(request_id, total, total, 0))
    train = tuple(tuple(range(TRAIN)) for _ in range(classes))
    test = tuple(tuple(range(TRAIN, TRAIN + TEST)) for _ in range(classes))
    session.handle(msg.SplitMade(request_id, train, test, "cpu", (), facts or SplitFacts()))
    return request_id


def epoch(session: Session, number: int, *, correct: int = 3, measured: bool = True) -> None:
    """End an epoch with this many correct test images in each class."""
    run = session.run
    classes = len(run.class_ids)
    counts = np.zeros((classes, classes), np.int64)
    if measured:
        for row in range(classes):
            counts[row, row] = correct
            counts[row, (row + 1) % classes] += TEST - correct
    share = correct / TEST if measured else None
    session.handle(
        msg.EpochEnded(run.request_id, number, 0.9, share, 0.5, 0.6 if measured else None, counts)
    )


def end(
    session: Session, outcome: msg.Outcome = msg.Outcome.DONE, error: str | None = None
) -> None:
    """End the run; if it is done, with answers that agree with the counts of the last epoch."""
    run, counts = session.run, session.run.confusion
    told = {}
    if outcome is msg.Outcome.DONE and counts is not None and counts.any():
        told = {"test_probabilities": answers(counts)}
    session.handle(msg.RunEnded(run.request_id, outcome, error, **told))


def answers(counts: np.ndarray) -> np.ndarray:
    """Probabilities (N, C) of images with such a confusion matrix, class after class."""
    classes = len(counts)
    called = np.concatenate([np.repeat(np.arange(classes), row) for row in counts])
    sure = np.random.default_rng(0).uniform(0.5, 0.99, (len(called), 1)).astype(np.float32)
    return np.where(np.eye(classes, dtype=bool)[called], sure, (1 - sure) / (classes - 1))


def train(session: Session, epochs: int = 3, *, correct: int = 3) -> None:
    """A whole run that ends well."""
    start(session, epochs)
    for number in range(epochs):
        epoch(session, number, correct=correct)
    end(session)
