"""Print how long a training takes in ICHDesk, in Keras and in a plain torchvision script.

Run it with `python tests/bench/rivals.py [FOLDER]`. All do the same job with as many threads: the
2,000 pictures of projects/experiment3.tm, decoded, through a backbone, and 50 epochs of two layers,
from the start of work with warm libraries to the confusion matrix. Each turn is a fresh process.
The rivals are the scripts in `rivals/`, with random weights, because this is about speed alone.

In FOLDER, an environment for Keras (tensorflow-cpu, 1.5 GB) and the pictures are made once and
kept; without one they are made in a temporary folder. On two busy cores, making them took 2 minutes
and a round 5 to 10. torchvision is among the packages for development already.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import psutil

from ichdesk.archive import SampleStore, export_samples, open_project
from ichdesk.learn.backbones.mobilenet_v2 import MobileNetV2
from ichdesk.learn.features import THREADS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROJECT = ROOT / "projects" / "experiment3.tm"
OURS, ALIKE = "ICHDesk", "ICHDesk, MobileNetV2 0.35"

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Runner:
    """Who does the job: an interpreter, a script and what the script is asked for."""

    name: str
    python: str
    script: str
    options: tuple[str, ...] = ()

    def run(self, pictures: Path) -> Figures:
        """Figures of one turn."""
        command = [self.python, str(HERE / "rivals" / self.script), str(pictures)]
        same = {"OMP_NUM_THREADS": str(THREADS), "CUDA_VISIBLE_DEVICES": ""}
        polite = {"OMP_WAIT_POLICY": "PASSIVE"}  # else other jobs double the time of torchvision
        result = subprocess.run(
            [*command, f"--threads={THREADS}", *self.options],
            env={**os.environ, **same, **polite},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        figures: Figures = json.loads(result.stdout.strip().splitlines()[-1])
        return figures


def python_with_keras(folder: Path) -> str:
    """The interpreter of an environment with Keras, made unless it is there."""
    place = folder / "venv"
    made = place / "made"
    python = str(place / "bin" / "python")
    if not made.exists():
        venv.create(place, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "tensorflow-cpu"], check=True)
        made.touch()
    return python


def pictures_in(folder: Path) -> Path:
    """The pictures as files, a folder for each class, made unless they are there."""
    place = folder / "pictures"
    if not place.exists():
        with SampleStore() as store:
            export_samples(open_project(PROJECT, store).project, place)
    return place


def export_in(folder: Path) -> Path:
    """The network of the others as ICHDesk can import it, with random weights as they have."""
    sys.path.insert(0, str(ROOT))
    from tests.learn.backbones.conftest import Export, keras_weights

    net = MobileNetV2().eval()
    weights = keras_weights(net)
    weights["dense_Dense1/kernel"] = np.zeros((net.dimension, 100))
    weights["dense_Dense1/bias"] = np.zeros(100)
    weights["dense_Dense2/kernel"] = np.zeros((100, 3))
    return Export(net, weights, folder / "export.zip").save()


def runners(folder: Path) -> list[Runner]:
    """Everybody, in the order of the turns; ICHDesk also with the network of the others."""
    alike = (f"--backbone=tm-import:{export_in(folder)}", "--head=teachable-machine")
    return [
        Runner(OURS, sys.executable, "with_ichdesk.py"),
        Runner(ALIKE, sys.executable, "with_ichdesk.py", alike),
        Runner("Keras 3 on TensorFlow", python_with_keras(folder), "with_keras.py"),
        Runner("torchvision script*", sys.executable, "with_torchvision.py"),
    ]


def print_table(turns: Mapping[str, list[Figures]], images: int) -> None:
    """A row for each: medians, and medians of the ratios to ICHDesk in the same round."""

    def of(name: str, key: str) -> float:
        return median(figures[key] for figures in turns[name])

    def ratio(name: str, other: str, key: str) -> str:
        both = zip(turns[name], turns[other], strict=True)
        return f"{median(mine[key] / theirs[key] for mine, theirs in both):.1f}"

    print(
        "| who | features, images/s | first training s | of the processor s | second training s "
        "| peak MB | times ICHDesk: first, second, first in processor s "
        "| times ICHDesk with the same network |"
    )
    print("|---|---|---|---|---|---|---|---|")
    keys = ("first_s", "second_s", "first_cpu_s")
    for name in turns:
        seconds = [f"{of(name, key):.1f}" for key in ("first_s", "first_cpu_s", "second_s")]
        ratios = [", ".join(ratio(name, other, key) for key in keys) for other in (OURS, ALIKE)]
        speed = f"{images / of(name, 'features_s'):.0f}"
        print("|", " | ".join([name, speed, *seconds, f"{of(name, 'peak_mb'):.0f}", *ratios]), "|")
    print(
        "\n* The backbone runs again in every epoch; 2 epochs were measured and taken 25 times. "
        "A second training is the same again."
    )


def compare(folder: Path, rounds: int) -> None:
    """Make what is needed, let everybody do the job in turns, and print the table."""
    pictures, everybody = pictures_in(folder), runners(folder)
    images = sum(1 for _ in pictures.rglob("*.jpg"))
    print(f"{images:,} pictures, {THREADS} threads, {psutil.cpu_count()} cores")
    turns: dict[str, list[Figures]] = {runner.name: [] for runner in everybody}
    for number in range(rounds):
        for runner in everybody:
            load = psutil.getloadavg()[0]
            figures = runner.run(pictures)
            turns[runner.name].append(figures)
            print(
                f"round {number + 1}, {runner.name}: {figures['first_s']:.1f} s, of the processor "
                f"{figures['first_cpu_s']:.1f} s; {figures['tested']:.0f} tested; load {load:.1f}",
                flush=True,
            )
    print_table(turns, images)


def main() -> None:
    """Measure in the folder of the command line, or in one that is removed then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=3)
    said = parser.parse_args()
    if said.folder:
        said.folder.mkdir(parents=True, exist_ok=True)
        compare(said.folder.resolve(), said.rounds)
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), said.rounds)


if __name__ == "__main__":
    main()
