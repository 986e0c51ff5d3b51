"""Print what projects of up to 32,000 images cost: one table by size, one of the window's blocks.

Run it with `python tests/bench/big.py [FOLDER]`; it takes a quarter of an hour on two cores. In
FOLDER the projects are made once and kept; without one they are made in a temporary folder. Every
measurement is in a fresh process, offscreen; the aims are for 32,000 images.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import psutil
from bench import measure
from big_project import SIZES, make_projects

ROUNDS = 3
LARGEST = max(SIZES)
_GROWTH = (
    ("open", "open: s"),
    ("processor", "open: processor s"),
    ("features", "first Train, features: s"),
    ("train", "first Train, train: s"),
    ("processor", "first Train: worker processor s"),
    ("again", "second Train: worker processor s"),
    ("save", "save .tm: s"),
    ("window MB", "end: window peak MB"),
    ("worker MB", "end: worker peak MB"),
)
_AIMS = (
    ("open: s", 3.0),
    ("open: window MB", 600.0),
    ("end: window peak MB", 600.0),
    ("scroll by a little: frame ms, 99 %", 1000 / 60),
    ("scroll from end to end: frame ms, 99 %", 1000 / 60),
    ("select: frame ms, 99 %", 1000 / 60),
)
_BLOCK = ": block ms"
_LONG_MS = 50.0


def medians(rounds: int, project: Path, *what: str) -> Mapping[str, float]:
    """Median of each figure over several processes."""
    more = str(project.parent / "more")
    all_ = [measure("big_window.py", str(project), more, *what) for _ in range(rounds)]
    return {name: median(figures[name] for figures in all_) for name in all_[0]}


def growth(folder: Path) -> None:
    """A row for each size: seconds and memory, cold, of the real worker."""
    print(f"{'images':>8}" + "".join(f"{name:>12}" for name, _ in _GROWTH))
    for size in SIZES:
        rounds = ROUNDS if size < LARGEST else 1
        found = medians(rounds, folder / f"{size}.tm", "save", "train")
        print(f"{size:>8,}" + "".join(f"{found[key]:>12.2f}" for _, key in _GROWTH), flush=True)


def window(project: Path) -> None:
    """What takes the window's thread long, and what has an aim."""
    what = ("scroll", "edit", "add", "save", "pretend", "hood", "companions")
    found = medians(1, project, *what)
    print(f"\n{project.name}")
    for name, aim in _AIMS:
        print(f"{name:<44}{found[name]:>9.1f}   aim {aim:.1f}")
    saved, copied = (f"{verb} {project.suffix}: s" for verb in ("save", "copy"))
    print(f"{'save, times a copy of the file':<44}{found[saved] / found[copied]:>9.1f}   aim 2.0")
    blocks = {k.removesuffix(_BLOCK): ms for k, ms in found.items() if k.endswith(_BLOCK)}
    for name, block_ms in sorted(blocks.items(), key=lambda row: -row[1]):
        if block_ms > _LONG_MS:
            print(f"{name:<44}{block_ms:>9.0f} ms of the processor without a look at events")


def measure_all(folder: Path) -> None:
    """Make the projects unless they are there, and print everything."""
    if not (folder / f"{LARGEST}.ichdesk").exists():
        make_projects(folder)
    print(f"{psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f}")
    growth(folder)
    for suffix in (".tm", ".ichdesk"):
        window(folder / f"{LARGEST}{suffix}")


def main() -> None:
    """Measure in the folder of the command line, or in one that is removed then."""
    if len(sys.argv) > 1:
        measure_all(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        measure_all(Path(folder))


if __name__ == "__main__":
    main()
