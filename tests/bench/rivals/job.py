"""The job that everybody does, and how it is measured; needs nothing but Python itself."""

import argparse
import json
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

EPOCHS = 50
BATCH = 16
RATES = (0.001, 0.0005)  # of the first training and of the second one
HIDDEN = 100
SIDE_PX = 224
ALPHA = 0.35


@dataclass(frozen=True, slots=True)
class Job:
    """Pictures to learn from.

    Attributes:
        classes: Files per class, in the order of the names of the classes' folders.
        threads: How many to compute with.
        backbone: What ICHDesk calls its network; the others have only one.
        head: What ICHDesk calls its way to train; likewise.
    """

    classes: tuple[tuple[Path, ...], ...]
    threads: int
    backbone: str
    head: str

    def split(self, seed: int) -> tuple[list[tuple[Path, int]], list[tuple[Path, int]]]:
        """Files with the number of their class, to train and to test with: 15 % of each class."""
        train, test = [], []
        for number, files in enumerate(self.classes):
            shuffled = [(path, number) for path in Random(seed).sample(files, len(files))]
            held_out = math.ceil(0.15 * len(files))
            test += shuffled[:held_out]
            train += shuffled[held_out:]
        return train, test


def read_job() -> Job:
    """The job of the command line: a folder with one folder per class, and the rest of `Job`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--backbone", default="ct-phantom")
    parser.add_argument("--head", default="ichdesk")
    said = parser.parse_args()
    folders = sorted(path for path in said.folder.iterdir() if path.is_dir())
    classes = tuple(tuple(sorted(folder.glob("*.jpg"))) for folder in folders)
    for path in (path for files in classes for path in files):
        path.read_bytes()  # so that whoever comes first does not wait for the disk
    return Job(classes, said.threads, said.backbone, said.head)


class Watch:
    """Seconds by the clock and of the processor, its helpers' included, since the last look."""

    def __init__(self) -> None:
        self._last = self._now()

    def look(self) -> tuple[float, float]:
        """Both since it was made, or since the last look."""
        last, self._last = self._last, self._now()
        return self._last[0] - last[0], self._last[1] - last[1]

    def _now(self) -> tuple[float, float]:
        used = os.times()
        return time.perf_counter(), used.user + used.system


def tell(said: dict[str, float]) -> None:
    """Print figures for whoever started this process, with the most memory that it took."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak_kb = int(status.partition("VmHWM:")[2].split()[0])
    print(json.dumps({**said, "peak_mb": peak_kb / 1024}))
