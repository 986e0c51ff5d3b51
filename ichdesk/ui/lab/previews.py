"""Pictures of slices through two lists of image steps, made on a thread; the newest wins."""

import logging
from collections import OrderedDict
from collections.abc import Callable
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
    """Slices take turns, each through the newest steps, so that all follow while a slider moves.

    Args:
        post: Runs a function on this object's thread, from any thread.
    """

    changed = Signal()

    def __init__(
        self, post: Callable[[Callable[[], None]], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._post = post
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="lab")
        self._wish = Wish((), (), ())
        self._made: dict[Sample, tuple[tuple[Steps, Steps], Pair]] = {}
        self._last: Sample | None = None
        self._is_running = self._is_closed = False
        self._slices: OrderedDict[str, HuImage] = OrderedDict()  # the thread's own
        self._pictures: OrderedDict[tuple[str, Steps], _Pixels] = OrderedDict()

    def __getitem__(self, sample: Sample) -> Pair:
        """The latest pictures of a slice; empty ones until the first are there."""
        return self._made[sample][1] if sample in self._made else Pair()

    @property
    def is_idle(self) -> bool:
        """Whether everything that was wished for is there."""
        return not self._is_running

    def show(self, wish: Wish) -> None:
        """Show this as soon as can be; what was wished for before and is not there is dropped."""
        self._wish = wish
        self._made = {s: made for s, made in self._made.items() if s in wish.samples}
        self._start_next()

    def close(self) -> None:
        """Show nothing any more, and wait for the thread."""
        self._is_closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start_next(self) -> None:
        sample = None if self._is_running or self._is_closed else self._next()
        if sample is not None:
            self._is_running, self._last = True, sample
            self._pool.submit(self._make, sample, self._wish)

    def _next(self) -> Sample | None:
        """The next slice, after the one that was made last, that is not as wished."""
        samples, steps = self._wish.samples, (self._wish.before, self._wish.after)
        start = samples.index(self._last) + 1 if self._last in samples else 0
        for sample in (*samples[start:], *samples[:start]):
            if sample not in self._made or self._made[sample][0] != steps:
                return sample
        return None

    def _make(self, sample: Sample, wish: Wish) -> None:
        pair = self._pair(sample, wish)
        self._post(lambda: self._take(sample, wish, pair))

    def _take(self, sample: Sample, wish: Wish, pair: Pair) -> None:
        if self._is_closed:
            return
        self._is_running = False
        if sample in self._wish.samples:
            self._made[sample] = ((wish.before, wish.after), pair)
        self._start_next()
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
