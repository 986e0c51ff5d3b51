"""Work that a window had not saved when it crashed: found at the next start and restored."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from ichdesk.archive import SampleStore
from ichdesk.archive.journal_reader import LeftWork, read_left_work, restore_left_work
from ichdesk.archive.spool_folder import JOURNAL_NAME, SpoolFolder
from ichdesk.imaging.pipeline import checked
from ichdesk.session.autosave import Autosave
from ichdesk.session.jobs import Post
from ichdesk.session.session import Session

_UNUSABLE_S = 30 * 24 * 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """What one crashed window left.

    Attributes:
        work: What it is about.
        folder: Where it is; locked, so that no other window offers it meanwhile.
    """

    work: LeftWork
    folder: SpoolFolder


class Recovery:
    """What there is to restore; all methods run on the session's thread.

    Args:
        session: Takes what is restored.
        store: Knows where others left theirs.
        autosave: Keeps what was restored until it is saved.
        post: Runs a function on the session's thread, from any thread.
        changed: Called there when `left` has changed.

    Attributes:
        left: The oldest first.
    """

    def __init__(
        self,
        session: Session,
        store: SampleStore,
        autosave: Autosave,
        post: Post,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._session = session
        self._store = store
        self._autosave = autosave
        self._post = post
        self.changed = changed
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="recovery")
        self._going: set[Left] = set()
        self.left: tuple[Left, ...] = ()

    def look(self) -> None:
        """Look in the background for what crashed windows have left."""
        self._pool.submit(self._look)

    def restore(self, left: Left) -> None:
        """Open it in the background as a project that is not saved; it stays until it is."""
        if left in self._going:
            return
        self._going.add(left)

        def done() -> None:
            self._autosave.replace(left.folder)
            self._drop(left)

        self._session.restore_work(
            left.work.path,
            lambda progress: restore_left_work(left.folder.path, self._store, progress, checked),
            done,
            lambda _: self._going.discard(left),
        )

    def leave(self, left: Left) -> None:
        """Ask again at the next start."""
        left.folder.leave()
        self._drop(left)

    def throw_away(self, left: Left) -> None:
        """Delete it."""
        self._pool.submit(left.folder.remove)
        self._drop(left)

    def close(self) -> None:
        """End background work; the next start asks about the rest again."""
        self._pool.shutdown(wait=True)
        for left in self.left:
            left.folder.leave()
        self.left = ()

    def _drop(self, gone: Left) -> None:
        self.left = tuple(left for left in self.left if left is not gone)
        self.changed()

    def _look(self) -> None:
        found = list[Left]()
        for folder in self._store.left():
            work = read_left_work(folder.path)
            if work is not None:
                found.append(Left(work, folder))
            elif _is_old(folder):
                folder.remove()
            else:
                folder.leave()  # perhaps another version of the program can use it
        if found:
            self._post(lambda: self._take(tuple(found)))

    def _take(self, found: tuple[Left, ...]) -> None:
        self.left += found
        self.changed()


def _is_old(folder: SpoolFolder) -> bool:
    with suppress(OSError):
        return time.time() - (folder.path / JOURNAL_NAME).stat().st_mtime > _UNUSABLE_S
    return False
