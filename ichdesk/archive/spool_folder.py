"""A temporary folder that is removed at the end, and after a crash by the next session."""

import shutil
import tempfile
import time
from pathlib import Path

import platformdirs

from ichdesk.core.file_lock import try_lock

_PREFIX = "session-"
_LOCK_NAME = "in-use"
_YOUNG_S = 60.0


class SpoolFolder:
    """A private folder in the user's cache, locked for as long as this process uses it.

    It holds images that may be of patients, so folders whose process died are swept away when the
    next one is made. Where the cache cannot be written to, the system's temporary folder is used.

    Args:
        path: Make the fresh folder in this one, made if needed, instead of in the cache.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = _fresh() if path is None else _fresh_in(path)
        self._lock = (self.path / _LOCK_NAME).open("wb")
        try_lock(self._lock)

    def remove(self) -> None:
        """Unlock and delete the folder, as far as the system allows it."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def _fresh() -> Path:
    try:
        return _fresh_in(platformdirs.user_cache_path("ichdesk", appauthor=False) / "samples")
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
    for folder in base.glob(f"{_PREFIX}*"):
        try:
            # a young folder may belong to a session that has not locked it yet
            if time.time() - folder.stat().st_mtime > _YOUNG_S and not _in_use(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def _in_use(folder: Path) -> bool:
    try:
        with (folder / _LOCK_NAME).open("r+b") as lock:
            return not try_lock(lock)
    except FileNotFoundError:
        return False
