"""The session's own copy of every sample, so that no project depends on the user's files."""

import hashlib
from contextlib import suppress
from io import FileIO
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from ichdesk.archive.spool_folder import SpoolFolder, fresh_folder, left_folders
from ichdesk.core.errors import UserError
from ichdesk.core.hu_sign import is_hu_png
from ichdesk.core.notes import os_reason
from ichdesk.core.samples import Sample

SPOOL_NAME = "samples.bin"


class SampleStore:
    """An append-only file of encoded images that lives as long as the session.

    Samples stay valid until `close`, whatever happens to the files they came from: undo after a
    save works, and a memory stick can be pulled out. Equal bytes are kept once. Safe to use from
    several threads.

    Args:
        folder: Where to make a fresh folder for the file; None for the user's cache.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._base = folder
        self._folder: SpoolFolder | None = None
        self._path = Path()
        self._file: FileIO | None = None
        self._end = 0
        self._samples: dict[str, Sample] = {}
        self._lock = Lock()
        with suppress(OSError):  # tried again, and told, when there is a sample to keep
            self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def add(self, data: bytes) -> Sample:
        """Keep the bytes of an encoded image and return the reference to them.

        Raises:
            UserError: The disk with the cache folder is full or cannot be written to.
        """
        digest = hashlib.sha256(data).hexdigest()
        with self._lock:
            known = self._samples.get(digest)
            if known is None:
                start = self._append(data)
                known = Sample(self._path, start, len(data), digest, is_hu=is_hu_png(data))
                self._samples[digest] = known
        return known

    def folder(self) -> Path:
        """The fresh folder, for what else must outlive a crash; OSError if none can be made."""
        with self._lock:
            if self._file is None:
                self._open()
            return self._path.parent

    def left(self) -> list[SpoolFolder]:
        """Folders of stores that were never closed, with unsaved work; locked, oldest first."""
        return left_folders(self._base)

    def close(self) -> None:
        """Remove the fresh folder; samples of this store cannot be read afterwards."""
        self._end_use()
        if self._folder is not None:
            self._folder.remove()

    def leave(self) -> None:
        """Close, but keep the folder with the unsaved work in it for the next start."""
        self._end_use()
        if self._folder is not None:
            self._folder.leave()

    def _end_use(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._samples.clear()

    def _open(self) -> FileIO:
        self._folder = self._folder or fresh_folder(self._base)
        self._path = self._folder.path / SPOOL_NAME
        self._file = self._path.open("w+b", buffering=0)  # unbuffered: others read at once
        return self._file

    def _append(self, data: bytes) -> int:
        start = self._end
        try:
            file = self._file or self._open()
            file.seek(start)
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
        except OSError as error:
            raise UserError(
                "The image cannot be kept because the disk with the temporary files cannot be "
                f"written to ({os_reason(error)}); free some space and try again."
            ) from error
        self._end = start + len(data)
        return start
