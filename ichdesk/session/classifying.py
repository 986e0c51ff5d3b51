"""Any number of image files through the model in use, to a table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from ichdesk.core.errors import UserError
from ichdesk.core.notes import shown_name
from ichdesk.core.results import write_text
from ichdesk.core.steps import Steps
from ichdesk.imaging.classified import Classified, ToClassify, Where
from ichdesk.protocol.messages import Pixels, PredictionEnded
from ichdesk.protocol.parts import Floats
from ichdesk.session.jobs import Post, Progress

BATCH = 32
NO_MODEL = "There is no trained model yet; click Train Model first."
_SECONDS_BETWEEN_LOOKS = 0.1  # at whether the work is to be given up
_OTHER_MODEL = "The model changed before all images were classified; classify them again."


class Answers:
    """Images to the worker, from a thread that waits for the answers.

    Args:
        post: Runs a function on the session's thread, from any thread.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._waiting: dict[int, Future[Floats]] = {}

    def ask(
        self,
        images: Pixels,
        send: Callable[[Pixels], int | None],
        look: Callable[[], None],
    ) -> Floats:
        """Probabilities (N, C) of images (N, 224, 224, 3).

        Args:
            images: At most `BATCH`.
            send: Sends them to the worker, on the session's thread; the request's number, or None
                if the model is another one by now.
            look: Called again and again while the answer is awaited; whatever it raises ends that.

        Raises:
            UserError: There will be no answer.
        """
        answer = Future[Floats]()
        self._post(partial(self._send, images, send, answer))
        while not wait([answer], _SECONDS_BETWEEN_LOOKS).done:
            look()
        return answer.result()

    def handle(self, event: PredictionEnded) -> None:
        """Take over an answer, unless nobody waits for it."""
        answer = self._waiting.pop(event.request_id, None)
        if answer is None:
            return
        if event.error is None:
            answer.set_result(event.probabilities)
        else:
            answer.set_exception(UserError(event.error))

    def drop(self) -> None:
        """There will be no more answers: the model is another one, or the worker is gone."""
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer.set_exception(UserError(_OTHER_MODEL))

    def _send(
        self, images: Pixels, send: Callable[[Pixels], int | None], answer: Future[Floats]
    ) -> None:
        request_id = send(images)
        if request_id is None:
            answer.set_exception(UserError(_OTHER_MODEL))
        else:
            self._waiting[request_id] = answer


def classify_files(
    paths: Sequence[Path],
    out: Path,
    shown: tuple[tuple[str, ...], Steps],
    ask: Callable[..., Floats],
    progress: Progress,
) -> Classified:
    """Classify every image behind some paths and write the table, whole or not at all.

    Args:
        paths: Images, scans, folders and zips of them.
        out: The table; an earlier one that lies in a folder is no image.
        shown: The model's labels, and how slices are shown to it.
        ask: `Answers.ask` with `send` filled in.
        progress: Told how many files are done; whatever it raises stops the work.

    Raises:
        UserError: No image can be read, or the table cannot be written.
    """
    labels, steps = shown
    images, answers = ToClassify(paths, [out]), list[tuple[Where, list[float]]]()
    with closing(images.pictures(steps)) as pictures:
        told = _told(pictures, images, progress)
        while batch := list(islice(told, BATCH)):
            pixels = np.stack([each for _, each in batch])
            rows = ask(pixels, look=lambda: progress(*images.progress))
            answers += zip((where for where, _ in batch), rows.tolist(), strict=True)
    classified = images.classified(labels, answers)
    if not classified.rows:
        raise UserError(f"No image in {shown_name(paths[0].name)} can be read; choose others.")
    write_text(classified.table, out)
    return classified


def _told(
    pictures: Iterable[tuple[Where, Pixels]], images: ToClassify, progress: Progress
) -> Iterator[tuple[Where, Pixels]]:
    for picture in pictures:
        progress(*images.progress)
        yield picture
