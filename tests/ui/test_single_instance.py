"""Exactly one start is the first, and it gets the files of all others, whatever happens to it."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtNetwork import QLocalSocket

from ichdesk.ui import doorbell, single_instance
from ichdesk.ui.doorbell import Call
from ichdesk.ui.single_instance import Place, take_place

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals to other processes")
TIMEOUT_MS = 60_000

START = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from ichdesk.ui.single_instance import take_place

place = take_place([Path(name) for name in sys.argv[2:]])
print("first" if place and place.is_first else "alone" if place else "handed over", flush=True)
if place and place.is_first and int(sys.argv[1]):
    app = QCoreApplication([])
    calls = []
    def called(call):
        calls.extend(call.files)
        if len(calls) == int(sys.argv[1]):
            print(*sorted(path.name for path in calls), flush=True)
            app.exit()
    place.listen(called)
    print("listening", flush=True)
    app.exec()
"""
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ichdesk-run-") as name:  # short, unlike tmp_path
        monkeypatch.setenv("XDG_RUNTIME_DIR", name)
        yield Path(name)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a process that takes calls until it got so many files, or just takes the place."""
    started: list[subprocess.Popen[str]] = []

    def start(calls: int, *files: str, folder: Path | None = None) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", START, str(calls), *files]
        env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=env)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def first() -> Iterator[Place]:
    place = take_place([])
    assert place is not None
    assert place.is_first
    yield place
    place.release()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def has_called(process: "subprocess.Popen[str]") -> bool:
    """Whether a waiting process has got as far as the socket."""
    return any("Qt6Network" in module.path for module in psutil.Process(process.pid).memory_maps())


def test_files_reach_the_first_start(qtbot, first, start, tmp_path):
    calls: list[Call] = []
    first.listen(calls.append)
    names = ["a b.tm", "Schädel \N{BRAIN}.tm", str(tmp_path / "c.tm")]
    second = start(0, *names, folder=tmp_path)
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=TIMEOUT_MS)
    assert said(second) == "handed over"
    qtbot.waitUntil(lambda: bool(calls))
    assert calls == [Call(tuple(tmp_path / name for name in names))]


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
def test_name_that_is_no_text_arrives_as_it_is():
    call = Call((Path(os.fsdecode(b"/a\xff\n.tm")),), "token")
    assert doorbell._decode(doorbell._encode(call).strip()) == call


def test_call_waits_for_a_first_that_is_still_starting(qtbot, first, start):
    second = start(0, "a.tm")
    qtbot.waitUntil(lambda: has_called(second), timeout=TIMEOUT_MS)
    assert second.poll() is None
    calls: list[Call] = []
    first.listen(calls.append)
    qtbot.waitUntil(lambda: bool(calls), timeout=TIMEOUT_MS)
    assert said(second) == "handed over"


def test_second_takes_the_place_of_a_first_that_dies_while_starting(qtbot, first, start):
    second = start(0, "a.tm")
    qtbot.waitUntil(lambda: has_called(second), timeout=TIMEOUT_MS)
    first.release()
    assert said(second) == "first"


def test_of_many_at_once_exactly_one_is_first(start):
    names = list("abcde")
    processes = [start(len(names) - 1, name) for name in names]
    words = [said(process) for process in processes]
    assert sorted(words) == ["first"] + ["handed over"] * (len(names) - 1)
    winner = words.index("first")
    assert said(processes[winner]) == "listening"
    assert said(processes[winner]) == " ".join(names[:winner] + names[winner + 1 :])
    assert processes[winner].wait() == 0


def test_socket_that_a_crash_left_is_replaced(qtbot, start, runtime):
    crashed = start(1)
    assert [said(crashed), said(crashed)] == ["first", "listening"]
    crashed.kill()
    crashed.wait()
    assert list(runtime.rglob("*.sock"))
    place = take_place([])
    assert place is not None
    assert place.is_first
    calls: list[Call] = []
    place.listen(calls.append)
    start(0, "a.tm")
    qtbot.waitUntil(lambda: bool(calls), timeout=TIMEOUT_MS)
    place.release()


def test_first_that_hangs_is_left_alone(start, monkeypatch):
    monkeypatch.setattr(single_instance, "_ANSWER_S", 0.2)
    hung = start(1)
    assert [said(hung), said(hung)] == ["first", "listening"]
    hung.send_signal(signal.SIGSTOP)
    place = take_place([])
    assert place is not None
    assert not place.is_first
    place.listen(lambda _: None)  # leaves the other's socket alone
    place.release()
    hung.send_signal(signal.SIGCONT)
    assert take_place([Path("a.tm")]) is None
    assert said(hung) == "a.tm"


def test_first_that_never_gets_ready_is_left_alone(first, monkeypatch):
    monkeypatch.setattr(single_instance, "_START_S", 0.1)
    place = take_place([])
    assert place is not None
    assert not place.is_first


def test_socket_is_for_this_user_only(qtbot, first, runtime):
    first.listen(lambda _: None)
    (socket,) = runtime.rglob("*.sock")
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    assert socket.stat().st_mode & 0o077 == 0


@pytest.fixture
def temporary(monkeypatch, tmp_path) -> Path:
    """The folder in the system's temporary folder, which is used without a runtime folder."""
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / f"ichdesk-{os.getuid()}"


def test_without_a_runtime_folder_the_temporary_one_is_used(temporary):
    place = take_place([])
    assert place is not None
    assert place.is_first
    place.release()
    assert temporary.stat().st_mode & 0o777 == 0o700


def test_folder_that_others_can_enter_is_left_alone(temporary):
    temporary.mkdir()
    temporary.chmod(0o755)
    place = take_place([])
    assert place is not None
    assert not place.is_first
    assert list(temporary.iterdir()) == []


def test_link_that_another_user_may_have_put_there_is_left_alone(temporary, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    temporary.symlink_to(tmp_path / "elsewhere")
    place = take_place([])
    assert place is not None
    assert not place.is_first


def test_without_any_folder_the_app_is_on_its_own(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    place = take_place([])
    assert place is not None
    assert not place.is_first
    place.listen(lambda _: None)
    place.release()


@pytest.mark.parametrize("name", ["x" * 200, "file/x"])
def test_without_a_socket_later_starts_need_not_wait(first, runtime, monkeypatch, name):
    (runtime / "file").touch()
    first._server_name = str(runtime / name)
    first.listen(lambda _: None)
    again = take_place([])
    assert again is not None
    assert again.is_first
    again.release()


@pytest.mark.parametrize("nonsense", [b"GET / HTTP/1.1\n", b'{"files": ["a.tm"], "token": ""}\n'])
def test_nonsense_is_hung_up_on(qtbot, first, nonsense):
    calls: list[Call] = []
    first.listen(calls.append)
    socket = QLocalSocket()
    socket.connectToServer(first._server_name)
    socket.write(nonsense)
    unconnected = QLocalSocket.LocalSocketState.UnconnectedState
    qtbot.waitUntil(lambda: socket.state() is unconnected)
    assert not socket.canReadLine()
    assert calls == []
