"""Large scans one at a time, so that many threads do not need many times their memory."""

from contextlib import AbstractContextManager, nullcontext
from threading import RLock

LARGE_BYTES = 32 * 2**20
LARGE_PIXELS = 4_000_000

_alone = RLock()


def turn(is_large: bool) -> AbstractContextManager[object]:
    """Wait for all other large ones, if this is one; to be left by the thread that enters it."""
    return _alone if is_large else nullcontext()
