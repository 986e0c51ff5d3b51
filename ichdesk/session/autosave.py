"""Keeps what is not saved yet in a journal, seconds after each edit, for the time after a crash."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from ichdesk.archive import SampleStore
from ichdesk.archive.journal import JournalWriter, Unsaved
from ichdesk.archive.spool_folder import SpoolFolder
from ichdesk.core.notes import os_reason
from ichdesk.session.jobs import Post
from ichdesk.session.session import Session
from ichdesk.session.state import Change, Level

_log = logging.getLogger(__name__)

PAUSE_S = 1.0  # between two journals: how old an edit is when its writing begins, at most
_AFTER_FAILURE_S = 20.0


class Autosave:
    """Writes on a thread of its own, for jobs on files may take minutes.

    Args:
        session: Whose project is kept.
        store: Its samples; the journal lies beside them.
        post: Runs a function on the session's thread, from any thread.
        pause_s: Time between two journals.
    """

    def __init__(
        self, session: Session, store: SampleStore, post: Post, pause_s: float = PAUSE_S
    ) -> None:
        self._session = session
        self._store = store
        self._post = post
        self._pause_s = pause_s
        self._writer: JournalWriter | None = None
        self._wanted: Unsaved | None = None
        self._kept: Unsaved | None = None
        self._replaced: list[SpoolFolder] = []
        self._has_failed = self._is_closing = False
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        session.subscribe(self._on_change)

    def replace(self, folder: SpoolFolder) -> None:
        """Remove a folder once what was restored from it is in this window's own journal."""
        with self._news:
            self._replaced.append(folder)
            self._wake()

    def close(self, *, keep: bool = False) -> bool:
        """End the thread.

        Args:
            keep: Write down what is unsaved now, for the next start.

        Returns:
            Whether the folder of the store holds unsaved work that the next start should offer.
        """
        with self._news:
            self._is_closing = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join()
        if keep:
            self._step()
        for folder in self._replaced:
            if keep:  # it could not be done
                folder.leave()
            else:  # the user has saved, or chosen not to
                folder.remove()
        return keep and self._kept is not None

    def _on_change(self, change: Change) -> None:
        if not change & (Change.PROJECT | Change.FILE | Change.RUN):
            return
        session = self._session
        unsaved = None
        if session.has_unsaved_work:
            unsaved = Unsaved(session.project, session.runs, session.path)
        with self._news:
            if not _is_same(unsaved, self._wanted):
                self._wanted = unsaved
                self._wake()

    def _wake(self) -> None:
        """Let the thread look; the lock is held. There is none before the first edit."""
        if self._thread is None and not self._is_closing:
            self._thread = threading.Thread(target=self._run, name="autosave", daemon=True)
            self._thread.start()
        self._news.notify()

    # --- the thread --------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._is_closing or self._is_behind())
                if self._is_closing:
                    return
            pause_s = self._pause_s if self._step() else _AFTER_FAILURE_S
            with self._news:
                self._news.wait_for(lambda: self._is_closing, pause_s)

    def _is_behind(self) -> bool:
        return bool(self._replaced) or not _is_same(self._wanted, self._kept)

    def _step(self) -> bool:
        """Make the journal say what is wanted now; False if that could not be done."""
        with self._news:
            wanted, replaced = self._wanted, tuple(self._replaced)
        try:
            if not _is_same(wanted, self._kept):
                self._keep(wanted)
        except OSError as error:
            self._tell(f"The disk with the temporary files says: {os_reason(error)}.")
            return False
        except Exception:  # noqa: BLE001 - the window goes on without
            _log.exception("autosave failed")
            self._tell("An unexpected error; the log has it.")
            return False
        for folder in replaced:
            folder.remove()
        with self._news:
            self._kept = wanted
            del self._replaced[: len(replaced)]
        return True

    def _keep(self, wanted: Unsaved | None) -> None:
        if wanted is None:
            if self._writer is not None:
                self._writer.clear()
            return
        if self._writer is None:
            self._writer = JournalWriter(self._store.folder())
        self._writer.write(wanted, datetime.now().astimezone())

    def _tell(self, detail: str) -> None:
        """Say it once; everything else works without."""
        if self._has_failed:
            return
        self._has_failed = True
        report: Callable[[], None] = lambda: self._session.report(  # noqa: E731
            "Your changes cannot be kept for the case of a crash; save the project now and then.",
            Level.WARNING,
            (detail,),
        )
        self._post(report)


def _is_same(one: Unsaved | None, other: Unsaved | None) -> bool:
    return one is other if one is None else one.is_same(other)
