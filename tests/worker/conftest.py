"""Requests on small projects on disk."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ichdesk.protocol.messages import ClassRef, SampleRef, Settings, StartTraining
from tests.fakes.backbone import NAME

MakeRequest = Callable[..., StartTraining]


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    """Put back what a test may change."""
    before = torch.get_num_threads()
    yield
    assert torch.get_num_threads() == before


@pytest.fixture
def make_request(tmp_path: Path) -> MakeRequest:
    """A request with a class per level of gray; a level is followed by its number of images."""
    request_ids = count(1)

    def make(*classes: tuple[int, int], junk: bool = False, **settings: object) -> StartTraining:
        refs = []
        for index, (level, samples) in enumerate(classes):
            path = tmp_path / f"{index}-{level}-{samples}.bin"
            entries, offset = [], 0
            with path.open("wb") as file:
                for number in range(samples):
                    data = b"junk" if junk else _png(level, 1000 * index + number)
                    file.write(data)
                    digest = sha256(data).hexdigest()
                    entries.append(SampleRef(str(path), offset, len(data), digest))
                    offset += len(data)
            refs.append(ClassRef(f"level {level}", tuple(entries)))
        chosen = {"epochs": 3, "batch_size": 16, "learning_rate": 0.001, "seed": 0}
        chosen |= {"backbone": NAME, "device": "cpu"} | settings
        return StartTraining(next(request_ids), tuple(refs), Settings(**chosen))

    return make


def _png(level: int, noise: int) -> bytes:
    pixels = np.random.default_rng(noise).integers(0, 40, (224, 224, 3)) + level
    file = BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "PNG", compress_level=1)
    return file.getvalue()
