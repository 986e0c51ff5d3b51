"""The learning-rate finder: what the loss does while the rate grows from step to step."""

from collections.abc import Iterator
from itertools import cycle
from math import isfinite

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import cross_entropy

from ichdesk.core.config import TrainConfig
from ichdesk.learn.adam import Adam
from ichdesk.learn.descents import Lesson
from ichdesk.learn.fit import drop_out
from ichdesk.learn.head import RECIPES
from ichdesk.learn.loss_surface import stratified

Values = npt.NDArray[np.float64]

LOWEST, HIGHEST = 1e-6, 10.0
STEPS = 141  # 20 for each tenfold
_SAMPLES = 500
_SMOOTHING = 0.8
_STOP = 4.0  # times the best loss so far
_HALF_STRETCH = 5  # steps
_LEAST_FALL = 0.05  # of the loss at the start; less than that is no descent


def try_rates(lesson: Lesson, config: TrainConfig) -> Iterator[tuple[float, float]]:
    """Train a new head with a rate that grows from step to step; yields (rate, loss before it).

    After Smith 2017 (arXiv 1506.01186), section 3.3, with Adam and the head's recipe. The loss is
    not that of the mini-batch, which jumps about where images are few, but that of up to 500
    training images with nothing hidden. It ends when the smoothed loss is four times its best.
    """
    recipe = RECIPES[config.head]
    head, generator = lesson.new_head(config)
    order = torch.randperm(len(lesson.train.y), generator=generator)
    x, y = head.standardize(lesson.train.x[order]), lesson.train.y[order]
    measured = stratified(lesson.train, _SAMPLES, torch.Generator().manual_seed(config.seed))
    seen = head.standardize(measured.x)
    optimizer = Adam(head.parameters(), LOWEST, recipe.weight_decay)
    size, losses = config.batch_size, list[float]()
    starts = cycle(range(0, len(y), size))
    for rate, start in zip(np.geomspace(LOWEST, HIGHEST, STEPS).tolist(), starts, strict=False):
        with torch.inference_mode():
            losses.append(float(cross_entropy(head.classify(seen), measured.y)))
        if not isfinite(losses[-1]):
            return
        yield rate, losses[-1]
        smooth = smoothed(np.array(losses))
        if smooth[-1] > _STOP * smooth.min():
            return
        features = drop_out(x[start : start + size], recipe.dropout, generator)
        loss = cross_entropy(head.classify(features), y[start : start + size])
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.learning_rate = rate
        optimizer.step()


def smoothed(losses: Values) -> Values:
    """Running mean that forgets, without its bias to 0 at the start, (N,) in and out."""
    mean, means = 0.0, []
    for step, loss in enumerate(losses.tolist(), start=1):
        mean = _SMOOTHING * mean + (1.0 - _SMOOTHING) * loss
        means.append(mean / (1.0 - _SMOOTHING**step))
    return np.array(means)


def suggested_rate(rates: Values, smooth: Values) -> float | None:
    """The rate at which the smoothed loss falls most steeply, to one digit.

    None if the loss hardly falls. The lowest point of the curve is too late: from there on it
    rises. The slope is taken over half a tenfold, for shorter stretches are a matter of chance.
    """
    lowest = int(smooth.argmin())
    falls = smooth[: lowest + 1][: -2 * _HALF_STRETCH] - smooth[2 * _HALF_STRETCH : lowest + 1]
    if not len(falls) or smooth[lowest] > (1.0 - _LEAST_FALL) * smooth[0]:
        return None
    return float(f"{rates[_HALF_STRETCH + int(falls.argmax())]:.0e}")
