"""Files opened for reading only if they are files: no device without end, no pipe to wait for."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # a pipe would wait for somebody to write


def open_ordinary(path: Path) -> BinaryIO:
    """Open a file to read its bytes.

    Raises:
        OSError: It cannot be read, or is a folder, a device, a pipe or a socket.
    """

    def opened(name: str, flags: int) -> int:
        handle = os.open(name, flags | _AT_ONCE)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, "no ordinary file")
        return handle

    return open(path, "rb", opener=opened)
