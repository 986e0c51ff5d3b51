"""Small projects on disk and a backbone without weights."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ichdesk.core.samples import Sample


def jpeg(level: int, noise: int) -> bytes:
    """A gray image of a level, made unlike all others by noise."""
    pixels = np.random.default_rng(noise).integers(-20, 20, (224, 224, 3)) + level
    file = BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=80)
    return file.getvalue()


@pytest.fixture
def make_samples(tmp_path: Path) -> Callable[..., tuple[Sample, ...]]:
    """Samples of one level in one file, as in a project file."""

    def make(count: int, level: int = 100, *, junk: tuple[int, ...] = ()) -> tuple[Sample, ...]:
        path = tmp_path / f"level-{level}-{count}.bin"
        samples, offset = [], 0
        with path.open("wb") as file:
            for index in range(count):
                data = b"no image" if index in junk else jpeg(level, 1000 * level + index)
                file.write(data)
                samples.append(Sample(path, offset, len(data), sha256(data).hexdigest()))
                offset += len(data)
        return tuple(samples)

    return make
