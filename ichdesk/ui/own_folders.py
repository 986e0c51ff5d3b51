"""A message when the app's own folders cannot be written to: read-only home, full disk."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from ichdesk.core.notes import os_reason
from ichdesk.session.session import Session
from ichdesk.session.state import Change, Level

_PROBE = bytes(4096)  # a block: a full disk takes an empty file
TEXT = (
    "ICHDesk cannot write to its own folders on this computer (see Details), so settings are "
    "forgotten when you close the window. Projects are saved where you choose, as always."
)


def own_folders() -> dict[str, Path]:
    """What the app keeps for the user, and where."""
    return {
        "Theme and recent files": platformdirs.user_config_path("ichdesk", appauthor=False),
        "Log of errors": platformdirs.user_log_path("ichdesk", appauthor=False),
        "Copies of open images (the temporary folder is used)": platformdirs.user_cache_path(
            "ichdesk", appauthor=False
        ),
    }


def tell_unwritable(session: Session, folders: dict[str, Path] | None = None) -> None:
    """Show a message if a folder cannot be used; it survives the opening of a project."""
    problems = tuple(
        f"{what}: {problem}"
        for what, folder in (own_folders() if folders is None else folders).items()
        if (problem := _problem(folder)) is not None
    )
    if problems:
        _keep(session, lambda: session.report(TEXT, Level.WARNING, problems))


def _keep(session: Session, report: Callable[[], None]) -> None:
    """Report now, and once more when a new project has cleared the message unread."""
    report()
    is_shown = True

    def on_change(change: Change) -> None:
        nonlocal is_shown
        was_shown, is_shown = is_shown, any(notice.text == TEXT for notice in session.notices)
        if was_shown and not is_shown and Change.FILE in change:
            report()

    session.subscribe(on_change)


def _problem(folder: Path) -> str | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(_PROBE)
            file.flush()
    except OSError as error:
        return os_reason(error)
    return None
