"""Features of samples, once per image: read, decode, run the backbone, remember."""

from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from os import cpu_count

import numpy as np
import numpy.typing as npt
import torch

from ichdesk.core.errors import UserError
from ichdesk.core.samples import Sample
from ichdesk.imaging.decode import decode_sample
from ichdesk.learn.backbones import Backbone
from ichdesk.learn.pixels import SIDE_PX, to_input

Vector = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]

BATCH = 32
_PREFETCHED_BATCHES = 3
_THREADS = min(4, cpu_count() or 1)


class Cancelled(Exception):  # noqa: N818 - a request, not an error
    """The user asked to stop."""


@dataclass(frozen=True, slots=True)
class FeatureProgress:
    """`done` of `total` samples are ready, `cached` of them without the backbone."""

    done: int
    total: int
    cached: int


class FeatureCache:
    """Feature vectors by content and backbone, the least recently used dropped first.

    Args:
        limit_bytes: Most bytes of vectors to hold.
    """

    def __init__(self, limit_bytes: int = 512 * 2**20) -> None:
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._vectors: OrderedDict[tuple[str, str], Vector] = OrderedDict()

    def get(self, key: tuple[str, str]) -> Vector | None:
        """The vector of (SHA-256 of the image, key of the backbone), or None."""
        if key in self._vectors:
            self._vectors.move_to_end(key)
        return self._vectors.get(key)

    def put(self, key: tuple[str, str], vector: Vector) -> None:
        """Remember a vector, and drop old ones if there are too many."""
        if key not in self._vectors:
            self._bytes += vector.nbytes
        self._vectors[key] = vector
        while self._bytes > self._limit_bytes:
            self._bytes -= self._vectors.popitem(last=False)[1].nbytes

    def __len__(self) -> int:
        return len(self._vectors)


@dataclass(slots=True)
class FeatureTable:
    """What came out: a vector per readable image, a reason per unreadable one, by SHA-256."""

    vectors: dict[str, Vector] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extractor:
    """A backbone, ready to turn images into features.

    Attributes:
        backbone: Frozen; its module takes (N, 3, 224, 224) and gives (N, D).
        device: Where the module is.
    """

    backbone: Backbone
    device: torch.device

    @property
    def key(self) -> str:
        """Names the numbers that come out; devices differ in the last digits."""
        return f"{self.backbone.fingerprint}:{self.device.type}"

    @torch.inference_mode()
    def run(self, images: Image) -> Vector:
        """Features (N, D) float32 of images (N, 224, 224, 3) uint8."""
        features: torch.Tensor = self.backbone.module(to_input(images, self.device))
        return features.float().cpu().numpy()

    def run_full_batch(self, images: Sequence[Image]) -> Vector:
        """Like `run`, padded to `BATCH` images.

        Convolutions round differently for different batch sizes; with one size, an image has the
        same features whatever else is in the project and in the cache.
        """
        batch = np.zeros((BATCH, SIDE_PX, SIDE_PX, 3), np.uint8)
        batch[: len(images)] = images
        return self.run(batch)[: len(images)]


def extract(
    samples: Sequence[Sample],
    extractor: Extractor,
    cache: FeatureCache,
    is_cancelled: Callable[[], bool],
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
        vector = cache.get((sample.sha256, extractor.key))
        if vector is None:
            missing.setdefault(sample.sha256, []).append(sample)
        else:
            table.vectors[sample.sha256] = vector
    cached = done = len(samples) - sum(map(len, missing.values()))
    yield FeatureProgress(done, len(samples), cached)
    for batch in _decoded_batches([copies[0] for copies in missing.values()], is_cancelled):
        images = {sample.sha256: image for sample, image in batch if not isinstance(image, str)}
        table.unreadable |= {s.sha256: reason for s, reason in batch if isinstance(reason, str)}
        vectors = extractor.run_full_batch(list(images.values())) if images else ()
        for digest, vector in zip(images, vectors, strict=True):
            table.vectors[digest] = vector.copy()  # a view would keep the whole batch
            cache.put((digest, extractor.key), table.vectors[digest])
        done += sum(len(missing[sample.sha256]) for sample, _ in batch)
        yield FeatureProgress(done, len(samples), cached)
    return table


def _decoded_batches(
    samples: Sequence[Sample], is_cancelled: Callable[[], bool]
) -> Iterator[list[tuple[Sample, Image | str]]]:
    """Images, or why there is none, decoded by threads a few batches ahead and no further."""
    waiting: deque[tuple[Sample, Future[Image | str]]] = deque()
    coming = iter(samples)
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="decode")
    try:
        while True:
            if is_cancelled():
                raise Cancelled
            for sample in islice(coming, _PREFETCHED_BATCHES * BATCH - len(waiting)):
                waiting.append((sample, pool.submit(read_image, sample)))
            if not waiting:
                return
            ready = [waiting.popleft() for _ in range(min(BATCH, len(waiting)))]
            yield [(sample, future.result()) for sample, future in ready]
    finally:
        pool.shutdown(cancel_futures=True)


def read_image(sample: Sample) -> Image | str:
    """The pixels of a sample, (224, 224, 3) uint8, or one sentence on why there are none."""
    try:
        data = sample.read()
    except (OSError, ValueError):
        return f"The file “{sample.path.name}” that held the image is gone or was changed."
    if sha256(data).hexdigest() != sample.sha256:
        return f"The file “{sample.path.name}” was changed after it was opened; open it again."
    try:
        return decode_sample(data)
    except UserError as error:
        return str(error)
