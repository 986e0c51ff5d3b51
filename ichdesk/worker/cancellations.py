"""Which requests were cancelled: written by the thread that reads, read by the one that works."""

import threading


class Cancellations:
    """A set of request ids that can also hold every id there is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: set[int] = set()
        self._all = False

    def add(self, request_id: int) -> None:
        """Cancel a request that runs, waits or is still to come."""
        with self._lock:
            self._ids.add(request_id)

    def add_all(self) -> None:
        """Cancel everything, from now on."""
        self._all = True

    def discard(self, request_id: int) -> None:
        """Forget a request that has ended."""
        with self._lock:
            self._ids.discard(request_id)

    def __contains__(self, request_id: int) -> bool:
        return self._all or request_id in self._ids
