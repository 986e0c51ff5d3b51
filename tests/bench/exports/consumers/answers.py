"""What every consumer in Python does with its model; needs NumPy and Pillow alone."""

import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

REPEATS = 50


def without_ichdesk() -> None:
    """See that ICHDesk is not there."""
    if importlib.util.find_spec("ichdesk"):
        raise RuntimeError("ICHDesk can be imported here, so this proves nothing")


def answer(consumer: str, predict: Callable[[np.ndarray], np.ndarray]) -> None:
    """Print a JSON object with everything the model says.

    Args:
        consumer: Name and version.
        predict: Probabilities (1, C) of one picture (1, 224, 224, 3) uint8.
    """
    without_ichdesk()
    folder = Path(sys.argv[2])
    pixels = np.load(folder / "pixels.npy")
    jpegs = [np.asarray(Image.open(path).convert("RGB")) for path in sorted(folder.glob("*.jpg"))]
    found = {
        "consumer": consumer,
        "pixels": _each(predict, pixels),
        "jpeg": _each(predict, jpegs),
        "latency_ms": _latency_ms(lambda: predict(pixels[:1])),
    }
    print(json.dumps(found))


def _each(predict: Callable[[np.ndarray], np.ndarray], pictures: np.ndarray) -> list[list[float]]:
    return [np.asarray(predict(picture[None]))[0].astype(float).tolist() for picture in pictures]


def _latency_ms(once: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        once()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)
