"""A project with everything that a project can have, and a run that ended well on it."""

import io
from dataclasses import replace

import numpy as np
from PIL import Image

from ichdesk.archive import SampleStore
from ichdesk.core.config import TrainConfig
from ichdesk.core.project import Project
from ichdesk.core.run import EpochMetrics, RunPhase, TrainingRun, training_key
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.split_facts import NearCopy, SplitFacts
from ichdesk.core.steps import Step
from ichdesk.imaging.hu_png import hu_png
from ichdesk.imaging.slices import HuImage, Place

NAMES = ("Blutung 🩸", "سليم", "..\\..\\con", "empty")
STEPS = (Step("window", (("level_hu", 60.0), ("width_hu", 120.0))),)
CONFIG = TrainConfig(7, 32, 0.0003, seed=4, head="teachable-machine", split="patient", steps=STEPS)
MANIFEST = '{"type":"image","version":"9","appdata":{"trainEpochs":3},"unknown":{"kept":[1,"ü"]}}'


def picture(shade: int, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 32), (shade, 90, 200)).save(out, kind)
    return out.getvalue()


def slice_bytes(seed: int, side: int = 40) -> bytes:
    """A slice in Hounsfield units, not square, with uneven spacing and a position."""
    hu = np.random.default_rng(seed).integers(-1024, 3000, (side, side + 8)).astype(np.float32)
    return hu_png(HuImage(hu, (0.5, 0.45), Place(position_mm=12.5 * seed), is_inverted=seed % 2))


def full_project(store: SampleStore) -> Project:
    """Slices and pictures mixed, one of them twice, with classes disabled and empty."""
    slices = [_slice(store, seed) for seed in range(4)]
    pictures = [store.add(picture(shade)) for shade in (10, 60, 110)]
    png = store.add(picture(200, "PNG"))
    classes = (
        ClassBin(NAMES[0], (slices[0], pictures[0], slices[1], pictures[0])),
        ClassBin(NAMES[1], (slices[2], pictures[1], png)),
        ClassBin(NAMES[2], (slices[3], pictures[2]), enabled=False),
        ClassBin(NAMES[3]),
    )
    return Project(classes, CONFIG, MANIFEST)


def finished_run(project: Project, model: bytes = b"a model") -> TrainingRun:
    """A run on the enabled classes with samples; the last of each class was held out."""
    bins = [bin_ for bin_ in project.enabled_classes if bin_.samples]
    count = len(bins)
    shares = np.linspace(0.1, 0.3, count * count, dtype=np.float32).reshape(count, count)
    shares += np.float32(0.6) * np.eye(count, dtype=np.float32)  # all are right
    return TrainingRun(
        5,
        tuple(bin_.id for bin_ in bins),
        project.config,
        training_key(project),
        RunPhase.DONE,
        device="cpu",
        train=tuple(tuple(range(len(bin_.samples) - 1)) for bin_ in bins),
        test=tuple((len(bin_.samples) - 1,) for bin_ in bins),
        history=[
            EpochMetrics(0, 0.25, 0.5, 0.7, float("inf")),
            EpochMetrics(1, 2 / 3, None, 0.1 + 0.2, None),
        ],
        confusion=np.eye(count, dtype=np.int64),
        test_probabilities=shares,
        seconds={"features": 1.25, "train": 1 / 3},
        names=tuple(bin_.name for bin_ in bins),
        split=SplitFacts("slice", 2, 1, 1, 3, (NearCopy(0, 3, 1, 0),), 7),
        model=model,
    )


def _slice(store: SampleStore, seed: int) -> Sample:
    sample = store.add(slice_bytes(seed))
    return replace(sample, patient=f"p{seed // 2}", series=f"s{seed}", is_hu=True)
