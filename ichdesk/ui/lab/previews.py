"""Pictures of slices through two lists of image steps, made on a thread; the newest wish wins."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from ichdesk.core.errors import UserError
from ichdesk.core.samples import Sample
from ichdesk.core.steps import Steps
from ichdesk.imaging.hu_png import read_hu_png
from ichdesk.imaging.pipeline import slice_pixels
from ichdesk.imaging.slices import HuImage
from ichdesk.imaging.step_effect import StepEffect, effect

_SLICES_KEPT = 16  # of 1 MB each, if 512 x 512
_PICTURES_KEPT = 64
_DAMAGED = "This slice is damaged and cannot be shown."

_Pixels = npt.NDArray[np.uint8]
_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pair:
    """A slice through the former and the present steps, or why it cannot be shown."""

    before: QImage | None = None
    after: QImage | None = None
    effect: StepEffect | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to show."""

    samples: tuple[Sample, ...]
    before: Steps
    after: Steps


class Previews(QObject):
    """One wish at a time is fulfilled; of those that come meanwhile, only the last one is.

    Args:
        post: Runs a function on this object's thread, from any thread.

    Attributes:
        pairs: One per sample of `shown`.
        shown: The wish that was fulfilled last.
    """

    changed = Signal()

    def __init__(
        self, post: Callable[[Callable[[], None]], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._post = post
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="lab")
        self._wanted: Wish | None = None
        self._running: Wish | None = None
        self._is_closed = False
        self._slices: OrderedDict[str, HuImage] = OrderedDict()  # the thread's own
        self._pictures: OrderedDict[tuple[str, Steps], _Pixels] = OrderedDict()
        self.shown: Wish | None = None
        self.pairs: tuple[Pair, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Whether everything that was wished for is there."""
        return self._running is None

    def show(self, wish: Wish) -> None:
        """Show this as soon as can be."""
        if self._running is not None:
            self._wanted = wish
        elif wish != self.shown:
            self._start(wish)

    def close(self) -> None:
        """Show nothing any more, and wait for the thread."""
        self._is_closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start(self, wish: Wish) -> None:
        self._running = wish
        self._pool.submit(self._fulfill, wish)

    def _fulfill(self, wish: Wish) -> None:
        pairs = tuple(self._pair(sample, wish) for sample in wish.samples)
        self._post(lambda: self._take(wish, pairs))

    def _take(self, wish: Wish, pairs: Sequence[Pair]) -> None:
        if self._is_closed:
            return
        self.shown, self.pairs = wish, tuple(pairs)
        self._running, wanted, self._wanted = None, self._wanted, None
        if wanted is not None and wanted != wish:
            self._start(wanted)
        self.changed.emit()

    def _pair(self, sample: Sample, wish: Wish) -> Pair:
        try:
            image = self._slice(sample)
            before = self._picture(sample, image, wish.before)
            after = self._picture(sample, image, wish.after)
        except (OSError, UserError):
            return Pair(error=_DAMAGED)
        except Exception:  # noqa: BLE001 - a slice that a step cannot take must not stop the others
            _log.exception("a step failed")
            return Pair(error="These steps cannot be applied to this slice; change a setting.")
        return Pair(_image(before), _image(after), effect(before, after))

    def _slice(self, sample: Sample) -> HuImage:
        return _kept(self._slices, sample.sha256, lambda: read_hu_png(sample.read()), _SLICES_KEPT)

    def _picture(self, sample: Sample, image: HuImage, steps: Steps) -> _Pixels:
        """(224, 224, 3)."""
        key = (sample.sha256, steps)
        return _kept(self._pictures, key, lambda: slice_pixels(image, steps), _PICTURES_KEPT)


def _kept(
    cache: "OrderedDict[_Key, _Kept]", key: _Key, make: Callable[[], _Kept], most: int
) -> _Kept:
    """From the cache, or made and put there."""
    if key not in cache:
        cache[key] = make()
        if len(cache) > most:
            cache.popitem(last=False)
    cache.move_to_end(key)
    return cache[key]


def _image(pixels: _Pixels) -> QImage:
    height, width, _ = pixels.shape
    image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)  # a copy with memory of its own
