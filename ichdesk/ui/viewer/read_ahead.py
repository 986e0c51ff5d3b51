"""Decodes samples on a thread of its own: the one that is looked at, then its neighbors."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from ichdesk.core.errors import UserError
from ichdesk.core.samples import Sample

T = TypeVar("T")
R = TypeVar("R")
Post = Callable[[Callable[[], None]], None]

CACHE_BYTES = 96 * 2**20
_GONE = "The file that holds it cannot be read; open the project again."


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a sample could not be decoded, in a sentence."""

    text: str


class ReadAhead(Generic[T]):
    """What `make` makes of samples, by their content, in a bounded cache.

    Args:
        make: Runs on the thread; may raise OSError and UserError.
        weigh: Bytes that a result takes.
        post: Runs a function on the caller's thread, from any thread.
        on_ready: Called on the caller's thread whenever a sample is there.
    """

    def __init__(
        self,
        make: Callable[[Sample], T],
        weigh: Callable[[T], int],
        post: Post,
        on_ready: Callable[[], None],
    ) -> None:
        self._make = make
        self._weigh = weigh
        self._post = post
        self._on_ready = on_ready
        self._made: OrderedDict[str, T | Problem] = OrderedDict()
        self._wanted: tuple[Sample, ...] = ()
        self._running: str | None = None
        self._round = 0
        self._is_closed = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="viewer")

    def get(self, sample: Sample) -> T | Problem | None:
        """What was made of a sample; None if it is not there yet."""
        return self._made.get(sample.sha256)

    @property
    def is_idle(self) -> bool:
        """Whether everything that is wanted is there."""
        return self._running is None and self._next() is None

    def want(self, samples: Sequence[Sample]) -> None:
        """Make these, the first one first; what was wanted before and is not begun is dropped."""
        self._wanted = tuple(samples)
        for sample in reversed(self._wanted):
            if sample.sha256 in self._made:
                self._made.move_to_end(sample.sha256)
        self._start_next()

    def restart(self, make: Callable[[Sample], T]) -> None:
        """Make everything anew, in another way."""
        self._make = make
        self._made.clear()
        self._round += 1
        self._start_next()

    def run(self, work: Callable[[], R], then: Callable[[R], None]) -> None:
        """Do something else on the thread and hand over what came of it."""
        self._pool.submit(lambda: self._hand_over(work(), then))

    def close(self) -> None:
        """Want nothing any more and wait for the thread."""
        self._is_closed = True
        self._wanted = ()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _next(self) -> Sample | None:
        return next((s for s in self._wanted if s.sha256 not in self._made), None)

    def _start_next(self) -> None:
        sample = self._next()
        if self._running is None and sample is not None and not self._is_closed:
            self._running = sample.sha256
            self._pool.submit(self._decode, sample, self._make, self._round)

    def _decode(self, sample: Sample, make: Callable[[Sample], T], round_: int) -> None:
        made: T | Problem
        try:
            made = make(sample)
        except OSError:
            made = Problem(_GONE)
        except UserError as error:
            made = Problem(str(error))
        self._post(lambda: self._keep(sample.sha256, made, round_))

    def _keep(self, digest: str, made: T | Problem, round_: int) -> None:
        if self._is_closed:
            return
        self._running = None
        if round_ == self._round:
            self._made[digest] = made
            self._forget_oldest()
        self._start_next()
        if round_ == self._round:
            self._on_ready()

    def _forget_oldest(self) -> None:
        wanted = {sample.sha256 for sample in self._wanted}
        total = sum(0 if isinstance(m, Problem) else self._weigh(m) for m in self._made.values())
        for digest in tuple(self._made):
            if total <= CACHE_BYTES:
                return
            if digest not in wanted:
                gone = self._made.pop(digest)
                total -= 0 if isinstance(gone, Problem) else self._weigh(gone)

    def _hand_over(self, result: R, then: Callable[[R], None]) -> None:
        self._post(lambda: None if self._is_closed else then(result))
