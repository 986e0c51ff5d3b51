"""Small pictures of samples, decoded on two threads and kept in a bounded cache."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from ichdesk.core.errors import UserError
from ichdesk.core.samples import Sample
from ichdesk.core.steps import DEFAULT_STEPS, Steps, steps_text
from ichdesk.imaging.pipeline import model_pixels

THUMBNAIL_PX = 64
_CACHE_BYTES = 64 * 2**20
_THREADS = 2
_BYTES_PER_PIXEL = 4


class Thumbnails(QObject):
    """Pixmaps of samples by content, slices in Hounsfield units as the network sees them.

    Each strip says which samples it shows now; what a strip no longer wants is never decoded.

    Args:
        post: Runs a function on this object's thread, from any thread.
        ratio: Device pixels per pixel of the sharpest screen.
        side_px: Of a picture.
    """

    ready = Signal(str)
    steps_changed = Signal()

    def __init__(
        self,
        post: Callable[[Callable[[], None]], None],
        ratio: float = 1.0,
        parent: QObject | None = None,
        side_px: int = THUMBNAIL_PX,
    ) -> None:
        super().__init__(parent)
        self._post = post
        self._side_px = round(side_px * ratio)
        self._ratio = ratio
        self._steps = DEFAULT_STEPS
        self._seen = ""  # names the steps in the keys of slices
        self._cache: OrderedDict[str, QPixmap | None] = OrderedDict()
        self._capacity = _CACHE_BYTES // (_BYTES_PER_PIXEL * self._side_px**2)
        self._latest: dict[str, str] = {}  # key of the last picture of a digest
        self._wanted: dict[int, dict[str, Sample]] = {}
        self._running: set[str] = set()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="thumbnails")

    def set_steps(self, steps: Steps) -> None:
        """Show slices through other image steps from now on; who shows some asks again."""
        if steps != self._steps:
            self._steps, self._seen = steps, steps_text(steps)
            self._wanted.clear()
            self.steps_changed.emit()

    def __contains__(self, sample: Sample) -> bool:
        """Whether the sample was decoded, or tried in vain, and is still in the cache."""
        return self._key(sample) in self._cache

    def __getitem__(self, sample: Sample) -> QPixmap | None:
        """The picture, or None if there is none yet or it cannot be decoded.

        A slice is shown through its former steps until its new picture is there.
        """
        key = self._key(sample)
        if key not in self._cache:
            return self._cache.get(self._latest.get(sample.sha256, ""))
        self._cache.move_to_end(key)
        return self._cache[key]

    @property
    def is_idle(self) -> bool:
        """Whether everything that is wanted is there."""
        return not self._wanted and not self._running

    def want(self, owner: int, samples: Iterable[Sample]) -> None:
        """Decode these samples; replaces what the same owner wanted before."""
        missing = {key: s for s in samples if (key := self._key(s)) not in self._cache}
        self._wanted.pop(owner, None)
        if missing:
            self._wanted[owner] = missing
        self._start_next()

    def close(self) -> None:
        """Forget all wishes and wait for the threads."""
        self._wanted.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start_next(self) -> None:
        while len(self._running) < _THREADS and (sample := self._next()) is not None:
            key = self._key(sample)
            self._running.add(key)
            self._pool.submit(self._decode, sample, key, self._steps)

    def _key(self, sample: Sample) -> str:
        return f"{sample.sha256} {self._seen}" if sample.is_hu else sample.sha256

    def _next(self) -> Sample | None:
        for wanted in reversed(self._wanted.values()):  # who asked last is looked at now
            for key, sample in wanted.items():
                if key not in self._running:
                    return sample
        return None

    def _decode(self, sample: Sample, key: str, steps: Steps) -> None:
        try:
            image = small_image(sample.read(), self._side_px, steps)
        except (OSError, UserError):
            image = None
        self._post(lambda: self._keep(sample.sha256, key, image))

    def _keep(self, digest: str, key: str, image: QImage | None) -> None:
        self._running.discard(key)
        for owner in [o for o, wanted in self._wanted.items() if wanted.pop(key, None)]:
            if not self._wanted[owner]:
                del self._wanted[owner]
        pixmap = None
        if image is not None:
            pixmap = QPixmap.fromImage(image)
            pixmap.setDevicePixelRatio(self._ratio)
        self._cache[key] = pixmap
        self._latest[digest] = key
        while len(self._cache) > self._capacity:
            self._drop_oldest()
        self.ready.emit(digest)
        self._start_next()

    def _drop_oldest(self) -> None:
        key, _ = self._cache.popitem(last=False)
        digest = key.partition(" ")[0]
        if self._latest.get(digest) == key:
            del self._latest[digest]


def small_image(data: bytes, side_px: int, steps: Steps = DEFAULT_STEPS) -> QImage:
    """A sample's picture as a square of this size.

    Raises:
        UserError: The bytes are damaged.
    """
    pixels = model_pixels(data, steps)  # (H, W, 3), RGB
    height, width, _ = pixels.shape
    full = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return full.scaled(
        side_px,
        side_px,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    ).convertToFormat(QImage.Format.Format_RGB32)
