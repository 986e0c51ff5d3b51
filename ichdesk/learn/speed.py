"""How many images a second a backbone manages on this computer, as training would use it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import numpy as np
import torch

from ichdesk.learn.features import THREADS, Cancelled, Extractor
from ichdesk.learn.pixels import SIDE_PX

_SECONDS = 1.5  # enough for two digits


def images_per_second(extractor: Extractor, is_cancelled: Callable[[], bool]) -> float:
    """Run the backbone on gray images, on as many threads as training has, after a warm-up.

    Raises:
        Cancelled: `is_cancelled` said so, asked before every batch.
        UserError: The backbone gives no usable numbers.
    """
    threads = THREADS if extractor.device.type == "cpu" else 1  # a GPU gains nothing from several
    images = np.full((extractor.batch, SIDE_PX, SIDE_PX, 3), 127, np.uint8)

    def batches(until_s: float) -> int:
        done = 0
        while not done or monotonic() < until_s:
            if is_cancelled():
                raise Cancelled
            extractor.run(images)
            done += 1
        return done

    with ThreadPoolExecutor(threads, "speed", torch.set_num_threads, (1,)) as pool:
        extractor.run(images[:1])  # finds memory and algorithms
        start_s = monotonic()
        count = sum(pool.map(batches, [start_s + _SECONDS] * threads))
        return count * extractor.batch / (monotonic() - start_s)
