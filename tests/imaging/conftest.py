"""Images of every kind as bytes."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def encoded() -> Callable[..., bytes]:
    def encode(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
        out = io.BytesIO()
        image.save(out, kind, **options)
        return out.getvalue()

    return encode


@pytest.fixture(scope="session")
def scene() -> Image.Image:
    """A smooth picture without any symmetry, 320 x 240 px."""
    y, x = np.mgrid[0:240, 0:320] / 320.0
    channels = [x * 255, y * 255, np.hypot(x - 0.3, y - 0.2) * 200]
    return Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8))
