"""Observer: the loss while the learning rate grows from step to step."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ichdesk.core.errors import UserError
from ichdesk.learn.descents import Lesson
from ichdesk.learn.features import Vector
from ichdesk.learn.observers import OBSERVERS, Observation, Scene
from ichdesk.learn.rate_finder import STEPS, smoothed, suggested_rate, try_rates

_STEPS_A_LOOK = 20


@OBSERVERS.register("rate-finder")
def rate_finder(scene: Scene) -> Iterator[Observation]:
    """Try rates from a millionth to 10 on a new head, with the settings of the run.

    Arrays: `rates`, `losses` and `smoothed` (N,); `suggested` (1,) or (0,) if no rate helps;
    `samples` (1,) that were trained on.

    Raises:
        UserError: There is nothing to train on.
    """
    train = scene.data.labeled(scene.split.train)
    if not len(train.y):
        raise UserError("No image was left to train on; add images and train again.")
    lesson = Lesson(train, train, len(scene.data.vectors))
    tried, samples = [], np.array([len(train.y)], np.float32)
    for number, step in enumerate(try_rates(lesson, scene.config), start=1):
        scene.stop_if_cancelled()
        tried.append(step)
        if number % _STEPS_A_LOOK == 0:
            yield Observation({"samples": samples}, number, STEPS)
    if not tried:
        raise UserError("The loss is beyond all numbers from the start; look at the images.")
    yield Observation({**_arrays(np.array(tried)), "samples": samples}, STEPS, STEPS)


def _arrays(tried: npt.NDArray[np.float64]) -> dict[str, Vector]:
    rates, losses = tried.T
    smooth = smoothed(losses)
    suggested = suggested_rate(rates, smooth)
    found = {
        "rates": rates,
        "losses": losses,
        "smoothed": smooth,
        "suggested": np.array([] if suggested is None else [suggested]),
    }
    return {name: values.astype(np.float32) for name, values in found.items()}
