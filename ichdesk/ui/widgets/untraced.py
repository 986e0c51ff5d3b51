"""File dialogs that leave no trace: Qt would note the folders, which bear patients' names."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QSettings

_NOTES = ("FileDialog/history", "FileDialog/lastVisited")


@contextmanager
def untraced() -> Iterator[None]:
    """Put back, after the dialogs of the block, what Qt remembers of folders for all programs.

    A dialog writes when it is deleted, so that has to happen in the block, too. The next dialog of
    this run still begins where the last one ended.
    """
    before = {key: _settings().value(key) for key in _NOTES}
    try:
        yield
    finally:
        settings = _settings()
        for key, value in before.items():
            if value is None:
                settings.remove(key)
            else:
                settings.setValue(key, value)
        settings.sync()


def _settings() -> QSettings:
    """Where QFileDialog keeps its notes, in the file or registry of Qt itself."""
    return QSettings(QSettings.Scope.UserScope, "QtProject")
