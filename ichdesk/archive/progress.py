"""How long jobs on files tell how far they are, and how they are stopped."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Takes (done, total); raises `Cancelled` to stop the job, which then leaves nothing half-done."""

_STEP = 32


class Cancelled(Exception):  # noqa: N818 - the user's wish, not an error
    """Raised by a progress function to stop a job."""


def reported(items: Sequence[T], progress: Progress | None) -> Iterator[T]:
    """The items, with word of how many are done every few of them, at the start and at the end."""
    if progress is None:
        yield from items
        return
    for done, item in enumerate(items):
        if done % _STEP == 0:
            progress(done, len(items))
        yield item
    progress(len(items), len(items))
