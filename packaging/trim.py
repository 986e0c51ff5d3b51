"""After PyInstaller on Linux: take out libraries that nothing loads, and debug symbols."""

import subprocess
from pathlib import Path

_LOADED_BY_NAME = ("libpython", "libgcc_s", "libstdc++", "libQt6", "libcrypto", "libssl")


def trim(app: Path) -> int:
    """Remove what is not needed from a finished app folder and return how many bytes it was."""
    before = size_bytes(app)
    internal = app / "_internal"
    while orphans := _orphans(internal):
        for path in orphans:
            path.unlink()
    for library in internal.glob("libpython*.so*"):
        subprocess.run(["strip", "--strip-unneeded", str(library)], check=True)
    return before - size_bytes(app)


def size_bytes(folder: Path) -> int:
    """Bytes in the files of a folder, links not counted."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files)


def needed_libraries(files: list[Path]) -> set[str]:
    """Names of the libraries that the files say they need."""
    command = ["objdump", "-p", *map(str, files)]
    text = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    lines = (line.split() for line in text.splitlines())
    return {words[1] for words in lines if len(words) == 2 and words[0] == "NEEDED"}


def _orphans(internal: Path) -> list[Path]:
    """Libraries at the top that no other file needs, and links to files that are gone."""
    libraries = [p for p in internal.rglob("*.so*") if p.is_file() and not p.is_symlink()]
    needed = needed_libraries(libraries)
    candidates = [path for path in internal.glob("lib*.so*") if path.name not in needed]
    gone = [path for path in candidates if not path.exists()]
    return gone + [path for path in candidates if path.exists() and _is_unused(path)]


def _is_unused(path: Path) -> bool:
    return not path.is_symlink() and not path.name.startswith(_LOADED_BY_NAME)
