"""Where an export goes: the names that are proposed, and what is asked of the user."""

from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from PySide6.QtWidgets import QWidget

from ichdesk.core.errors import UserError
from ichdesk.core.notes import shown_name
from ichdesk.protocol.messages import FormatInfo
from ichdesk.ui.widgets.file_dialogs import ask_folder, ask_save_path

ZIP_SUFFIX = ".zip"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written.

    Attributes:
        info: The format.
        stem: Of the names that are proposed.
        is_folder: Whether a format of several files becomes a folder; else it is a zip.
    """

    info: FormatInfo
    stem: str
    is_folder: bool = False

    @property
    def suffix(self) -> str:
        """Ending of the file; "" for a folder."""
        if self.info.suffix:
            return self.info.suffix
        return "" if self.is_folder else ZIP_SUFFIX

    @property
    def name(self) -> str:
        """Proposed name; several formats of one model have different ones."""
        own = self.stem if self.info.suffix else f"{self.stem}-{self.info.name}"
        return f"{own}{self.suffix}"


def ask_place(parent: QWidget, wanted: Wanted, folder: Path) -> Path | None:
    """Ask for a place; None if the user thinks better of it.

    Args:
        parent: Of the file dialog.
        wanted: What is to be written there.
        folder: Where to begin.

    Raises:
        UserError: With the ending of the format, the name is one that is taken.
    """
    if not wanted.suffix:
        chosen = ask_folder(parent, f"Export {wanted.info.title}: in a new folder here", folder)
        return free_name(chosen / wanted.name) if chosen else None
    title = wanted.info.title if wanted.info.suffix else f"{wanted.info.title}, as a zip file"
    kinds = f"{title} (*{wanted.suffix})"
    path = ask_save_path(parent, f"Export {title}", str(folder / wanted.name), kinds)
    return with_ending(path, wanted.suffix) if path else None


def free_name(folder: Path) -> Path:
    """The folder, or one beside it of a name with a number, if there is something already."""
    others = (folder.with_name(f"{folder.name} ({number})") for number in count(2))
    return next(path for path in chain([folder], others) if not _is_there(path))


def with_ending(path: Path, suffix: str) -> Path:
    """The file with the ending of its format, without which other programs do not know it.

    Raises:
        UserError: There is such a file already, and nobody was asked whether to replace it.
    """
    if path.suffix.lower() == suffix:
        return path
    ended = path.with_name(f"{path.name}{suffix}")
    if _is_there(ended):
        raise UserError(f"{shown_name(ended.name)} exists already; choose another name.")
    return ended


def size_text(path: Path) -> str:
    """How large a file or a folder is, such as "2.4 MB"; "" if it is gone."""
    try:
        files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
        size = sum(file.stat().st_size for file in files)
    except OSError:
        return ""
    return bytes_text(size) if files else ""


def bytes_text(size: int) -> str:
    """A number of bytes with the digits that it deserves."""
    kilobytes = size / 1e3
    if kilobytes < 1e3:
        return f"{max(kilobytes, 1):.0f} KB"
    return f"{size / 1e6:.{size < 1e7:d}f} MB"


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()
