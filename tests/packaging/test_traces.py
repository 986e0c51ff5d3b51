"""What the smoke test reads in a trace: connections, and paths that were written to."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(PACKAGING))
    module = importlib.import_module("smoke_traces")
    for name in ("smoke_traces", "smoke_driver"):
        monkeypatch.delitem(sys.modules, name)
    return module


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3<socket:[697327]>", {"UNIX"}),
        ("connect(3<TCP:[1]>, {sa_family=AF_INET, sin_port=htons(53)}, 16) = -1", {"INET"}),
        ("recvmsg(3<UNIX:[1]>, 0x7f, 0) = 0", set()),
    ],
)
def test_families_in_a_trace(traces, call, found):
    assert traces.families(call) == found


@pytest.mark.parametrize(
    ("call", "found"),
    [
        (
            'openat(AT_FDCWD</>, "a b", O_WRONLY|O_CREAT|O_CLOEXEC, 0666) = 3</home/a b>',
            ["/home/a b"],
        ),
        ('openat(AT_FDCWD</>, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3</etc/passwd>', []),
        ('openat(AT_FDCWD</>, "/etc/x", O_RDWR|O_CREAT, 0666) = -1 EACCES (Permission denied)', []),
        (
            'openat(AT_FDCWD</>, "/tmp", O_RDWR|O_TMPFILE, 0600) = 3</tmp/#21>(deleted)',
            ["/tmp/#21"],
        ),
        ('mkdir("d", 0777)                        = 0', ["/d"]),
        ('mkdirat(4</home/x>, "d", 0777) = 0', ["/home/x/d"]),
        ('rename("/a", "/b") = 0', ["/a", "/b"]),
        ('renameat2(AT_FDCWD</>, "/a", 5</b>, "c", 0) = 0', ["/a", "/b/c"]),
        ('symlink("/usr/bin/python", "/home/link") = 0', ["/home/link"]),
        ('unlink("/a") = -1 ENOENT (No such file or directory)', []),
        ("+++ exited with 0 +++", []),
        ('connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/tmp/.X11-unix/X9"}, 20) = 0', []),
        ('bind(5<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/bell"}, 11) = 0', ["/run/bell"]),
        ('bind(5<socket:[1]>, {sa_family=AF_UNIX, sun_path=@"/tmp/dbus"}, 11) = 0', []),
    ],
)
def test_paths_that_were_written(traces, call, found):
    assert list(traces.written(call)) == found


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("{home}/.cache/ichdesk/store-1", True),
        ("{home}/.config/Unknown Organization.conf", False),
        ("{home}/tmp/abc", True),
        ("{home}/.cache", True),  # a folder on the way to its own
        ("{home}/.foo", False),
        ("{home}/../class.ichdesk", True),  # where the test told it to write
        ("/dev/shm/torch_1", True),
        ("/tmp/torch", False),
        ("/opt/ichdesk/_internal/x.pyc", False),
    ],
)
def test_own_places(traces, tmp_path, path, own):
    home = tmp_path / "user" / "home"
    (home / ".cache").mkdir(parents=True)
    assert (
        traces.is_own(str(Path(path.format(home=home)).parent.resolve() / Path(path).name), home)
        is own
    )


def test_whoever_connects_or_leaves_something_is_told(traces, tmp_path):
    user = importlib.import_module("smoke_driver").User(tmp_path / "user" / "home")
    sys.modules.pop("smoke_driver")
    user.environment()
    trace = tmp_path / "user" / "trace"
    part = trace.with_name("trace.12")
    part.write_text('socket(AF_UNIX, 1, 0) = 3\nmkdir("/nowhere/of/it", 0777) = 0\n', "utf-8")
    with pytest.raises(Exception, match="/nowhere/of/it"):
        traces.require_alone(trace, user)
    part.write_text("socket(AF_INET, 1, 0) = 3\n", "utf-8")
    with pytest.raises(Exception, match="AF_INET"):
        traces.require_alone(trace, user)
    part.write_text(f'socket(AF_UNIX, 1, 0) = 3\nmkdir("{user.home}/.cache/ichdesk", 0700) = 0\n')
    assert traces.require_alone(trace, user).startswith("1 calls of the network, all AF_UNIX; 1 pa")
    (user.temporary / "torchinductor").mkdir()
    with pytest.raises(Exception, match="torchinductor"):
        traces.require_alone(trace, user)
