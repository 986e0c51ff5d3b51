"""What the user drags from the desktop onto the window."""

from pathlib import Path

from PySide6.QtCore import QMimeData

from ichdesk.archive import NATIVE_SUFFIX, TM_SUFFIX

PROJECT_SUFFIXES = (NATIVE_SUFFIX, TM_SUFFIX)


def dropped_paths(mime: QMimeData) -> list[Path]:
    """Local files and folders; empty for anything else."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def dropped_project(mime: QMimeData) -> Path | None:
    """The project file, if that is what is dragged."""
    paths = dropped_paths(mime)
    if len(paths) == 1 and paths[0].suffix.lower() in PROJECT_SUFFIXES:
        return paths[0]
    return None
