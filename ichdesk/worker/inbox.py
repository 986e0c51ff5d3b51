"""Requests that wait for the worker's turn."""

from collections import deque
from threading import Condition

from ichdesk.protocol.messages import (
    AddBackbone,
    ListBackbones,
    ListFormats,
    LoadModel,
    MeasureBackbone,
    Observe,
    Predict,
    PrepareImages,
    RepeatTraining,
    Request,
    SaveModel,
    TryModel,
)

_BACKGROUND = (RepeatTraining, Observe, TryModel, PrepareImages)
_SHORT = (
    Predict,
    SaveModel,
    LoadModel,
    ListFormats,
    ListBackbones,
    MeasureBackbone,
    AddBackbone,
)


class Inbox:
    """A queue between the thread that reads and the one that works; None is the end.

    A short request need not wait for work in the background that merely fills a figure: between
    two events of such work it may be done first, unless something else was sent before it.
    """

    def __init__(self) -> None:
        self._waiting: deque[Request | None] = deque()
        self._arrived = Condition()

    def put(self, request: Request | None) -> None:
        """Add to the end."""
        with self._arrived:
            self._waiting.append(request)
            self._arrived.notify()

    def get(self) -> Request | None:
        """The next one, as soon as there is one."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self._waiting) > 0)
            return self._waiting.popleft()

    def get_during(self, going: Request) -> Request | None:
        """A short request that can be done in between; None if there is none now."""
        with self._arrived:
            may = isinstance(going, _BACKGROUND) and self._waiting
            if may and isinstance(self._waiting[0], _SHORT):
                return self._waiting.popleft()
        return None

    def empty(self) -> bool:
        """Whether nothing waits."""
        with self._arrived:
            return not self._waiting
