"""What the .deb must do on a desktop: be found for its files, open them, and go without a trace."""

import os
import shutil
import subprocess
from pathlib import Path

from smoke_checks import EXAMPLE, Bench, torch_is_loaded
from smoke_driver import (
    Failed,
    Screen,
    User,
    end_all,
    processes_of,
    require,
    screen,
    wait_for,
    windows_of,
)

INSTALLED = Path("/opt/ichdesk/ichdesk")
_TYPES = {"application/x-teachable-machine": "a.tm", "application/x-ichdesk": "a.ichdesk"}
_WATCHED = ("/opt", "/usr", "/etc", "/var/lib")
_BOOKKEEPING = ("/var/lib/dpkg", "/var/lib/apt", "/etc/ld.so.cache")


def installed_package(bench: Bench, package: Path) -> str:
    """Install, ask the desktop, open files, remove, and look for what is left."""
    if shutil.which("ichdesk", path="/usr/bin"):
        raise Failed("ICHDesk is installed on this machine; remove it first")
    before = _files()
    _dpkg("--install", str(package))
    try:
        user = bench.user("desktop", XDG_CURRENT_DESKTOP="GNOME")
        _ask_for_types(user)
        with screen() as display:
            _open_two(bench, user, display)
    finally:
        end_all(INSTALLED)
        _dpkg("--purge", "ichdesk")
    left = sorted(_files() - before)
    require(not left, "left behind: " + ", ".join(left[:10]))
    return "both types, gio open, xdg-open, one process for two files, removal leaves nothing"


def _ask_for_types(user: User) -> None:
    """The desktop knows the types of the files and who opens them."""
    for mime, name in _TYPES.items():
        path = user.home.parent / name
        shutil.copy(EXAMPLE, path)
        said = user.run("gio", "info", "--attributes=standard::content-type", str(path)).stdout
        require(mime in said.split(), f"{name} is taken for: {said}")
        opener = user.run("xdg-mime", "query", "default", mime).stdout.strip()
        require(opener == "ichdesk.desktop", f"{mime} is opened by {opener or 'nobody'}")
    entry = "/usr/share/applications/ichdesk.desktop"
    said = user.run("desktop-file-validate", entry)
    require(said.returncode == 0, said.stdout)


def _open_two(bench: Bench, user: User, display: Screen) -> None:
    """The first file starts the app, the second comes to the same process."""
    user.extra["DISPLAY"] = display.name
    first, second = (user.home.parent / name for name in ("first class.tm", "second.tm"))
    for path in (first, second):
        shutil.copy(EXAMPLE, path)
    opening = [user.start("dbus-run-session", "--", "gio", "open", str(first))]
    wait_for(lambda: display.shows("first class"), "the window of gio open")
    (window,) = windows_of(INSTALLED)
    wait_for(lambda: torch_is_loaded(INSTALLED), "the worker")
    display.picture(bench.pictures / "gio-open.png")
    opening.append(user.start("dbus-run-session", "--", "xdg-open", str(second)))
    wait_for(lambda: display.shows("second"), "the project of xdg-open")
    wait_for(lambda: windows_of(INSTALLED) == [window], "one process for both files")
    display.picture(bench.pictures / "xdg-open.png")
    display.press("second", "ctrl+q")
    wait_for(lambda: not processes_of(INSTALLED), "the end of its processes")
    for process in opening:
        process.wait(10)


def _files() -> set[str]:
    found: set[str] = set()
    for top in _WATCHED:
        for folder, names, files in os.walk(top):
            found.update(f"{folder}/{name}" for name in (*names, *files))
    return {name for name in found if not name.startswith(_BOOKKEEPING)}


def _dpkg(*words: str) -> None:
    done = subprocess.run(["dpkg", *words], capture_output=True, text=True, check=False)
    require(done.returncode == 0, f"dpkg {words[0]}: {done.stdout}{done.stderr}")
