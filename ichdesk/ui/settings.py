"""What the window remembers between two starts; it stays in a file on this computer."""

from pathlib import Path

from platformdirs import user_config_path
from PySide6.QtCore import QByteArray, QSettings

from ichdesk.ui.theme import Mode

MAX_RECENT = 8
_MOST_BYTES = 2**20
_PACKED = b"@Variant"  # Qt unpacks any object from it, with Python's pickle, that can run code


class Settings:
    """Recent files, theme, last folder and the window's place.

    Args:
        path: The file; None for the one in the user's configuration folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        path = path or user_config_path("ichdesk", appauthor=False) / "window.ini"
        self._store = QSettings(str(path), QSettings.Format.IniFormat)
        if not _is_plain(path):
            self._store.clear()

    @property
    def recent(self) -> list[Path]:
        """Project files, latest first; those that are gone are left out."""
        value = self._store.value("recent", [])
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return [Path(name) for name in names if isinstance(name, str) and Path(name).is_file()]

    def add_recent(self, path: Path) -> None:
        """Put a project file first."""
        path = path.absolute()
        kept = [path, *(other for other in self.recent if other != path)][:MAX_RECENT]
        self._store.setValue("recent", [str(other) for other in kept])
        self.last_folder = path.parent

    def clear_recent(self) -> None:
        """Forget the project files."""
        self._store.remove("recent")

    @property
    def mode(self) -> Mode:
        """Which theme the user chose."""
        try:
            return Mode(str(self._store.value("theme", Mode.SYSTEM.value)))
        except ValueError:
            return Mode.SYSTEM

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._store.setValue("theme", mode.value)

    @property
    def last_folder(self) -> Path:
        """Where the user last opened or saved something; the home folder at first."""
        folder = Path(str(self._store.value("last_folder", "")) or Path.home())
        return folder if folder.is_dir() else Path.home()

    @last_folder.setter
    def last_folder(self, folder: Path) -> None:
        self._store.setValue("last_folder", str(folder))

    @property
    def geometry(self) -> QByteArray | None:
        """The window's place and size, or None at the first start."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("geometry", geometry)

    def save(self) -> None:
        """Write to the file now."""
        self._store.sync()


def _is_plain(path: Path) -> bool:
    """Whether a file has nothing but texts and bytes in it, as everything that is written here."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError:
        return True  # there is none, or Qt cannot read it either
    return len(content) <= _MOST_BYTES and _PACKED not in content
