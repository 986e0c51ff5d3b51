"""Print how well a few images can be learned on a backbone: test accuracy on many small projects.

Run it with `python tests/bench/quality.py [BACKBONE ...]`; a backbone is a name that `--backbone`
of the app knows, or a file of ct-phantom weights (*.safetensors). Every figure is a mean over
several independent projects of phantoms that training has not seen, each split and trained
several times by the app's own code.
"""

import argparse
import hashlib
import os
import statistics
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray
from quality_pictures import Drawn, Picture, draw, mark
from safetensors.torch import load as load_tensors

from ichdesk.archive import SampleStore, open_project
from ichdesk.core.config import DEFAULT_HEAD, HEADS, TrainConfig
from ichdesk.core.metrics import accuracy
from ichdesk.imaging.decode import decode_sample
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.backbones.ct_phantom import CtPhantom, CtPhantomNet
from ichdesk.learn.devices import one_cpu_thread
from ichdesk.learn.experiment import DataSet, repeat
from ichdesk.learn.features import BATCH, Extractor

WORKSHOP = Path(__file__).resolve().parents[3] / "shared" / "data" / "workshop_experiment1.tm"
REAL_SPLITS = 20
TWO = ("hemorrhage", "normal")
THREE = ("normal", "intraparenchymal", "subdural")
CLASSES = {"hemorrhage": 30, **dict.fromkeys(THREE, 80)}

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Figure:
    """Test accuracies of one kind of project, (projects, splits)."""

    name: str
    shares: NDArray[np.float64]

    @property
    def text(self) -> str:
        """Mean, standard deviation over splits, and standard error of the mean over projects."""
        means, n = self.shares.mean(axis=1), len(self.shares)
        spread = float(np.sqrt(self.shares.var(axis=1, ddof=1).mean()))
        error = f"{means.std(ddof=1) / np.sqrt(n):.3f}" if n > 1 else "  -  "
        return f"{self.name:<32}{means.mean():6.3f} ± {spread:.3f}   {error:>5}   {n:>3}"


@cache
def backbone_of(spec: str) -> Extractor:
    """A backbone by its name in the app, or from a file of ct-phantom weights."""
    if not spec.endswith(".safetensors"):
        return Extractor(load_backbone(spec), torch.device("cpu"))
    data, net = Path(spec).read_bytes(), CtPhantomNet()
    net.load_state_dict(load_tensors(data))
    net = net.eval().requires_grad_(False).to(memory_format=torch.channels_last)
    digest = hashlib.sha256(data).hexdigest()
    return Extractor(CtPhantom(spec, net.dimension, digest, net), torch.device("cpu"))


def features(extractor: Extractor, pictures: Sequence[Picture]) -> Rows:
    """(N, D) features of N pictures."""
    starts = range(0, len(pictures), BATCH)
    return np.concatenate([extractor.run(np.stack(pictures[i : i + BATCH])) for i in starts])


def data_set(classes: Sequence[Rows]) -> DataSet:
    """A project of classes whose features are known."""
    vectors = tuple(dict(enumerate(rows)) for rows in classes)
    return DataSet(vectors, classes[0].shape[1], ())


def draw_project(project: int, shifted: bool) -> dict[str, list[Drawn]]:
    """Pictures of every class of `CLASSES`."""
    return {
        name: [draw(name, project, index, shifted=shifted) for index in range(count)]
        for name, count in CLASSES.items()
    }


def projects_of(extractor: Extractor, drawn: Mapping[str, Sequence[Drawn]]) -> dict[str, DataSet]:
    """The projects that one set of pictures makes, by what sets them apart."""
    gray = {name: features(extractor, [g for g, _ in pairs]) for name, pairs in drawn.items()}
    coded = {name: features(extractor, [c for _, c in drawn[name]]) for name in THREE}
    return {
        "30 + 30": data_set([gray["hemorrhage"], gray["normal"][:30]]),
        "3 x 80": data_set([gray[name] for name in THREE]),
        "3 x 80 color-coded": data_set([coded[name] for name in THREE]),
        "2 x 80 color-coded": data_set([coded[name] for name in THREE[1:]]),
    }


def marker_project(extractor: Extractor, drawn: Mapping[str, Sequence[Drawn]]) -> DataSet:
    """30 + 30 where the one thing that tells the classes apart is a marker in the corner."""
    mixed = [gray for name in TWO for gray, _ in drawn[name][:30]]
    marked = [mark(picture, index) for index, picture in enumerate(mixed[::2])]
    return data_set([features(extractor, marked), features(extractor, mixed[1::2])])


def real_project(extractor: Extractor, path: Path) -> DataSet:
    """A project file."""
    with SampleStore() as store:
        classes = open_project(path, store).project.classes
        pictures = [[decode_sample(s.read()) for s in bin_.samples] for bin_ in classes]
    return data_set([features(extractor, images) for images in pictures])


def accuracies(data: DataSet, config: TrainConfig, splits: int) -> list[float]:
    """Test accuracy of each split."""
    with one_cpu_thread():
        counts = repeat(data, config, splits, lambda: False)
        return [share for each in counts if (share := accuracy(each)) is not None]


def project_accuracies(
    spec: str, config: TrainConfig, splits: int, project: int
) -> dict[str, list[float]]:
    """Every kind of project once, by name; drawn, computed and trained in this process."""
    extractor = backbone_of(spec)
    with one_cpu_thread():
        plain, shifted = draw_project(project, False), draw_project(project, True)
        projects = projects_of(extractor, plain)
        projects |= {f"shifted, {n}": data for n, data in projects_of(extractor, shifted).items()}
        projects["marker in the corner, 30 + 30"] = marker_project(extractor, plain)
    return {name: accuracies(data, config, splits) for name, data in projects.items()}


def measure(spec: str, options: argparse.Namespace) -> Iterator[Figure]:
    """All figures of one backbone."""
    config = TrainConfig(head=options.head)
    job = partial(project_accuracies, spec, config, options.splits)
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(job, range(options.projects)))
    for name in results[0]:
        yield Figure(name, np.array([result[name] for result in results]))
    if options.real.exists():
        shares = accuracies(real_project(backbone_of(spec), options.real), config, REAL_SPLITS)
        yield Figure("real slices, 30 + 30", np.array([shares]))


def main() -> None:
    """Measure and print one table per backbone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("backbones", nargs="*", default=["ct-phantom"])
    parser.add_argument("--projects", type=int, default=8)
    parser.add_argument("--splits", type=int, default=8)
    parser.add_argument("--head", choices=HEADS, default=DEFAULT_HEAD)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--real", type=Path, default=WORKSHOP, help="one more project")
    parser.add_argument("--quick", action="store_true", help="three projects, four splits")
    options = parser.parse_args()
    if options.quick:
        options.projects, options.splits = 3, 4
    for spec in options.backbones:
        start_s = perf_counter()
        figures = list(measure(spec, options))
        print(f"\n{spec}, head {options.head}, {options.splits} splits each")
        print(f"{'project':<33}mean ± sd splits   error   n")
        for figure in figures:
            print(figure.text)
        named = [f.shares.mean() for f in figures if not f.name.startswith(("marker", "real"))]
        print(f"{'mean of the eight phantom figures':<32} {statistics.mean(named):.3f}")
        print(f"{perf_counter() - start_s:.0f} s")


if __name__ == "__main__":
    main()
