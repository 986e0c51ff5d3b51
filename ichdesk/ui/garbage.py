"""Garbage collection on the window's thread alone.

Python looks for cycles of garbage on whatever thread allocates. Where that ends a Qt object on
another thread than the window's, the two can wait for each other for ever: one for a lock of Qt,
the other for Python's.
"""

import gc
from time import monotonic

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 500
_BETWEEN_FULL_S = 20.0  # looking at everything takes long in a large project


class GarbageCollection(QObject):
    """Does what Python does by itself, now and then between two events; until `stop`."""

    def __init__(self) -> None:
        super().__init__()
        gc.disable()
        self._full_s = monotonic()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(_EVERY_MS)

    def collect(self) -> None:
        """Collect the oldest generation that has its fill, and with it all younger ones."""
        count, limit = gc.get_count(), gc.get_threshold()
        if count[2] > limit[2] and monotonic() - self._full_s > _BETWEEN_FULL_S:
            gc.collect()
            self._full_s = monotonic()
        elif count[1] > limit[1]:
            gc.collect(1)
        elif count[0] > limit[0]:
            gc.collect(0)

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()
