"""Print how fast ICHDesk is and how much memory it takes, on a 2,000-image synthetic project.

Run it with `python tests/bench/bench.py`; every part runs in fresh processes, offscreen.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ichdesk.archive import SampleStore, save_project
from ichdesk.cli.progress import progress_bars
from ichdesk.cli.recipes import make_project
from ichdesk.phantom.class_projects import ProjectRecipe

HERE = Path(__file__).resolve().parent
STARTS = 7
COUNTS = {"Hemorrhage": 1000, "Normal": 1000}


def measure(script: str, *arguments: str) -> Mapping[str, float]:
    """Run a script of this folder in a process of its own; it prints one JSON object last."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    result = subprocess.run(
        [sys.executable, str(HERE / script), *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: Mapping[str, float] = json.loads(result.stdout.strip().splitlines()[-1])
    return figures


def write_project(path: Path) -> None:
    """Write the synthetic project that everything is measured on."""
    with SampleStore() as store, progress_bars() as bars:
        save_project(make_project(ProjectRecipe(COUNTS), store, bars), path)


def main() -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "bench.tm"
        write_project(project)
        starts = [measure("start.py")["start_s"] for _ in range(STARTS + 1)][1:]
        features = measure("features.py", str(project))
        window = measure("window.py", str(project))
    ratio = features["ct_phantom"] / features["mobilenet_v2"]
    rows = [
        ("start to usable window", f"{statistics.median(starts):.2f} s", f"of {STARTS} starts"),
        ("  slowest start", f"{max(starts):.2f} s", ""),
        ("open 2,000 images", f"{window['open_s']:.2f} s", "in the window"),
        ("features, ct-phantom", f"{features['ct_phantom']:.0f} images/s", ""),
        ("features, MobileNetV2 0.35", f"{features['mobilenet_v2']:.0f} images/s", ""),
        ("  ratio", f"{ratio:.2f}", "interleaved in one process"),
        ("first Train", f"{window['first_train_s']:.2f} s", "features and 50 epochs"),
        ("  head training, 50 epochs", f"{window['head_s']:.2f} s", "1,700 images"),
        ("second Train", f"{window['second_train_s']:.2f} s", "click to Model Trained"),
        ("predict", f"{window['predict_ms']:.0f} ms", "drop of a file to bars, median of 20"),
        ("peak memory, window", f"{window['window_mb']:.0f} MB", ""),
        ("peak memory, worker", f"{window['worker_mb']:.0f} MB", ""),
    ]
    print(f"{os.cpu_count()} CPU cores, Python {sys.version.split()[0]}")
    for name, figure, note in rows:
        print(f"{name:<28}{figure:>16}   {note}")


if __name__ == "__main__":
    main()
