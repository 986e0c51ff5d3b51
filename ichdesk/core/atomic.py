"""Files that are replaced whole or not at all, folders that appear whole."""

import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_TEMPORARY = ".ichdesk-tmp"
_ABANDONED_S = 3600.0


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """A new file that takes the target's place when the block ends well, and else disappears.

    It is made beside the target and forced to disk first, so that at any moment, a power cut
    included, the target is either the old file or the new one, whole.

    A link stays and what it points to is replaced; a device or a pipe is refused.

    Raises:
        OSError: The file cannot be written; the old one is as it was.
    """
    target = target.resolve()
    if target.exists() and not (target.is_file() or target.is_dir()):
        raise OSError(errno.EINVAL, "no ordinary file")
    _sweep(target)
    temporary = target.with_name(f"{_temporary_stem(target)}{secrets.token_hex(4)}{_TEMPORARY}")
    try:
        with temporary.open("x+b") as file:
            if target.exists():
                shutil.copymode(target, temporary)  # first, or others could read what is private
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


@contextmanager
def making_folder(target: Path) -> Iterator[Path]:
    """A new folder that gets the target's name when the block ends well, and else disappears.

    All that is in it is forced to disk first, so that a power cut leaves no empty files.

    Raises:
        FileExistsError: There is something of that name already, now or at the end.
        OSError: Nothing can be written there.
    """
    target = target.absolute()
    if target.exists() or target.is_symlink():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    temporary = target.with_name(f"{_temporary_stem(target)}{secrets.token_hex(4)}{_TEMPORARY}")
    try:
        temporary.mkdir()
        yield temporary
        _sync_tree(temporary)
        temporary.rename(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    _sync_folder(target.parent)


def _temporary_stem(target: Path) -> str:
    return f".{target.name.encode()[:40].decode(errors='ignore')}-"


def _sweep(target: Path) -> None:
    """Remove what a save that was killed long ago left behind."""
    with suppress(OSError):  # tidying up never stops a save
        for left in target.parent.iterdir():
            ours = left.name.startswith(_temporary_stem(target)) and left.suffix == _TEMPORARY
            if ours and time.time() - left.stat().st_mtime > _ABANDONED_S:
                left.unlink()


def _sync_tree(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            _sync_tree(path)
        else:
            with path.open("r+b") as file:  # Windows forces only what may be written
                os.fsync(file.fileno())
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Force the new name to disk where a folder can be opened, which Windows does not allow."""
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        return  # some network drives refuse; the file itself is safe
    finally:
        os.close(handle)
