"""After PyInstaller on Linux: take out libraries that nothing loads, and names for debuggers."""

import hashlib
import shutil
import struct
import subprocess
from pathlib import Path

_LOADED_BY_NAME = ("libpython", "libgcc_s", "libstdc++", "libQt6", "libcrypto", "libssl")
_UNCHANGED = ("PySide6", "shiboken6")  # what licenses.py says of them
_ELF_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_THREAD_LOCAL = 7  # the kind of the segment with variables of a thread

Segment = tuple[int, int, str]  # address, flags, and kind, sizes and hash of the bytes


def trim(app: Path) -> int:
    """Remove what is not needed from a finished app folder and return how many bytes it was."""
    before = size_bytes(app)
    internal = app / "_internal"
    while orphans := _orphans(internal):
        for path in orphans:
            path.unlink()
    for library in _libraries(internal):
        if library.relative_to(internal).parts[0] not in _UNCHANGED:
            strip(library)
    return before - size_bytes(app)


def strip(library: Path) -> None:
    """Take the names for debuggers out of a library, 89 MB in torch's, if nothing else changes.

    Strip breaks some files that patchelf has edited, as in NumPy's wheel; these stay as they are.
    """
    stripped = library.with_name(f"{library.name}.stripped")
    command = ["strip", "--strip-unneeded", "-o", str(stripped), str(library)]
    done = subprocess.run(command, check=False, capture_output=True)
    if done.returncode == 0 and segments(stripped) == segments(library):
        shutil.copymode(library, stripped)
        stripped.replace(library)
    stripped.unlink(missing_ok=True)


def segments(library: Path) -> list[Segment]:
    """What comes into memory from a library, wherever in the file it lies."""
    data = bytearray(library.read_bytes())
    header = _ELF_HEADER.unpack_from(data)
    first, count = header[5], header[10]
    table = slice(first, first + count * _SEGMENT.size)
    entries = list(_SEGMENT.iter_unpack(data[table]))
    data[: _ELF_HEADER.size], data[table] = bytes(_ELF_HEADER.size), bytes(len(data[table]))
    found = [(header[4], 0, str(header[1:4]))]
    for kind, flags, offset, address, _, size, in_memory, alignment in entries:
        astray = (address - offset) % max(alignment, 1)  # if not 0, it cannot be mapped
        digest = hashlib.sha256(memoryview(data)[offset : offset + size]).hexdigest()
        # the system rounds this size up, and strip takes the linker's own rounding away
        padding = -in_memory % max(alignment, 1) if kind == _THREAD_LOCAL else 0
        sizes = f"{in_memory + padding} {alignment} {astray}"
        found.append((address, flags, f"{kind} {sizes} {digest}"))
    return found


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


def _libraries(internal: Path) -> list[Path]:
    return [p for p in internal.rglob("*.so*") if p.is_file() and not p.is_symlink()]


def _orphans(internal: Path) -> list[Path]:
    """Libraries at the top that no other file needs, and links to files that are gone."""
    needed = needed_libraries(_libraries(internal))
    candidates = [path for path in internal.glob("lib*.so*") if path.name not in needed]
    gone = [path for path in candidates if not path.exists()]
    return gone + [path for path in candidates if path.exists() and _is_unused(path)]


def _is_unused(path: Path) -> bool:
    return not path.is_symlink() and not path.name.startswith(_LOADED_BY_NAME)
