"""Pillow's warnings kept from the user's terminal, from any number of threads at once."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_filters: "list[warnings.catch_warnings[None]]" = []
_users = 0


@contextmanager
def quiet() -> Iterator[None]:
    """Ignore warnings while any thread is inside.

    `warnings.catch_warnings` alone is not safe with threads: two that overlap restore each other's
    filters. Here the first one in sets them and the last one out restores them.
    """
    global _users  # noqa: PLW0603 - the filters are global too
    with _lock:
        if not _users:
            caught = warnings.catch_warnings()
            caught.__enter__()
            warnings.simplefilter("ignore")
            _filters.append(caught)
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                _filters.pop().__exit__(None, None, None)
