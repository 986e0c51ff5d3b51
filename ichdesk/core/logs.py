"""Log files that a teacher can send: small, and without names of files or patients."""

import logging
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

_MAX_BYTES = 500_000


class DiscreetFormatter(logging.Formatter):
    """Shows where an error was raised and its kind, but not its message.

    Messages of the system and of image libraries quote file names, which may be patients' names.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record in one text; a traceback that another formatter left in it is not used."""
        left, record.exc_text = record.exc_text, None
        try:
            return super().format(record)
        finally:
            record.exc_text = left

    def formatException(  # noqa: N802 - logging's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """The frames of a traceback and the type of its exception."""
        kind, _, trace = ei
        name = kind.__name__ if kind else "no exception"
        return "".join(traceback.format_tb(trace)) + name


def start_log(folder: Path, name: str) -> None:
    """Send warnings and errors of this process to a rotating file; to standard error if it fails.

    Args:
        folder: Made if it is missing.
        name: Of the file, such as "window.log".
    """
    handler: logging.Handler = logging.StreamHandler()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        with path.open("a", encoding="utf-8"):
            pass  # a full disk or a read-only home shows now, not at the first message
        handler = RotatingFileHandler(
            path, maxBytes=_MAX_BYTES, backupCount=1, encoding="utf-8", delay=True
        )
    except OSError:
        pass
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
