"""The windows beside the main one, which the app imports only when someone opens them."""

from pathlib import Path

from smoke_checks import EXAMPLE, Bench, torch_is_loaded
from smoke_driver import NO_NETWORK, TIMEOUT_S, Screen, processes_of, require, screen, wait_for
from smoke_traces import require_alone, tracer

# keys that open a window, and its title
COMPANIONS = {
    "ctrl+r": "Runs",
    "ctrl+g": "Gallery by class",
    "ctrl+k": "Where it looked",
    "ctrl+shift+m": "Similarity map",
    "ctrl+shift+h": "Data health",
    "ctrl+shift+v": "ICHDesk viewer",
}


def windows_of_a_run(bench: Bench) -> str:
    """A saved training is opened again, and every window on it; none of them shows an error."""
    with screen() as display:
        user = bench.user("windows", DISPLAY=display.name)
        project = user.home.parent / "kept.ichdesk"
        picture = user.home.parent / "p.png"
        words = ("demo", str(EXAMPLE), "--save", str(project), "--screenshot", str(picture))
        done = user.run(*NO_NETWORK, str(bench.program), *words)
        require(done.returncode == 0, f"exit code {done.returncode}: {done.stdout}{done.stderr}")
        trace = user.home.parent / "trace"
        process = user.start(*NO_NETWORK, *tracer(trace), str(bench.program), str(project))
        wait_for(lambda: display.shows("kept"), "the project in the title")
        wait_for(lambda: torch_is_loaded(bench.program), "the worker")
        for number, (keys, title) in enumerate(COMPANIONS.items()):
            _open(display, keys, title, bench.pictures / f"companion-{number}.png")
        display.press("kept.* - ICHDesk", "ctrl+q")
        code = process.wait(TIMEOUT_S)
        require(code == 0, f"exit code {code}")
        wait_for(lambda: not processes_of(bench.program), "the end of its processes")
    log = _log(user.home)
    require("Traceback" not in log, f"the log says: {log[-2000:]}")
    return f"{', '.join(COMPANIONS.values())}; {require_alone(trace, user)}"


def _open(display: Screen, keys: str, title: str, picture: Path) -> None:
    before = len(display.titles())
    display.press("kept.* - ICHDesk", keys)
    wait_for(lambda: display.shows(title), f"{title} among {display.titles()}")
    require(len(display.titles()) == before + 1, f"windows: {display.titles()}")
    display.picture(picture)


def _log(home: Path) -> str:
    """All that the app has noted."""
    return "".join(path.read_text("utf-8", errors="replace") for path in home.rglob("*.log*"))


CHECKS = (windows_of_a_run,)
