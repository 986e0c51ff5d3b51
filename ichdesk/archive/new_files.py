"""Files and folders made beside what is there, never over it, and taken back if the rest fails."""

from itertools import count
from pathlib import Path


class NewFiles:
    """Makes files and folders and remembers them."""

    def __init__(self) -> None:
        self._created: list[Path] = []

    def make_folder(self, wanted: Path) -> Path:
        """The folder, existing or new; a free name beside it if a file or a link bears its name."""
        place, numbers = wanted, count(2)
        while place.is_symlink() or (place.exists() and not place.is_dir()):
            place = wanted.with_name(f"{wanted.name} ({next(numbers)})")
        missing = [path for path in (place, *place.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir()
            self._created.append(path)
        return place

    def write(self, folder: Path, stem: str, suffix: str, data: bytes) -> Path:
        """Write a file, under a free name beside it if the name is taken."""
        path, numbers = folder / f"{stem}{suffix}", count(2)
        while True:
            try:
                self.write_exactly(path, data)
            except FileExistsError:
                path = folder / f"{stem} ({next(numbers)}){suffix}"
            else:
                return path

    def write_exactly(self, path: Path, data: bytes) -> None:
        """Write a file of this name; FileExistsError if there is something."""
        with path.open("xb") as file:
            self._created.append(path)
            file.write(data)

    def remove(self) -> None:
        """Take back what was made."""
        for path in reversed(self._created):
            try:
                path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
            except OSError:
                continue  # a folder that someone else put a file into stays
