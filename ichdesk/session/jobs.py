"""Work on files in the background, one job after another, with progress and cancel."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TypeVar

from ichdesk.archive import Cancelled
from ichdesk.core.errors import UserError
from ichdesk.session.state import JobState

T = TypeVar("T")
Progress = Callable[[int, int], None]
Post = Callable[[Callable[[], None]], None]

_SECONDS_BETWEEN_REPORTS = 1 / 30

_log = logging.getLogger(__name__)


class Jobs:
    """Runs work on one thread and reports on the thread of the session.

    Args:
        post: Runs a function on the session's thread, from any thread.
        changed: Called there when `state` has changed.
        failed: Called there with a sentence when a job fails.
    """

    def __init__(
        self, post: Post, changed: Callable[[], None], failed: Callable[[str], None]
    ) -> None:
        self._post = post
        self._changed = changed
        self._failed = failed
        self._cancel = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="files")
        self._closed = False
        self.state: JobState | None = None

    def start(
        self,
        title: str,
        work: Callable[[Progress], T],
        done: Callable[[T], None],
        ended: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """Queue work.

        Args:
            title: Says what is being done.
            work: Runs on the thread of files.
            done: Gets the result on the session's thread, unless work failed or was cancelled.
            ended: Called there last, in every case; True if the work was done.
        """
        self._pool.submit(self._run, title, work, done, ended)

    def cancel(self) -> None:
        """Stop the current job at its next report of progress."""
        self._cancel.set()

    def close(self) -> None:
        """Stop everything and wait for the thread."""
        self._closed = True
        self._cancel.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(
        self,
        title: str,
        work: Callable[[Progress], T],
        done: Callable[[T], None],
        ended: Callable[[bool], None],
    ) -> None:
        if self._closed:
            return
        self._cancel.clear()
        self._show(JobState(title))

        shown_s = monotonic()

        def progress(count: int, total: int) -> None:
            nonlocal shown_s
            if self._cancel.is_set() or self._closed:
                raise Cancelled
            if monotonic() - shown_s >= _SECONDS_BETWEEN_REPORTS:
                shown_s = monotonic()
                self._show(JobState(title, count, total))

        try:
            result = work(progress)
        except Cancelled:
            self._end(lambda: ended(False))
        except UserError as error:
            self._fail(str(error), ended)
        except Exception:  # noqa: BLE001 - whatever a job meets must end in a sentence
            _log.exception("job failed")  # no title: file names may be names of patients
            self._fail(f"{title} did not finish because of an unexpected error; try again.", ended)
        else:
            self._end(lambda: done(result), lambda: ended(True))

    def _fail(self, text: str, ended: Callable[[bool], None]) -> None:
        self._end(lambda: self._failed(text), lambda: ended(False))

    def _end(self, *reports: Callable[[], None]) -> None:
        self._show(None)
        for report in reports:
            self._post(report)

    def _show(self, state: JobState | None) -> None:
        def show() -> None:
            self.state = state
            self._changed()

        self._post(show)
