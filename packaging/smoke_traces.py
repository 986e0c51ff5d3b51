"""What a traced run of the app did: where it connected to, and where it wrote."""

import re
from collections.abc import Iterator
from pathlib import Path

from smoke_driver import User, require

_FAMILY = re.compile(r"\b(?:socket|socketpair)\((?:AF|PF)_(\w+)|sa_family=AF_(\w+)")
_OPENS = ("open", "openat", "creat")
_TWO_PATHS = ("rename", "renameat", "renameat2", "link", "linkat")
_ONE_PATH = ("mkdir", "mkdirat", "mknod", "mknodat", "rmdir", "unlink", "unlinkat", "truncate")
_LAST_PATH = ("symlink", "symlinkat")  # the place, not what it points to
_CALL = re.compile(r"^(\w+)\((.*)\)\s+= (\d+)(?:<([^>]*)>)?(?:\(deleted\))?$")
_PATH = re.compile(r'(?:<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
_WRITES = re.compile(r"\bO_(?:WRONLY|RDWR|CREAT|TRUNC)\b")
# what is no file on a disk: nothing is kept there
_DEVICES = ("/dev/null", "/dev/shm/", "/dev/pts/", "/dev/tty", "/dev/dri/", "/proc/", "pipe:")
# in a home: what the test gives for temporary files and sockets, what libraries keep for everyone
_ON_THE_WAY = (".cache", ".config", ".local", ".local/share", ".local/state")
_OF_OTHERS = ("tmp/", "run/", ".cache/fontconfig", ".cache/mesa_shader_cache", ".cache/dconf")


def tracer(trace: Path) -> tuple[str, ...]:
    """The command that traces another: a file for each thread, so that no line is cut in two."""
    calls = ",".join(("network", *_OPENS, *_TWO_PATHS, *_ONE_PATH, *_LAST_PATH))
    what = ("-e", f"trace={calls}", "-e", "signal=none")
    return ("strace", "-ff", "--seccomp-bpf", "-qq", "-y", "-s", "4096", *what, "-o", str(trace))


def calls_of(trace: Path) -> list[str]:
    """All lines of a trace, of every thread."""
    parts = sorted(trace.parent.glob(f"{trace.name}.*"))
    texts = (part.read_text("utf-8", errors="replace") for part in parts)
    return [line for text in texts for line in text.splitlines()]


def families(call: str) -> set[str]:
    """The address families in a line of strace."""
    return {name for pair in _FAMILY.findall(call) for name in pair if name}


def written(call: str) -> Iterator[str]:
    """The paths that a line of strace made, changed or removed; none if the call failed."""
    if not (parts := _CALL.match(call)):
        return
    name, arguments, _, result = parts.groups()
    if name in _OPENS:
        if name == "creat" or _WRITES.search(arguments.rpartition('"')[2]):
            yield result or ""
        return
    paths = [str(Path(folder or "/", path)) for folder, path in _PATH.findall(arguments)]
    if name in _TWO_PATHS or name in _ONE_PATH:
        yield from paths
    elif name in _LAST_PATH:
        yield paths[-1]
    elif name == "bind" and 'sun_path="' in arguments:  # a socket with a place among the files
        yield from paths


def require_alone(trace: Path, user: User) -> str:
    """Fail if a trace shows another connection than AF_UNIX, or a file outside of the user's.

    In the user's home the app may write to folders of its own alone. All the rest below the parent
    of the home was given to it as an argument.
    """
    calls = calls_of(trace)
    others = [call for call in calls if families(call) - {"UNIX", "LOCAL", "UNSPEC"}]
    require(not others, "calls beside AF_UNIX:\n" + "\n".join(others[:10]))
    paths = {path for call in calls for path in written(call)}
    strange = sorted(path for path in paths if not is_own(path, user.home))
    require(not strange, "written outside of its folders:\n" + "\n".join(strange[:10]))
    left = sorted(path.name for path in user.temporary.iterdir())
    require(not left, f"left among temporary files: {left}")
    network = sum(bool(families(call)) for call in calls)
    return f"{network} calls of the network, all AF_UNIX; {len(paths)} paths written, all its own"


def is_own(path: str, home: Path) -> bool:
    """Whether the app may write there."""
    if path.startswith(_DEVICES):
        return True
    if not Path(path).is_relative_to(home):
        return Path(path).is_relative_to(home.parent)
    below = path.removeprefix(f"{home}/")
    is_known = below.startswith(_OF_OTHERS) or "ichdesk" in below.lower()
    return is_known or below in _ON_THE_WAY
