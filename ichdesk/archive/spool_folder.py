"""A temporary folder that is removed at the end; after a crash it stays while it holds work."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import platformdirs

from ichdesk.core.file_lock import try_lock

JOURNAL_NAME = "unsaved.json"
_PREFIX = "session-"
_LOCK_NAME = "in-use"
_YOUNG_S = 60.0


class SpoolFolder:
    """A private folder of samples that is locked for as long as this process uses it.

    Args:
        path: The folder.
        lock: A file in it, locked.
    """

    def __init__(self, path: Path, lock: BinaryIO) -> None:
        self.path = path
        self._lock = lock

    def remove(self) -> None:
        """Unlock and delete the folder, as far as the system allows it."""
        with suppress(OSError):  # first, so that nobody is offered half a folder
            (self.path / JOURNAL_NAME).unlink(missing_ok=True)
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)

    def leave(self) -> None:
        """Unlock the folder and let it be, for another start to find."""
        self._lock.close()


def fresh_folder(base: Path | None = None) -> SpoolFolder:
    """A new folder of this process.

    It holds images that may be of patients, so folders whose process died are swept away first,
    unless there is a journal of unsaved work in them: those are for the user to decide about.
    Where the cache cannot be written to, the system's temporary folder is used.

    Args:
        base: Make it in this one, made if needed, instead of in the cache.
    """
    path = _fresh() if base is None else _fresh_in(base)
    lock = (path / _LOCK_NAME).open("wb")
    try_lock(lock)
    return SpoolFolder(path, lock)


def left_folders(base: Path | None = None) -> list[SpoolFolder]:
    """Folders with unsaved work whose process died, each locked; the oldest first.

    Args:
        base: Where they are; None for the user's cache.
    """
    found = [left for folder in _folders(base or _cache()) if (left := _taken(folder))]
    return sorted(found, key=lambda left: _age_key(left.path / JOURNAL_NAME))


def _cache() -> Path:
    return platformdirs.user_cache_path("ichdesk", appauthor=False) / "samples"


def _fresh() -> Path:
    try:
        return _fresh_in(_cache())
    except OSError as error:
        try:
            return Path(tempfile.mkdtemp(prefix=f"ichdesk-{_PREFIX}"))
        except OSError:
            raise error from None  # the cache is what the user can do something about


def _fresh_in(base: Path) -> Path:
    base.mkdir(parents=True, exist_ok=True)
    _sweep(base)
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))


def _sweep(base: Path) -> None:
    for folder in _folders(base):
        with suppress(OSError):
            # a young folder may belong to a session that has not locked it yet
            is_young = time.time() - folder.stat().st_mtime < _YOUNG_S
            if not is_young and not _has_work(folder) and not _in_use(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _folders(base: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from (folder for folder in base.glob(f"{_PREFIX}*") if not folder.is_symlink())


def _has_work(folder: Path) -> bool:
    return os.path.lexists(folder / JOURNAL_NAME)


def _taken(folder: Path) -> SpoolFolder | None:
    """The folder, locked; None if there is no work in it or its process lives."""
    if not _has_work(folder):
        return None
    try:
        lock = (folder / _LOCK_NAME).open("r+b")
    except OSError:
        return None
    if try_lock(lock) and _has_work(folder):  # it may have been saved a moment ago
        return SpoolFolder(folder, lock)
    lock.close()
    return None


def _in_use(folder: Path) -> bool:
    try:
        with (folder / _LOCK_NAME).open("r+b") as lock:
            return not try_lock(lock)
    except FileNotFoundError:
        return False


def _age_key(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
