"""Features of samples, once per image: read, decode, run the backbone, remember.

Each thread reads, decodes and computes whole batches with a single-threaded torch. Against one
batch at a time on all threads, no thread ever waits for another, which matters on a busy computer,
and the numbers do not depend on how many cores there are.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from os import cpu_count
from threading import Lock

import numpy as np
import numpy.typing as npt
import torch

from ichdesk.core.errors import UserError
from ichdesk.core.samples import Sample
from ichdesk.core.steps import DEFAULT_STEPS, Steps, steps_text
from ichdesk.imaging.pipeline import model_pixels
from ichdesk.learn.backbones import Backbone
from ichdesk.learn.near_copies import Small, small_picture
from ichdesk.learn.pixels import SIDE_PX, to_input

Vector = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]

BATCH = 16  # measured on CPUs: 8 and 16 are fastest, larger ones leave the cache
_HEAVY_BATCH = 4  # of ResNet-101, 16 would take seconds, in which no run can be cancelled
_HEAVY_PARAMETERS = 5_000_000
THREADS = min(8, cpu_count() or 1)
_BATCHES_AHEAD = 2  # of those that are being computed


class Cancelled(Exception):  # noqa: N818 - a request, not an error
    """The user asked to stop."""


@dataclass(frozen=True, slots=True)
class FeatureProgress:
    """`done` of `total` samples are ready, `cached` of them without the backbone."""

    done: int
    total: int
    cached: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What is kept of an image: its features (D,), and what tells its near copies."""

    vector: Vector
    small: Small

    @property
    def nbytes(self) -> int:
        """Its size in memory."""
        return self.vector.nbytes + self.small.nbytes


class FeatureCache:
    """Images as `Seen` by content and backbone, the least recently used dropped first.

    Args:
        limit_bytes: Most bytes to hold.
    """

    def __init__(self, limit_bytes: int = 512 * 2**20) -> None:
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._seen: OrderedDict[tuple[str, str], Seen] = OrderedDict()

    def get(self, key: tuple[str, str]) -> Seen | None:
        """What was kept under an `Extractor.key`, or None."""
        if key in self._seen:
            self._seen.move_to_end(key)
        return self._seen.get(key)

    def put(self, key: tuple[str, str], seen: Seen) -> None:
        """Remember an image, and drop old ones if there are too many."""
        if key not in self._seen:
            self._bytes += seen.nbytes
        self._seen[key] = seen
        while self._bytes > self._limit_bytes:
            self._bytes -= self._seen.popitem(last=False)[1].nbytes

    def __len__(self) -> int:
        return len(self._seen)


@dataclass(slots=True)
class FeatureTable:
    """What came out: features per readable image, a reason per unreadable one, by SHA-256."""

    seen: dict[str, Seen] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extractor:
    """A backbone, ready to turn images into features.

    Attributes:
        backbone: Frozen; its module takes (N, 3, 224, 224) and gives (N, D).
        device: Where the module is.
        steps: What happens to slices in Hounsfield units before.
        lock: Held while a GPU works, which gains nothing from several threads.
    """

    backbone: Backbone
    device: torch.device
    steps: Steps = DEFAULT_STEPS
    lock: Lock = field(default_factory=Lock, compare=False, repr=False)

    def key(self, sample: Sample) -> tuple[str, str]:
        """Names the numbers that come out of a sample; devices differ in the last digits."""
        numbers = f"{self.backbone.fingerprint}:{self.device.type}"
        seen = f"{numbers}:{steps_text(self.steps)}" if sample.is_hu else numbers
        return sample.sha256, seen

    @property
    def batch(self) -> int:
        """Images per batch."""
        count = sum(parameter.numel() for parameter in self.backbone.module.parameters())
        heavy = self.device.type == "cpu" and count > _HEAVY_PARAMETERS
        return _HEAVY_BATCH if heavy else BATCH

    @torch.inference_mode()
    def run(self, images: Image) -> Vector:
        """Features (N, D) float32 of images (N, 224, 224, 3) uint8.

        What a GPU has no memory for at once goes through in halves.

        Raises:
            UserError: The weights of the backbone are such that its numbers overflow.
            torch.OutOfMemoryError: There is no memory for a single image.
        """
        numbers = self._numbers(images)
        if numbers is None:
            middle = len(images) // 2
            return np.concatenate([self.run(images[:middle]), self.run(images[middle:])])
        if not np.isfinite(numbers).all():
            raise UserError(
                f"The backbone “{self.backbone.name}” gives no usable numbers; choose another one."
            )
        return numbers

    def _numbers(self, images: Image) -> Vector | None:
        """Features of all images at once; None if the memory is too small for several."""
        try:
            features: torch.Tensor = self.backbone.module(to_input(images, self.device))
            numbers: Vector = features.float().cpu().numpy()
        except torch.OutOfMemoryError:
            if len(images) < 2:
                raise
            return None
        return numbers

    def compute(self, samples: Sequence[Sample]) -> list[tuple[Sample, Seen | str]]:
        """The features, or why there are none, of at most `batch` samples."""
        images = [read_image(sample, self.steps) for sample in samples]
        pixels = [image for image in images if not isinstance(image, str)]
        rows = iter(self._run_full_batch(pixels) if pixels else ())
        results = [i if isinstance(i, str) else Seen(next(rows), small_picture(i)) for i in images]
        return list(zip(samples, results, strict=True))

    def _run_full_batch(self, images: Sequence[Image]) -> list[Vector]:
        """Features (D,) of each image, of a batch padded to `batch`.

        Convolutions round differently for different batch sizes; with one size, an image has the
        same features whatever else is in the project and in the cache.
        """
        batch = np.zeros((self.batch, SIDE_PX, SIDE_PX, 3), np.uint8)
        batch[: len(images)] = images
        with nullcontext() if self.device.type == "cpu" else self.lock:
            features = self.run(batch)
        return [row.copy() for row in features[: len(images)]]  # a view would keep the batch


def extract(
    samples: Sequence[Sample],
    extractor: Extractor,
    cache: FeatureCache,
    is_cancelled: Callable[[], bool],
    threads: int = THREADS,
) -> Generator[FeatureProgress, None, FeatureTable]:
    """Features of all samples; equal images are computed once.

    Yields:
        Progress, first of all what the cache had, then after every batch.

    Returns:
        By way of `yield from`, the table.

    Raises:
        Cancelled: `is_cancelled` said so, asked before every batch.
    """
    table = FeatureTable()
    missing: dict[str, list[Sample]] = {}
    for sample in samples:
        seen = cache.get(extractor.key(sample))
        if seen is None:
            missing.setdefault(sample.sha256, []).append(sample)
        else:
            table.seen[sample.sha256] = seen
    cached = done = len(samples) - sum(map(len, missing.values()))
    yield FeatureProgress(done, len(samples), cached)
    first_copies = [copies[0] for copies in missing.values()]
    for batch in _batches(first_copies, extractor, is_cancelled, threads):
        for sample, result in batch:
            if isinstance(result, str):
                table.unreadable[sample.sha256] = result
            else:
                table.seen[sample.sha256] = result
                cache.put(extractor.key(sample), result)
            done += len(missing[sample.sha256])
        yield FeatureProgress(done, len(samples), cached)
    return table


def _batches(
    samples: Sequence[Sample],
    extractor: Extractor,
    is_cancelled: Callable[[], bool],
    threads: int,
) -> Iterator[list[tuple[Sample, Seen | str]]]:
    """Results in order, computed by threads a few batches ahead and no further."""
    waiting: deque[Future[list[tuple[Sample, Seen | str]]]] = deque()
    size = extractor.batch
    coming = (samples[start : start + size] for start in range(0, len(samples), size))
    pool = ThreadPoolExecutor(threads, "features", torch.set_num_threads, (1,))
    try:
        while True:
            if is_cancelled():
                raise Cancelled
            for batch in islice(coming, threads + _BATCHES_AHEAD - len(waiting)):
                waiting.append(pool.submit(extractor.compute, batch))
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def read_image(sample: Sample, steps: Steps = DEFAULT_STEPS) -> Image | str:
    """The pixels of a sample, (224, 224, 3) uint8, or one sentence on why there are none."""
    try:
        data = sample.read()
    except (OSError, ValueError):
        return f"The file “{sample.path.name}” that held the image is gone or was changed."
    if sha256(data).hexdigest() != sample.sha256:
        return f"The file “{sample.path.name}” was changed after it was opened; open it again."
    try:
        return model_pixels(data, steps)
    except UserError as error:
        return str(error)
