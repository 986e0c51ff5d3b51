"""Where a case of the fault test happens: a home of its own, and the processes in it."""

import os
import random
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from ichdesk.archive import SampleStore, save_project
from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin
from tests.faults.record import BEGIN, DONE, Entry, content, read_record
from tests.faults.victim import Orders
from tests.ui.conftest import jpeg

PATIENCE_S = 90.0
ROOT = Path(__file__).parents[2]
_XDG = ("CACHE_HOME", "CONFIG_HOME", "DATA_HOME", "STATE_HOME")
_SMALL_DISK = "2m"


class Skipped(Exception):  # noqa: N818 - no error: the reason why a case cannot be made here
    """This computer does not let us make the fault."""


@dataclass(slots=True)
class Place:
    """A home of its own for one case.

    Attributes:
        folder: Everything that the case writes.
        started: Content of the project's file at the start.
        ends: Unmounts disks and ends processes.
        trains_in_app: Whether the app that is started afterwards trains in its own, new worker,
            which takes seconds; else another process opens the file and trains.
    """

    folder: Path
    chance: random.Random
    started: str = ""
    ends: ExitStack = field(default_factory=ExitStack)
    trains_in_app: bool = True

    @property
    def project(self) -> Path:
        return self.folder / "work" / "heads.ichdesk"

    @property
    def images(self) -> Path:
        return self.folder / "images"

    @property
    def cache(self) -> Path:
        return self.folder / "cache_home" / "ichdesk" / "samples"

    def environment(self) -> dict[str, str]:
        """Of the processes: nothing of the person who runs the test is touched."""
        said = {f"XDG_{name}": str(self.folder / name.lower()) for name in _XDG}
        said |= {"XDG_RUNTIME_DIR": str(self.folder / "run"), "TMPDIR": str(self.folder / "tmp")}
        said |= {"HOME": str(self.folder), "QT_QPA_PLATFORM": "offscreen"}
        return {**os.environ, **said, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}

    def furnish(self) -> None:
        """A project of two classes and a folder of images."""
        for name in ("work", "images", "run", "tmp", *(name.lower() for name in _XDG)):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        for number in range(12):
            (self.images / f"{number}.jpg").write_bytes(jpeg(100 + number))
        with SampleStore(self.folder / "making") as store:
            bins = [
                ClassBin(name, tuple(store.add(jpeg(20 * k + i)) for i in range(6)))
                for k, name in enumerate(("Bleed", "Normal"))
            ]
            project = Project(tuple(bins))
            save_project(project, self.project)
        self.started = content(project)

    def orders(self, script: str, **more: object) -> Orders:
        record = self.folder / f"record-{self.chance.randrange(10**9)}"
        said = (script, self.chance.randrange(10**9), record, self.project, self.images)
        return replace(Orders(said[0], said[1], *map(str, said[2:])), **more)  # type: ignore[arg-type]

    def small_disk(self, folder: Path) -> Path:
        """Put a folder on a disk of its own of 2 MB; returns the file to fill it with."""
        command = ["mount", "-t", "tmpfs", "-o", f"size={_SMALL_DISK},mode=700", "none", folder]
        kept = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            raise Skipped("a small disk cannot be mounted here") from None
        self.ends.callback(subprocess.run, ["umount", "-l", folder], check=True)
        for path, data in kept.items():
            path.write_bytes(data)
        return folder / "junk"


@dataclass(slots=True)
class Life:
    """One process from its start to its end."""

    process: subprocess.Popen[bytes]
    orders: Orders
    errors: Path
    ended_s: float = 0.0

    def entries(self) -> list[Entry]:
        return read_record(Path(self.orders.record))

    def wait_for(self, what: str) -> None:
        """Until the record says so; an error if the process ends before."""
        given_up_s = monotonic() + PATIENCE_S
        while not any(entry.what == what for entry in self.entries()):
            if self.process.poll() is not None or monotonic() > given_up_s:
                raise AssertionError(f"no {what}: {self.errors.read_text()[-2000:]}")
            time.sleep(0.01)

    def kill(self) -> None:
        self.ended_s = monotonic()
        self.process.kill()
        self.process.wait()

    def finish(self) -> None:
        """Wait for a script that ends by itself."""
        self.wait_for(DONE)
        assert self.process.wait(PATIENCE_S) == 0, self.errors.read_text()[-2000:]
        self.ended_s = monotonic()


def start(place: Place, orders: Orders, *prefix: str) -> Life:
    """Start a process of the app."""
    errors = Path(f"{orders.record}.err")
    with errors.open("wb") as file:
        process = subprocess.Popen(
            [*prefix, *orders.command()], env=place.environment(), stderr=file, cwd=ROOT
        )
    life = Life(process, orders, errors)
    place.ends.callback(life.kill)
    return life


def killed(place: Place, orders: Orders, longest_s: float = 1.5) -> Life:
    """A process that is killed at any moment after its script has begun."""
    life = start(place, orders)
    life.wait_for(BEGIN)
    time.sleep(place.chance.uniform(0.0, longest_s))
    life.kill()
    return life
