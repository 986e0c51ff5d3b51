"""Images to try the model on: read in the background, then sent to the worker."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from ichdesk.core.errors import UserError
from ichdesk.core.samples import ClassBin
from ichdesk.core.steps import Steps
from ichdesk.imaging.pictures import read_one
from ichdesk.imaging.pipeline import model_pixels
from ichdesk.imaging.sources import FileSource
from ichdesk.protocol.messages import Pixels, PredictionEnded
from ichdesk.session.jobs import Post
from ichdesk.session.state import PreviewImage

MAX_IMAGES = 200


class Preview:
    """The preview's images and the prediction under way.

    Args:
        post: Runs a function on the session's thread, from any thread.
        changed: Called there after a change, with a sentence if a prediction failed.
        predict: Sends images (N, 224, 224, 3) to the worker; None if there is no model.
    """

    def __init__(
        self,
        post: Post,
        changed: Callable[[str | None], None],
        predict: Callable[[Pixels], int | None],
    ) -> None:
        self._post = post
        self._changed = changed
        self._predict = predict
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="preview")
        self._generation = 0
        self._request_id: int | None = None
        self.images: tuple[PreviewImage, ...] = ()

    def load_files(self, paths: Sequence[Path], steps: Steps) -> None:
        """Read image files in the background, then show and classify them."""
        self._load(partial(_read_file, path, steps) for path in paths)

    def load_samples(self, bin_: ClassBin, indices: Sequence[int], steps: Steps) -> None:
        """Read samples of a class in the background, then show and classify them."""
        self._load(partial(_read_sample, bin_, index, steps) for index in indices)

    def predict(self) -> None:
        """Classify the images with the current model."""
        readable = [image.pixels for image in self.images if image.pixels is not None]
        self._request_id = self._predict(np.stack(readable)) if readable else None

    def show(self, event: PredictionEnded) -> None:
        """Take over probabilities, unless they are of an older request."""
        if event.request_id != self._request_id:
            return
        self._request_id = None
        rows = iter(event.probabilities)
        if event.error is None:
            self.images = tuple(
                image
                if image.pixels is None
                else replace(image, probabilities=tuple(float(p) for p in next(rows)))
                for image in self.images
            )
        self._changed(event.error)

    def forget_probabilities(self) -> None:
        """Drop the outputs of the former model."""
        self._request_id = None
        self.images = tuple(replace(image, probabilities=None) for image in self.images)

    def forget_requests(self) -> None:
        """Wait for no answer any more: the worker is gone."""
        self._request_id = None

    def clear(self) -> None:
        """Show no image."""
        self._generation += 1
        self._request_id = None
        self.images = ()

    def close(self) -> None:
        """Stop reading and wait for the thread."""
        self._generation += 1
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _load(self, readers: Iterable[Callable[[], PreviewImage]]) -> None:
        self._generation += 1
        self._pool.submit(self._read, self._generation, tuple(islice(readers, MAX_IMAGES)))

    def _read(self, generation: int, readers: tuple[Callable[[], PreviewImage], ...]) -> None:
        read_so_far: list[PreviewImage] = []
        for read in readers:
            if generation != self._generation:  # nobody wants these any more
                return
            read_so_far.append(read())
        images = tuple(read_so_far)

        def show() -> None:
            if generation == self._generation:
                self.images = images
                self.predict()
                self._changed(None)

        self._post(show)


def _read_file(path: Path, steps: Steps) -> PreviewImage:
    try:
        pixels = model_pixels(read_one(FileSource(path).read()), steps)
    except UserError as error:
        return PreviewImage(path.name, error=str(error))
    return PreviewImage(path.name, pixels)


def _read_sample(bin_: ClassBin, index: int, steps: Steps) -> PreviewImage:
    name = f"{bin_.name}, image {index + 1:,}"
    try:
        return PreviewImage(name, model_pixels(bin_.samples[index].read(), steps))
    except (OSError, UserError):
        return PreviewImage(name, error="The image is damaged and cannot be read.")
