"""What the window remembers between two starts; it stays in a file on this computer.

The file is JSON and not an INI file of Qt's: in those, Qt unpacks values of any type, Python
objects among them, which can run code.
"""

import json
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path
from typing import Any

from platformdirs import user_config_path
from PySide6.QtCore import QByteArray

from ichdesk.core.atomic import replacing
from ichdesk.ui.theme import Mode

MAX_RECENT = 8
_MOST_BYTES = 2**20
_SIZES_PX = range(1, 2**15)  # of a window; else somebody else wrote them


class Settings:
    """Recent files, theme, last folder, last export format, the window's place, others' sizes.

    The file is read each time and written at once, so that several windows can share it. What
    cannot be read in it was never there, and where it cannot be written nothing is remembered
    beyond the end of the window.

    Args:
        path: The file; None for the one in the user's configuration folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or user_config_path("ichdesk", appauthor=False) / "window.json"
        self._unwritten: dict[str, Any] = {}

    @property
    def recent(self) -> list[Path]:
        """Project files, latest first; those that are gone are left out."""
        said = self._read().get("recent")
        names = said if isinstance(said, list) else []
        found = [Path(name) for name in names[:MAX_RECENT] if isinstance(name, str)]
        return [path for path in found if path.is_absolute() and path.is_file()]

    def add_recent(self, path: Path) -> None:
        """Put a project file first."""
        path = path.absolute()
        kept = [path, *(other for other in self.recent if other != path)][:MAX_RECENT]
        self._remember(recent=[str(other) for other in kept], last_folder=str(path.parent))

    def clear_recent(self) -> None:
        """Forget the project files."""
        self._remember(recent=[])

    @property
    def mode(self) -> Mode:
        """Which theme the user chose."""
        try:
            return Mode(str(self._read().get("theme")))
        except ValueError:
            return Mode.SYSTEM

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._remember(theme=mode.value)

    @property
    def last_folder(self) -> Path:
        """Where the user last opened or saved something; the home folder at first."""
        said = self._read().get("last_folder")
        folder = Path(said) if isinstance(said, str) else Path()
        return folder if folder.is_absolute() and folder.is_dir() else Path.home()

    @last_folder.setter
    def last_folder(self, folder: Path) -> None:
        self._remember(last_folder=str(folder))

    @property
    def export_format(self) -> str:
        """Name of the format in which a model was exported last; "" if none was."""
        said = self._read().get("export_format")
        return said if isinstance(said, str) else ""

    def remember_export(self, name: str, folder: Path) -> None:
        """Begin with this format and this folder the next time."""
        self._remember(export_format=name, last_folder=str(folder))

    @property
    def geometry(self) -> QByteArray | None:
        """The window's place and size, or None at the first start."""
        try:
            return QByteArray(b64decode(self._read()["geometry"], validate=True))
        except (KeyError, TypeError, ValueError):
            return None

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._remember(geometry=b64encode(geometry.data()).decode("ascii"))

    def size_px(self, window: str) -> tuple[int, int] | None:
        """Width and height that another window had; None if nobody has changed them yet."""
        said = self._sizes().get(window)
        if not isinstance(said, list) or len(said) != 2:
            return None
        width, height = said
        is_size = all(type(side) is int and side in _SIZES_PX for side in said)
        return (width, height) if is_size else None

    def remember_size(self, window: str, size_px: tuple[int, int]) -> None:
        """Begin with this width and height the next time that this other window is shown."""
        self._remember(sizes=self._sizes() | {window: list(size_px)})

    def _sizes(self) -> dict[str, Any]:
        said = self._read().get("sizes")
        return said if isinstance(said, dict) else {}

    def _remember(self, **said: Any) -> None:
        content = self._read() | said
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with replacing(self._path) as file:
                file.write(json.dumps(content, indent=1).encode("ascii"))
            self._unwritten = {}
        except OSError:  # a message tells so at the start
            self._unwritten = content

    def _read(self) -> dict[str, Any]:
        content: Any = None
        with suppress(OSError, ValueError, RecursionError), self._path.open("rb") as file:
            content = json.loads(file.read(_MOST_BYTES))
        return (content if isinstance(content, dict) else {}) | self._unwritten
