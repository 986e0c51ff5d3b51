"""Work done by threads a little ahead of whoever needs it, in order and in bounded memory."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future, wait
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_SECONDS_BETWEEN_LOOKS = 0.5  # without them, Ctrl-C has to wait for a thread on Windows


def ahead(
    pool: Executor, work: Callable[[T], R], items: Iterable[T], most: int
) -> Generator[R, None, None]:
    """What comes of each item, in order.

    Args:
        pool: Its threads do the work; what is still waiting when the generator ends is dropped.
        work: Done to each item.
        items: Taken one by one by the caller's thread.
        most: Results and items that may wait for the caller.
    """
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= most:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())
    finally:
        for future in waiting:
            future.cancel()


def _result(future: Future[R]) -> R:
    while not wait([future], _SECONDS_BETWEEN_LOOKS).done:
        pass
    return future.result()
