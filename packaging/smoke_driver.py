"""Start the built app as a user would, and look at it from outside: processes, screen, files."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = float(os.environ.get("ICHDESK_SMOKE_PATIENCE", "1"))  # more on a busy machine
TIMEOUT_S = 30.0 * PATIENCE
NO_NETWORK = ("unshare", "--net")
_POLL_S = 0.01
_WORKER_MARK = "--multiprocessing-fork"


class Failed(Exception):  # noqa: N818 - reads as a sentence
    """A check found something wrong; the message says what."""


def require(condition: object, sentence: str) -> None:
    """Fail with a sentence unless the condition holds."""
    if not condition:
        raise Failed(sentence)


def wait_for(condition: Callable[[], object], what: str, timeout_s: float = TIMEOUT_S) -> float:
    """Poll until something is so; seconds that it took."""
    start_s = time.monotonic()
    while not condition():
        require(time.monotonic() - start_s < timeout_s, f"waited {timeout_s:.0f} s for {what}")
        time.sleep(_POLL_S)
    return time.monotonic() - start_s


@dataclass
class User:
    """Someone with folders of their own; uid 0 is whoever runs the test."""

    home: Path
    uid: int = 0
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def temporary(self) -> Path:
        """Where this user's programs put temporary files."""
        return self.home / "tmp"

    def environment(self) -> dict[str, str]:
        """A bare environment: nothing of the one that runs the test can help the app."""
        runtime = self.home / "run"
        for folder in (self.home, runtime, self.temporary):
            if not folder.exists():
                folder.mkdir(parents=True, mode=0o700)
                os.chown(folder, self.uid or os.getuid(), self.uid or os.getgid())
        return {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(runtime),
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",  # or a daemon is started that stays
            "TMPDIR": str(self.temporary),
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            **self.extra,
        }

    def command(self, command: Sequence[str]) -> list[str]:
        """The command as this user."""
        if not self.uid:
            return list(command)
        ids = [f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups"]
        return ["setpriv", *ids, *command]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command without a screen to its end."""
        environment = self.environment() | {"QT_QPA_PLATFORM": "offscreen"}
        return subprocess.run(
            self.command(command),
            env=environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * TIMEOUT_S,
        )

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start a command and go on."""
        return subprocess.Popen(
            self.command(command),
            env=self.environment(),
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def processes_of(program: Path) -> list[int]:
    """Every process that runs the program, whoever started it."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "exe").readlink() == program:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def command_line(pid: int) -> list[str]:
    """The arguments of a process, or nothing if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def workers_of(program: Path) -> list[int]:
    """The training processes; one is started as soon as the window has been painted."""
    return [pid for pid in processes_of(program) if _WORKER_MARK in command_line(pid)]


def windows_of(program: Path) -> list[int]:
    """The processes that show a window."""
    everything = {pid: command_line(pid) for pid in processes_of(program)}
    return [pid for pid, words in everything.items() if words and not _is_helper(words)]


def _is_helper(words: list[str]) -> bool:
    return _WORKER_MARK in words or "-c" in words


def has_mapped(pid: int, library: str) -> bool:
    """Whether a process holds a library in memory."""
    try:
        return library in Path(f"/proc/{pid}/maps").read_text("utf-8")
    except OSError:
        return False


def end_all(program: Path) -> None:
    """Kill what is left of the program that this test built and started."""
    for pid in processes_of(program):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


class Screen:
    """A virtual X display that every user of this machine may use."""

    def __init__(self, number: int) -> None:
        self.name = f":{number}"

    def titles(self) -> list[str]:
        """Titles of the visible windows."""
        found = self._tool("search", "--onlyvisible", "--name", "ICHDesk")
        return [self._tool("getwindowname", each).strip() for each in found.split()]

    def shows(self, text: str) -> bool:
        """Whether a window with such a title is there."""
        return any(text in title for title in self.titles())

    def press(self, text: str, keys: str) -> None:
        """Press keys in the window with such a title."""
        for each in self._tool("search", "--onlyvisible", "--name", text).split():
            self._tool("windowfocus", "--sync", each)
            self._tool("key", "--clearmodifiers", keys)

    def picture(self, path: Path) -> None:
        """Keep a picture of the whole screen."""
        command = ["import", "-display", self.name, "-window", "root", str(path)]
        subprocess.run(command, check=True, capture_output=True)

    def _tool(self, *words: str) -> str:
        environment = os.environ | {"DISPLAY": self.name}
        result = subprocess.run(
            ["xdotool", *words], env=environment, capture_output=True, text=True, check=False
        )
        return result.stdout


@contextmanager
def screen() -> Iterator[Screen]:
    """A display for the time of a check."""
    number = next(n for n in range(90, 200) if not Path(f"/tmp/.X11-unix/X{n}").exists())
    # without -noreset the server drops whoever connects just when its last client has left
    server = subprocess.Popen(
        [
            "Xvfb",
            f":{number}",
            "-ac",
            "-screen",
            "0",
            "1600x1000x24",
            "-nolisten",
            "tcp",
            "-noreset",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(Path(f"/tmp/.X11-unix/X{number}").exists, "Xvfb")
        yield Screen(number)
    finally:
        server.terminate()
        server.wait()


def fresh(folder: Path) -> Path:
    """An empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
