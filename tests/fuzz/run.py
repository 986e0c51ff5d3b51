"""Fuzzing: `python tests/fuzz/run.py --target tm --minutes 10`, or `--target all`.

Whole files are changed at random and read. A change that reaches new lines of the program, or a new
sentence, is changed further. A case that raises anything but a sentence for the user, crashes the
process, takes more than two seconds of processor time or 500 MB is saved below `found/`, where it
is a test from then on. Minutes are minutes of processor time.
"""

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import CodeType, FrameType
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FOUND = HERE / "found"
MOST_S = 2.0
MOST_MB = 500.0
_HANG_S = 180.0  # on a busy computer
_ROOM_BYTES = 3 * 2**30
_MOST_POOL = 400
_MOST_CASE_BYTES = 300_000
_OURS = str(ROOT / "ichdesk")


@dataclass
class Tally:
    """What came of the cases of a target.

    Attributes:
        found: Why a case was saved, by its file.
    """

    target: str
    cases: int = 0
    cpu_s: float = 0.0
    worst_s: float = 0.0
    worst_mb: float = 0.0
    lines: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    found: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Most:
    """How long to go on: processor time and time on the clock, whichever ends first."""

    cpu_s: float
    wall_s: float


class Lines:
    """Which lines of the program have run; a function is watched until all of its lines have."""

    def __init__(self) -> None:
        self.seen = 0
        self._left: dict[CodeType, set[int]] = {}

    def __enter__(self) -> "Lines":
        sys.settrace(self._enter)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _enter(self, frame: FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        left = self._left.get(code)
        if left is None:
            is_ours = code.co_filename.startswith(_OURS)
            left = {line for *_, line in code.co_lines() if line} if is_ours else set()
            self._left[code] = left
        return self._line if left else None

    def _line(self, frame: FrameType, event: str, arg: Any) -> Any:
        left = self._left[frame.f_code]
        if frame.f_lineno in left:
            left.discard(frame.f_lineno)
            self.seen += 1
        return self._line


class Peak:
    """The memory that a case took besides what the process had before, in MB."""

    def __enter__(self) -> "Peak":
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
        self._before_kb = _status_kb("VmRSS")
        self.mb = 0.0
        return self

    def __exit__(self, *_: object) -> None:
        self.mb = (_status_kb("VmHWM") - self._before_kb) / 1024


def _status_kb(key: str) -> int:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(text.partition(f"{key}:")[2].split()[0])


def fuzz(name: str, most: Most, seed: int, folder: Path) -> Tally:
    """Fuzz a target in this process.

    Args:
        name: Of the target.
        most: Time to spend.
        seed: Of all chance.
        folder: For the files of the cases; in it, `current` is the present case, for whoever
            buries this process.
    """
    from tests.fuzz.targets import TARGETS, outcome

    current, scratch, end_s = folder / "current", folder / "case", time.monotonic() + most.wall_s
    target, chance, tally = TARGETS[name], Random(f"{name} {seed}"), Tally(name)
    originals = target.seeds()
    pool = list(originals)
    longest = max(_MOST_CASE_BYTES, 3 * max(map(len, pool)))
    for data in pool:  # whole files first, which also loads what is loaded late
        outcome(target, data, _fresh(scratch))
    _limit_memory()
    start_s, lines = time.process_time(), Lines()
    while (spent_s := time.process_time() - start_s) < most.cpu_s:
        if time.monotonic() > end_s:
            break
        data = target.mutate(chance.choice(pool), chance, pool)[:longest]
        current.write_bytes(data)
        before_lines, before_s = lines.seen, time.process_time()
        with Peak() as peak:
            try:
                with lines:
                    what = outcome(target, data, _fresh(scratch))
                problem = kind = ""
            except Exception as error:  # what a fuzzer looks for  # noqa: BLE001
                what = f"raised {type(error).__name__}"
                problem, kind = traceback.format_exc(limit=-4), _kind(error)
        case_s = time.process_time() - before_s
        tally.cases += 1
        tally.worst_s, tally.worst_mb = max(tally.worst_s, case_s), max(tally.worst_mb, peak.mb)
        if case_s > MOST_S or peak.mb > MOST_MB:
            problem = problem or f"took {case_s:.1f} s and {peak.mb:.0f} MB"
        if problem:
            _save(name, data, problem, tally, kind or "slow")
        elif lines.seen > before_lines or what not in tally.outcomes:
            _keep(pool, data, len(originals), chance)
        tally.outcomes[what] += 1
        tally.cpu_s, tally.lines = spent_s, lines.seen
        if tally.cases % 50 == 0:
            current.with_suffix(".json").write_text(json.dumps(vars(tally)), encoding="utf-8")
    current.with_suffix(".json").write_text(json.dumps(vars(tally)), encoding="utf-8")
    return tally


def _keep(pool: list[bytes], data: bytes, originals: int, chance: Random) -> None:
    pool.append(data)
    if len(pool) > _MOST_POOL:
        del pool[chance.randrange(originals, len(pool))]


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _limit_memory() -> None:
    """Let the process grow by so much address space and no more."""
    limit = 1024 * _status_kb("VmSize") + _ROOM_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _kind(error: Exception) -> str:
    """The same for errors of one type from one place."""
    trace = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name} {frame.lineno}" for frame in trace]
    said = "\n".join([type(error).__name__, *places[-3:]])
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _save(name: str, data: bytes, problem: str, tally: Tally, kind: str) -> None:
    """Keep one case of each kind, the shortest."""
    folder = FOUND / name
    path = folder / f"{kind}.bin"
    is_first = str(path) not in tally.found
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_size > len(data):
        path.write_bytes(data)
    if is_first:
        tally.found[str(path)] = problem
        print(f"--- {path}\n{problem}", flush=True)


def supervise(name: str, most: Most, seed: int) -> Tally:
    """Fuzz a target in processes of their own, which may crash or hang."""
    total, end_s = Tally(name), time.monotonic() + most.wall_s
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=_memory_disk()) as folder:
        current = Path(folder, "current")
        while (left_s := most.cpu_s - total.cpu_s) > 1 and (wall_s := end_s - time.monotonic()) > 1:
            limits = [f"--minutes={left_s / 60}", f"--wall={wall_s / 60}"]
            options = [*limits, f"--target={name}", f"--seed={seed}"]
            command = [sys.executable, __file__, *options, f"--inside={folder}"]
            with _started(command, folder) as process:
                problem = _watched(process, current)
            if not current.with_suffix(".json").exists():
                raise SystemExit(f"{name} did not start")
            _add(total, current.with_suffix(".json"))
            current.with_suffix(".json").unlink()
            if problem:
                _save(name, current.read_bytes(), problem, total, f"ended-{seed}")
            seed += 1
    return total


def _started(command: list[str], folder: str) -> "subprocess.Popen[bytes]":
    """A process; what libraries say of bad files is not shown."""
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, env=_environment(folder), stderr=nowhere)


def _environment(folder: str) -> dict[str, str]:
    own = {f"XDG_{kind}_HOME": f"{folder}/home" for kind in ("CACHE", "CONFIG", "DATA", "STATE")}
    quiet = {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return {**os.environ, **own, **quiet, "PYTHONFAULTHANDLER": "1"}


def _memory_disk() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _watched(process: "subprocess.Popen[bytes]", current: Path) -> str:
    """Why the process ended before its time, or ""."""
    last, since_s = 0.0, time.monotonic()
    while process.poll() is None:
        time.sleep(0.5)
        changed = current.stat().st_mtime if current.exists() else 0.0
        if changed != last:
            last, since_s = changed, time.monotonic()
        elif changed and time.monotonic() - since_s > _HANG_S:
            process.kill()
            process.wait()
            return f"took more than {_HANG_S:.0f} s"
    return f"ended the process ({process.returncode})" if process.returncode else ""


def _add(total: Tally, path: Path) -> None:
    said = json.loads(path.read_text(encoding="utf-8"))
    total.cases += said["cases"]
    total.cpu_s += max(said["cpu_s"], 1.0)
    total.worst_s = max(total.worst_s, said["worst_s"])
    total.worst_mb = max(total.worst_mb, said["worst_mb"])
    total.lines = max(total.lines, said["lines"])
    total.outcomes.update(said["outcomes"])
    total.found.update(said["found"])


def main() -> None:
    """Fuzz and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", default="all")
    parser.add_argument("--minutes", type=float, default=1.0, help="of processor time, per target")
    parser.add_argument("--wall", type=float, default=600.0, help="minutes of a clock, at most")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--outcomes", action="store_true", help="list them")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    said = parser.parse_args()
    most = Most(60 * said.minutes, 60 * said.wall)
    sys.path.insert(0, str(ROOT))
    if said.inside:
        fuzz(said.target, most, said.seed, Path(said.inside))
        return
    from tests.fuzz.targets import TARGETS

    print("| target | CPU min | cases | outcomes | lines | worst s | worst MB | found |")
    print("|---|---|---|---|---|---|---|---|")
    for name in TARGETS if said.target == "all" else said.target.split(","):
        tally = supervise(name, most, said.seed)
        print(
            f"| {name} | {tally.cpu_s / 60:.1f} | {tally.cases:,} | {len(tally.outcomes)} | "
            f"{tally.lines:,} | {tally.worst_s:.2f} | {tally.worst_mb:.0f} | {len(tally.found)} |",
            flush=True,
        )
        if said.outcomes:
            for what, count in tally.outcomes.most_common():
                print(f"  {count:7,} {what}")


if __name__ == "__main__":
    main()
