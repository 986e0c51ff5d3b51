"""The fault test: `python tests/faults/run.py --cases 300 --seed 0` prints a table."""

import argparse
import random
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.cases import CASES, Result, furnished
from tests.faults.place import Skipped


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case that was run.

    Attributes:
        problem: What was not as it must be; "" if all was.
        skipped: Why it could not be made; "" if it was.
    """

    name: str
    seed: int
    seconds: float
    result: Result
    problem: str = ""
    skipped: str = ""


def run_case(name: str, seed: int, *, trains_in_app: bool = True) -> Outcome:
    """One case in a home of its own, which stays if something was wrong."""
    began_s = monotonic()
    folder = Path(tempfile.mkdtemp(prefix="ichdesk-fault-"))
    result, problem, skipped = Result(), "", ""
    try:
        with furnished(folder, seed, trains_in_app=trains_in_app) as place:
            result = CASES[name](place)
    except Skipped as reason:
        skipped = str(reason)
    except Exception as error:  # noqa: BLE001 - every case must be in the table
        problem = f"{type(error).__name__}: {error}"
    if not problem:
        shutil.rmtree(folder, ignore_errors=True)
    return Outcome(name, seed, monotonic() - began_s, result, problem, skipped)


def chosen(cases: int, seed: int) -> list[tuple[str, int]]:
    """Names and seeds: every case about as often, in random order."""
    chance = random.Random(seed)
    names = [list(CASES)[n % len(CASES)] for n in range(cases)]
    chance.shuffle(names)
    return [(name, chance.randrange(10**9)) for name in names]


def table(outcomes: Sequence[Outcome]) -> str:
    """The result, as Markdown."""
    groups = defaultdict[str, list[Outcome]](list)
    for outcome in outcomes:
        groups[outcome.name].append(outcome)
    lines = ["| case | times | whole | edits lost (most) | s lost (most) | s (median) |"]
    lines += ["|---|---:|---:|---:|---:|---:|"]
    lines += [_row(name, groups[name]) for name in CASES if name in groups]
    made = [outcome for outcome in outcomes if not outcome.skipped]
    whole = sum(not outcome.problem for outcome in made)
    return "\n".join([*lines, f"\n{whole} of {len(made)} cases whole."])


def _row(name: str, group: list[Outcome]) -> str:
    made = [outcome for outcome in group if not outcome.skipped]
    if not made:
        return f"| {name} | 0 | skipped: {group[0].skipped} | | | |"
    whole = sum(not outcome.problem for outcome in made)
    edits = max(outcome.result.lost_edits for outcome in made)
    lost = f"{edits} | {max(outcome.result.lost_s for outcome in made):.1f}"
    if any(outcome.result.note for outcome in made):
        lost = "not counted | "
    took = median(outcome.seconds for outcome in made)
    return f"| {name} | {len(made)} | {whole} | {lost} | {took:.1f} |"


def main() -> int:
    """Run and print; 1 if a case was not whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--full", type=int, default=5, help="train in the app each N-th time")
    parser.add_argument("--only", default="", help="part of the name of cases")
    told = parser.parse_args()
    wanted = [pair for pair in chosen(told.cases, told.seed) if told.only in pair[0]]
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(told.jobs) as pool:
        waits = [
            pool.submit(run_case, *pair, trains_in_app=number % told.full == 0)
            for number, pair in enumerate(wanted)
        ]
        for outcome in (wait.result() for wait in as_completed(waits)):
            outcomes.append(outcome)
            said = outcome.problem or outcome.skipped or outcome.result.note or "whole"
            took = f"{outcome.name} ({outcome.seed}), {outcome.seconds:.0f} s"
            print(f"{took}: {said}", file=sys.stderr, flush=True)
    print(table(outcomes))
    return 1 if any(outcome.problem for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
