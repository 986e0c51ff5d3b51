"""The cases of the fault test: what goes wrong, when, and what must be true afterwards."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ichdesk.archive import SampleStore
from tests.faults.place import PATIENCE_S, ROOT, Life, Place, Skipped, killed, start
from tests.faults.record import BEGIN, SAVED, SAVING, STATE, TOLD, Entry, content
from tests.faults.trainer import trains

MOST_LOST_S = 5.0
_VERSION_1 = ROOT / "tests" / "archive" / "old" / "version_1.ichdesk"
_TEN_YEARS_S = 10 * 365 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Result:
    """What one case came to."""

    lost_edits: int = 0
    lost_s: float = 0.0
    note: str = ""


# --- what must be true afterwards --------------------------------------------------------------


def aftermath(place: Place) -> dict[str, object]:
    """Start the app in its window, restore, open, train; what it found."""
    report, errors = place.folder / "report.json", place.folder / "aftermath.err"
    what = "train" if place.trains_in_app else "open"
    command = [sys.executable, "-m", "tests.faults.aftermath", place.project, report, what]
    with errors.open("wb") as file:
        ended = subprocess.run(
            command,
            env=place.environment(),
            stderr=file,
            cwd=ROOT,
            timeout=PATIENCE_S,
            check=False,
        )
    assert ended.returncode == 0, errors.read_text()[-2000:]
    found: dict[str, object] = json.loads(report.read_text())
    assert "Traceback" not in errors.read_text(), errors.read_text()[-2000:]
    found["trained"] = found["trained"] or (not place.trains_in_app and trains(place.project))
    return found


def check(place: Place, *lives: Life, is_damaged: bool = False, told: str = "") -> Result:
    """The file is whole, the app works, and at most 5 s of edits are lost.

    Args:
        place: Where it happened.
        lives: Processes that played in it.
        is_damaged: What was kept for recovery was damaged, too; then any of it may be lost.
        told: What messages may say; none may come otherwise.
    """
    found = aftermath(place)
    assert found["trained"], found
    said = [entry for life in lives for entry in life.entries()]
    is_offered = bool(found["restored"])
    if not is_damaged:
        unexpected = [said for said in found["told"] if not told or told not in said]  # type: ignore[attr-defined]
        assert not unexpected, found
    assert found["opened"] in allowed(place.started, said), found
    if is_damaged:
        return Result(note="offered" if is_offered else "not offered")
    losses = [lost(life, [*found["restored"], found["opened"]]) for life in lives]  # type: ignore[misc]
    worst = max(losses, key=lambda result: result.lost_s)
    assert worst.lost_s <= MOST_LOST_S, (worst, found)
    return worst


def allowed(started: str, entries: list[Entry]) -> set[str]:
    """Contents that the file may have: what was last saved, and what was being saved."""
    saved = [n for n, entry in enumerate(entries) if entry.what == SAVED]
    after = entries[saved[-1] :] if saved else [Entry(0.0, SAVED, started), *entries]
    return {entry.content for entry in after if entry.what in {SAVED, SAVING}}


def lost(life: Life, kept: list[str]) -> Result:
    """Edits of a process that are neither in its file nor offered at the next start."""
    states = [entry for entry in life.entries() if entry.what == STATE]
    last = max((n for n, entry in enumerate(states) if entry.content in kept), default=-1)
    gone = states[last + 1 :]
    return Result(len(gone), life.ended_s - gone[0].at_s) if gone else Result()


# --- the cases -----------------------------------------------------------------------------------

Case = Callable[[Place], Result]


def kill_while(script: str, *, window: bool = False, longest_s: float = 1.5) -> Case:
    """The app is killed while it does this."""

    def case(place: Place) -> Result:
        worker = "real" if script == "training" else "none"
        orders = place.orders(script, window=window, worker=worker)
        return check(place, killed(place, orders, longest_s))

    return case


def kill_long(place: Place) -> Result:
    """After more edits than one journal holds."""
    return check(place, killed(place, place.orders("editing"), 6.0))


def kill_migration(place: Place) -> Result:
    """The first save of a file of version 1 makes it one of version 2."""
    shutil.copyfile(_VERSION_1, place.project)
    place.started = _content_of(place, place.project)
    life = killed(place, place.orders("saving"), 0.2)
    return check(place, life, told="is not a model")  # the file has a stand-in for one


def kill_twice(place: Place) -> Result:
    """What was restored after one crash crashes again, at any moment."""
    first = killed(place, place.orders("editing"), 3.0)
    orders = place.orders("restoring")
    second = start(place, orders)
    time.sleep(place.chance.uniform(0.5, 4.0))
    second.kill()
    states = [entry for entry in second.entries() if entry.what == STATE]
    return check(place, second if len(states) > 1 else first)


def kill_two_windows(place: Place) -> Result:
    """Two windows, each with a project of its own, are killed at once."""
    other = place.project.with_name("others.ichdesk")
    shutil.copyfile(place.project, other)
    lives = [start(place, place.orders("editing"))]
    lives += [start(place, replace(place.orders("editing"), project=str(other)))]
    for life in lives:
        life.wait_for(BEGIN)
    time.sleep(place.chance.uniform(0.0, 3.0))
    for life in lives:
        life.kill()
    return check(place, *lives)


def plays_out(script: str, worker: str) -> Case:
    """The training process goes wrong; the app goes on by itself."""

    def case(place: Place) -> Result:
        life = start(place, place.orders(script, worker=worker))
        life.finish()
        return check(place, life)

    return case


def full_target(place: Place) -> Result:
    """No room for the project; the old file stays, the edits are kept."""
    junk = place.small_disk(place.project.parent)
    life = start(place, place.orders("full_target", junk=str(junk)))
    life.wait_for(TOLD)
    time.sleep(place.chance.uniform(0.0, 3.0))
    life.kill()
    return check(place, life)


def full_cache(place: Place) -> Result:
    """No room for samples and journal: one sentence, and the project can be saved."""
    place.cache.mkdir(parents=True)
    junk = place.small_disk(place.cache)
    life = start(place, place.orders("full_cache", junk=str(junk)))
    life.finish()
    junk.unlink(missing_ok=True)
    return check(place, life)


def refused(script: str) -> Case:
    """A save is refused with a sentence; the edits are kept."""

    def case(place: Place) -> Result:
        prefix = _without_rights() if script.endswith("locked") else ()
        life = start(place, place.orders(script), *prefix)
        life.wait_for(TOLD)
        time.sleep(place.chance.uniform(0.0, 3.0))
        life.kill()
        place.project.parent.chmod(0o700)
        return check(place, life)

    return case


def damaged_cache(place: Place) -> Result:
    """After a crash something damages what was kept."""
    life = killed(place, place.orders("editing"), 3.0)
    files = sorted(path for path in place.cache.glob("session-*/*") if path.stat().st_size)
    for path in place.chance.sample(files, place.chance.randint(1, len(files))):
        _damage(path, place.chance)
    return check(place, life, is_damaged=True)


def damaged_settings(place: Place) -> Result:
    """What the window remembers is rubbish, and a file is where the log should be."""
    life = killed(place, place.orders("editing", window=True))
    config = place.folder / "config_home"
    (config / "ichdesk").mkdir(exist_ok=True)
    for path in {config / "ichdesk" / "window.json", *config.rglob("*.*")}:
        path.write_bytes(place.chance.randbytes(place.chance.randrange(3000)))
    shutil.rmtree(place.folder / "state_home")
    (place.folder / "state_home").write_bytes(b"")
    return check(place, life)


def clock_back(place: Place) -> Result:
    """The clock is set back, or forward, by years while the project is open."""
    clock_s = place.chance.choice((-1.0, 1.0)) * _TEN_YEARS_S
    return check(place, killed(place, place.orders("saving", clock_s=clock_s), 3.0))


CASES: dict[str, Case] = {
    "killed while editing": kill_while("editing"),
    "killed after long editing": kill_long,
    "killed while importing": kill_while("importing"),
    "killed while training": kill_while("training"),
    "killed while saving": kill_while("saving"),
    "killed while migrating": kill_migration,
    "window killed while editing": kill_while("editing", window=True, longest_s=4.0),
    "window killed while importing": kill_while("importing", window=True),
    "window killed while training": kill_while("training", window=True),
    "window killed while saving": kill_while("saving", window=True),
    "killed again after restoring": kill_twice,
    "two windows killed": kill_two_windows,
    "worker killed while training": plays_out("worker_killed", "real"),
    "worker hangs": plays_out("worker_hangs", "real"),
    "worker answers twice and late": plays_out("answers_twice", "twice"),
    "disk of the project full": full_target,
    "disk of the cache full": full_cache,
    "quota used up": refused("small_quota"),
    "file becomes read-only": refused("file_locked"),
    "folder becomes read-only": refused("folder_locked"),
    "file removed while open": kill_while("removed"),
    "file overwritten while open": kill_while("overwritten"),
    "cache damaged after a crash": damaged_cache,
    "settings and log damaged": damaged_settings,
    "clock set back or forward": clock_back,
}
"""By name, what happens."""


@contextmanager
def furnished(folder: Path, seed: int, *, trains_in_app: bool = True) -> Iterator[Place]:
    """A place for one case, taken down afterwards."""
    place = Place(folder, random.Random(seed), trains_in_app=trains_in_app)
    with place.ends:
        place.furnish()
        yield place


def _content_of(place: Place, path: Path) -> str:
    from ichdesk.archive import open_project

    with SampleStore(place.folder / "reading") as store:
        return content(open_project(path, store).project)


def _damage(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    if chance.random() < 0.3:
        path.unlink()
        return
    for _ in range(chance.randint(1, 5)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path.write_bytes(data[: chance.randint(0, len(data))] if chance.random() < 0.5 else data)


def _without_rights() -> tuple[str, ...]:
    """What makes a process of root obey permissions, as everybody else's does."""
    if os.getuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        raise Skipped("root may write everywhere, and there is no setpriv")
    return ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--")
