"""What the app folder must do wherever it lies: work offline, for every user, after any death."""

import os
import random
import shutil
import signal
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from smoke_driver import (
    NO_NETWORK,
    TIMEOUT_S,
    Failed,
    User,
    end_all,
    fresh,
    has_mapped,
    processes_of,
    require,
    screen,
    wait_for,
    windows_of,
    workers_of,
)
from smoke_traces import require_alone, tracer

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "projects" / "experiment1.tm"
STARTS = 10
KILLS = 20
ORPHANS_GONE_S = 10.0
_ODD = "Röntgen-Kurs d’été 🧠 (2)"


@dataclass(frozen=True)
class Bench:
    """What is tested and where.

    Args:
        app: The folder that holds the program.
        work: For files of the test.
        pictures: For screenshots that are kept.
        source: A Python that has the app's libraries, to read files with the source.
        reader: A Python that has those of the tests, to read what the app exports.
    """

    app: Path
    work: Path
    pictures: Path
    source: Path
    reader: Path

    @property
    def program(self) -> Path:
        """The built executable."""
        return (self.app / "ichdesk").resolve()

    def user(self, name: str, uid: int = 0, **extra: str) -> User:
        """Someone who has never used the app."""
        return User(fresh(self.work / name) / "home", uid, extra)


def session_without_network(bench: Bench) -> str:
    """Open, train, predict and save where there is no network; the source reads what was saved."""
    user = bench.user("offline")
    project = Path(shutil.copy(EXAMPLE, user.home.parent / "class.tm"))
    saved = project.with_name("saved.tm")
    picture = bench.pictures / "session.png"
    command = [str(bench.program), "demo", str(project), "--save", str(saved)]
    done = user.run(*NO_NETWORK, *command, "--screenshot", str(picture))
    require(done.returncode == 0, f"exit code {done.returncode}: {done.stdout}{done.stderr}")
    said = user.run(str(bench.source), "-m", "ichdesk", "info", str(saved))
    require("60 images" in said.stdout, f"the source cannot read it: {said.stdout}{said.stderr}")
    return done.stdout.splitlines()[0]


def alone(bench: Bench) -> str:
    """A whole session connects to nothing but AF_UNIX, and writes to folders of its own alone."""
    user = bench.user("traced")
    trace = user.home.parent / "trace"
    saved = user.home.parent / "saved.tm"
    picture = user.home.parent / "p.png"
    command = [str(bench.program), "demo", str(EXAMPLE), "--save", str(saved)]
    done = user.run(*tracer(trace), *command, "--screenshot", str(picture))
    require(done.returncode == 0, f"exit code {done.returncode}: {done.stdout}{done.stderr}")
    return require_alone(trace, user)


def scans(bench: Bench) -> str:
    """DICOM files, plain and compressed, are imported, kept, trained on; a broken one is told."""
    user = bench.user("scans")
    folder, project = user.home.parent / "scans", user.home.parent / "scans.ichdesk"
    made = user.run(str(bench.source), str(ROOT / "packaging" / "smoke_scans.py"), str(folder))
    require(made.returncode == 0, f"no DICOM files to try: {made.stderr}")
    for name in ("Bleed", "Normal"):
        command = ["import", str(folder / name), "--class", name, "--into", str(project)]
        done = user.run(*NO_NETWORK, str(bench.program), *command)
        require(done.returncode == 0, f"import: {done.stdout}{done.stderr}")
        require("broken" in done.stderr, f"the broken file is not told: {done.stderr}")
    said = user.run(str(bench.program), "info", str(project)).stdout.splitlines()[0]
    wanted = "12 images, 12 with Hounsfield units, 4 series, 4 patients"
    require(wanted in said, f"the project says: {said}")
    done = user.run(*NO_NETWORK, str(bench.program), "train", str(project))
    require("Split by patient" in done.stdout, f"training: {done.stdout}{done.stderr}")
    return said


def window_with_file(bench: Bench) -> str:
    """A file as argument is shown, torch is in the worker only, and Ctrl+Q ends with 0.

    It is traced, too: the window talks to the display, the desktop and its second instance.
    """
    with screen() as display:
        user = bench.user("window", DISPLAY=display.name)
        trace = user.home.parent / "trace"
        command = [str(bench.program), str(EXAMPLE)]
        process = user.start(*NO_NETWORK, *tracer(trace), *command)
        wait_for(lambda: display.shows("experiment1"), "the project in the title")
        code = user.start(*NO_NETWORK, *command).wait(TIMEOUT_S)
        require(code == 0, f"the second start ended with {code}")
        wait_for(lambda: torch_is_loaded(bench.program), "the worker")
        (window,) = windows_of(bench.program)
        require(not has_mapped(window, "libtorch"), "the window's process holds torch")
        display.picture(bench.pictures / "window.png")
        display.press("experiment1", "ctrl+q")
        code = process.wait(TIMEOUT_S)
        require(code == 0, f"exit code {code}")
        wait_for(lambda: not processes_of(bench.program), "the end of its processes")
    return f"shown, torch in the worker only, quit with 0, {require_alone(trace, user)}"


def torch_is_loaded(program: Path) -> bool:
    """Whether a worker has come so far that it can train."""
    return any(has_mapped(pid, "libtorch_cpu") for pid in workers_of(program))


def start_times(bench: Bench) -> str:
    """Seconds until the window has been painted: only then its process starts the worker."""
    times_s = []
    with screen() as display:
        user = bench.user("times", DISPLAY=display.name)
        for _ in range(STARTS + 1):
            process = user.start(str(bench.program), str(EXAMPLE))
            times_s.append(wait_for(lambda: workers_of(bench.program), "the first paint"))
            process.kill()
            process.wait()
            wait_for(lambda: not processes_of(bench.program), "the end of its processes")
    warm_s = times_s[1:]
    median_s = statistics.median(warm_s)
    spread = f"{min(warm_s):.2f} to {max(warm_s):.2f}"
    require(median_s <= 2.0, f"median {median_s:.2f} s ({spread}), more than 2.0 s")
    return f"median {median_s:.2f} s ({spread}, {STARTS} starts; first {times_s[0]:.2f} s)"


def odd_folder(bench: Bench) -> str:
    """App, project and home in folders with spaces, accents and an emoji."""
    folder = fresh(bench.work / _ODD)
    app = folder / "ICHDesk für alle"
    shutil.copytree(bench.app, app, symlinks=True, copy_function=os.link)
    user = User(folder / "Zuhause ñ 🏠")
    project = Path(shutil.copy(EXAMPLE, folder / "Übung 1 🩸.tm"))
    saved = folder / "später ✓.tm"
    command = [str(app / "ichdesk"), "demo", str(project), "--save", str(saved)]
    done = user.run(*command, "--screenshot", str(folder / "Bild é.png"))
    require(done.returncode == 0, f"exit code {done.returncode}: {done.stdout}{done.stderr}")
    require(saved.is_file(), "nothing was saved")
    shutil.rmtree(folder)
    return "works"


def unwritable_folder(bench: Bench) -> str:
    """A user without rights in the app's and the project's folder works, and reads a sentence."""
    locked = fresh(bench.work / "locked")
    project = Path(shutil.copy(EXAMPLE, locked / "class.tm"))
    project.chmod(0o444)
    locked.chmod(0o555)
    user = bench.user("guest", 61001)
    picture = user.home / "p.png"
    command = [str(bench.program), "demo", str(project), "--screenshot", str(picture)]
    user.environment()
    done = user.run(*command)
    require(done.returncode == 0, f"exit code {done.returncode}: {done.stdout}{done.stderr}")
    refused = user.run(*command, "--save", str(locked / "saved.tm"))
    sentence = refused.stderr.strip().splitlines()[-1] if refused.stderr.strip() else ""
    require(refused.returncode == 1, f"saving there ended with {refused.returncode}")
    require("Traceback" not in refused.stderr and sentence.endswith("."), refused.stderr)
    return f"works; saving there says: {sentence}"


def two_users(bench: Bench) -> str:
    """Two users of one machine have a window each at the same time."""
    with screen() as display:
        users = [bench.user(f"user{n}", 61001 + n, DISPLAY=display.name) for n in range(2)]
        started = []
        for number, user in enumerate(users):
            name = shutil.copy(EXAMPLE, user.home.parent / f"project{number}.tm")
            started.append(user.start(str(bench.program), str(name)))
        for number in range(2):
            title = f"project{number}"
            wait_for(lambda: display.shows(title), f"{title} among {display.titles()}")  # noqa: B023
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in windows_of(bench.program)}
        require(owners == {61001, 61002}, f"windows of {owners}")
        display.picture(bench.pictures / "two-users.png")
        for process in started:
            process.terminate()
            process.wait()
        wait_for(lambda: not processes_of(bench.program), "the end of their processes")
    return "a window each"


def kills_during_start(bench: Bench) -> str:
    """Killed at random moments of start-up; the next start works and nothing is left behind."""
    seed = int(time.time())
    chance = random.Random(seed)
    with screen() as display:
        user = bench.user("killed", DISPLAY=display.name)
        for _ in range(KILLS):
            process = user.start(str(bench.program), str(EXAMPLE))
            time.sleep(chance.uniform(0.0, 2.0))
            process.send_signal(signal.SIGKILL)
            process.wait()
        took_s = _wait_for_orphans(bench.program)
        process = user.start(str(bench.program), str(EXAMPLE))
        wait_for(lambda: display.shows("experiment1"), f"start {KILLS + 1}")
        wait_for(lambda: torch_is_loaded(bench.program), "the worker")
        display.press("experiment1", "ctrl+q")
        code = process.wait(TIMEOUT_S)
        require(code == 0, f"start {KILLS + 1} ended with {code}")
        wait_for(lambda: not processes_of(bench.program), "the end of its processes")
    return f"{KILLS} kills (seed {seed}), last process gone after {took_s:.1f} s, next start works"


def _wait_for_orphans(program: Path) -> float:
    try:
        return wait_for(lambda: not processes_of(program), "orphans to end", ORPHANS_GONE_S)
    except Failed:
        left = subprocess.run(["ps", "-ef"], capture_output=True, text=True, check=False).stdout
        lines = [line for line in left.splitlines() if str(program) in line]
        end_all(program)
        raise Failed("orphans:\n" + "\n".join(lines)) from None


CHECKS = (
    session_without_network,
    alone,
    window_with_file,
    start_times,
    scans,
    odd_folder,
    unwritable_folder,
    two_users,
    kills_during_start,
)
