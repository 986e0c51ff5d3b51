"""A model on the embedded backbone, as a training leaves it, and pictures to try it on."""

import zipfile
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import torch

from ichdesk.core.model_facts import ModelFacts
from ichdesk.core.resources import project_path
from ichdesk.imaging.decode import decode_sample
from ichdesk.learn.backbones import load_backbone
from ichdesk.learn.exporters import EXPORTERS, Files, Subject
from ichdesk.learn.features import Image, Vector
from ichdesk.learn.head import Head
from ichdesk.learn.model import Model
from ichdesk.learn.pixels import to_input

Made = Callable[[str], tuple[list[str], Files]]

LABELS = ("Hemorrhage", "Normal – ok 🧠", "Third")


def _pictures_of(project: str, count: int) -> list[Image]:
    """Every so many picture of a class project."""
    with zipfile.ZipFile(project_path(project)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".jpg")]
        chosen = names[:: len(names) // count][:count]
        return [decode_sample(archive.read(name)) for name in chosen]


@pytest.fixture(scope="session")
def pictures() -> Image:
    """Gray and color-coded phantoms, and noise, (12, 224, 224, 3) uint8."""
    noise = np.random.default_rng(0).integers(0, 256, (4, 224, 224, 3), np.uint8)
    gray, colored = _pictures_of("experiment1.tm", 4), _pictures_of("experiment5.tm", 4)
    return np.stack([*gray, *colored, *noise])


@pytest.fixture(scope="session")
def subject(pictures: Image) -> Subject:
    """Three classes on ct-phantom; the head's scale fits, its weights are spread out."""
    backbone = load_backbone("ct-phantom")
    generator = torch.Generator().manual_seed(1)
    head = Head(backbone.dimension, len(LABELS), generator)
    with torch.no_grad():
        head.fit_scaler(backbone.module(to_input(pictures)))
        head.output.weight *= 3.0  # probabilities from near 0 to near 1
    facts = ModelFacts(50, 10, 9, (0.596, 0.982), ((4, 5), (3, 3), (2, 2)), "slice")
    return Subject(Model(head, LABELS, "ct-phantom", backbone.fingerprint, facts=facts))


@pytest.fixture(scope="session")
def expected(subject: Subject, pictures: Image) -> Vector:
    """What the app says, (12, 3)."""
    with torch.inference_mode():
        answer: torch.Tensor = subject.classifier(to_input(pictures))
    return answer.numpy()


@pytest.fixture(scope="session")
def untouched(subject: Subject) -> dict[str, torch.Tensor]:
    """The weights before anything was exported."""
    return {key: tensor.clone() for key, tensor in subject.classifier.state_dict().items()}


@pytest.fixture(scope="session")
def made(subject: Subject, untouched: dict[str, torch.Tensor]) -> Made:
    """The stages that an exporter goes through, and its files; made once, as some are slow."""

    @cache
    def make(name: str) -> tuple[list[str], Files]:
        stages, making = [], EXPORTERS[name].make(subject)
        while True:
            try:
                stages.append(next(making))
            except StopIteration as end:
                return stages, end.value

    return make
