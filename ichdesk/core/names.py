"""Class names that come from files and folders, made usable."""

from collections.abc import Container
from typing import TypeGuard

from ichdesk.core.project import MAX_NAME_LENGTH, name_problem

_SYSTEM_FILES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx"}


def usable_name(name: str, taken: Container[str]) -> str:
    """The name itself if a project may hold it, else the nearest free name that it may.

    Control characters become spaces, long names are cut, and an empty name becomes "Class".
    """
    if not name_problem(name) and name not in taken:
        return name
    printable = "".join(" " if name_problem(f"x{c}") else c for c in name)
    stem = printable.strip()[: MAX_NAME_LENGTH - 10].strip() or "Class"
    candidate, number = stem, 2
    while candidate in taken:
        candidate, number = f"{stem} ({number})", number + 1
    return candidate


def is_writable_text(value: object) -> TypeGuard[str]:
    """Whether something out of a JSON file is text without halves of characters, as UTF-8 needs."""
    return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)


def is_system_file(*parts: str) -> bool:
    """Whether a path is something that the operating system left there, such as ".DS_Store"."""
    return any(part.startswith(".") or part.lower() in _SYSTEM_FILES for part in parts)
