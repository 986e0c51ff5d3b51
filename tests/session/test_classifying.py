"""A folder through the model in use: asked in batches, written whole, stopped by what changes."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pytest
from PIL import Image

from ichdesk.archive import SampleStore
from ichdesk.protocol import messages as msg
from ichdesk.session.classifying import BATCH
from ichdesk.session.session import Session
from ichdesk.session.state import Level
from ichdesk.session.worker_client import WorkerDied
from tests.fakes.runs import made_session, train

PATIENCE_S = 60
Call = Callable[[], None]


class Thread:
    """The session's thread: runs what others post, one thing after another."""

    def __init__(self) -> None:
        self.posted: SimpleQueue[Call] = SimpleQueue()

    def until(self, is_so: Callable[[], object]) -> None:
        while not is_so():
            self.posted.get(timeout=PATIENCE_S)()


@pytest.fixture
def thread() -> Thread:
    return Thread()


@pytest.fixture
def session(tmp_path: Path, thread: Thread) -> Iterator[Session]:
    with SampleStore(tmp_path / "samples") as store:
        session = made_session(store, "Hemorrhage", "=Normal", post=thread.posted.put)
        train(session)
        yield session
        session.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """More images than go into a batch, each of a gray of its own, and a text."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(BATCH + 3):
        Image.new("RGB", (224, 224), (4 * number,) * 3).save(folder / f"{number}.png")
    (folder / "x.txt").write_text("no image")
    return folder


def predicts(session: Session) -> list[msg.Predict]:
    return [request for request in session._worker.sent if isinstance(request, msg.Predict)]


def answer(session: Session, request: msg.Predict) -> None:
    """The brighter, the more normal."""
    bright = request.images.reshape(len(request.images), -1).mean(axis=1) / 255
    shares = np.stack([1 - bright, bright], axis=1).astype(np.float32)
    session.handle(msg.PredictionEnded(request.request_id, msg.Outcome.DONE, None, shares))


def ended(session: Session) -> bool:
    return session.job is None and bool(session.notices)


def test_every_image_gets_a_row(
    session: Session, thread: Thread, folder: Path, tmp_path: Path
) -> None:
    session.classify_files([folder], tmp_path / "t.csv")
    for number in (1, 2):
        thread.until(lambda number=number: len(predicts(session)) == number)
        answer(session, predicts(session)[-1])
    thread.until(lambda: ended(session))
    assert [len(request.images) for request in predicts(session)] == [BATCH, 3]
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["file", "patient", "prediction", "Hemorrhage", "'=Normal"]
    assert [row[0] for row in rows] == [f"{number}.png" for number in range(BATCH + 3)]
    shares = [float(row[4]) for row in rows]
    np.testing.assert_allclose(shares, np.arange(BATCH + 3) * 4 / 255, atol=0.01)
    (notice,) = session.notices
    normal = sum(share > 0.5 for share in shares)
    assert notice.text.startswith(f"Saved t.csv. 35 images: Hemorrhage {35 - normal} (")
    assert notice.level is Level.WARNING
    assert [text.partition(" was")[0] for text in notice.details] == ["“x.txt”"]


def new_training(session: Session) -> None:
    assert session.train()


def worker_died(session: Session) -> None:
    session.handle(WorkerDied(True, "The training process ended."))


def failed(session: Session) -> None:
    number = predicts(session)[-1].request_id
    empty = np.zeros((0, 0), np.float32)
    session.handle(msg.PredictionEnded(number, msg.Outcome.FAILED, "No memory.", empty))


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (new_training, "The model changed before all images were classified"),
        (worker_died, "The model changed before all images were classified"),
        (failed, "No memory."),
    ],
)
def test_what_ends_it_is_told_and_nothing_is_written(
    session: Session,
    thread: Thread,
    folder: Path,
    tmp_path: Path,
    event: Callable[[Session], None],
    sentence: str,
) -> None:
    session.classify_files([folder], tmp_path / "t.csv")
    thread.until(lambda: predicts(session))
    event(session)
    thread.until(lambda: any(sentence in notice.text for notice in session.notices))
    assert not (tmp_path / "t.csv").exists()


def test_another_model_is_not_asked_for_the_rest(
    session: Session, thread: Thread, folder: Path, tmp_path: Path
) -> None:
    session.classify_files([folder], tmp_path / "t.csv")
    thread.until(lambda: predicts(session))
    answer(session, predicts(session)[-1])
    train(session)
    thread.until(lambda: session.notices and session.job is None)
    assert "The model changed" in session.notices[-1].text
    assert len(predicts(session)) == 1


def test_cancel(session: Session, thread: Thread, folder: Path, tmp_path: Path) -> None:
    session.classify_files([folder], tmp_path / "t.csv")
    thread.until(lambda: predicts(session))
    session.cancel_job()
    thread.until(lambda: session.job is None)
    assert session.notices == ()
    assert not (tmp_path / "t.csv").exists()


def test_saving_and_trying_images_need_not_wait_for_it(
    session: Session, thread: Thread, folder: Path, tmp_path: Path
) -> None:
    session.classify_files([folder], tmp_path / "t.csv")
    thread.until(lambda: predicts(session))
    target, titles = tmp_path / "p.tm", list[str | None]()
    for bin_ in session.project.classes:
        session.remove_all_samples(bin_.id)  # they have no bytes here
    session.subscribe(lambda _: titles.append(session.job and session.job.title))
    session.save(target)
    thread.until(lambda: session.path == target or session.notices)
    assert [notice.text for notice in session.notices if notice.level is Level.ERROR] == []
    assert target.is_file()
    assert "Saving p.tm" in titles
    session.preview_files([folder / "7.png"])
    thread.until(lambda: len(predicts(session)) == 2)
    answer(session, predicts(session)[1])
    assert session.preview[0].probabilities is not None
    assert session.job is not None
    assert session.job.title == "Classifying images"
    session.cancel_job()
    thread.until(lambda: session.job is None)
    assert not (tmp_path / "t.csv").exists()


def test_closing_does_not_wait_for_answers(
    session: Session, thread: Thread, folder: Path, tmp_path: Path
) -> None:
    session.classify_files([folder], tmp_path / "t.csv")
    thread.until(lambda: predicts(session))
    session.close()
    assert not (tmp_path / "t.csv").exists()


def test_nothing_to_read(session: Session, thread: Thread, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.png").write_bytes(b"")
    session.classify_files([tmp_path / "in"], tmp_path / "t.csv")
    thread.until(lambda: ended(session))
    assert session.notices[-1].text == "No image in “in” can be read; choose others."


def test_without_a_model_nothing_begins(session: Session, tmp_path: Path) -> None:
    session.new()
    session.classify_files([tmp_path], tmp_path / "t.csv")
    assert session.job is None
    assert session.notices[-1].text.startswith("There is no trained model yet")
