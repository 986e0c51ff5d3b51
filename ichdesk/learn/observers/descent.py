"""Observer: the run's own way down the loss, and the ways that other learning rates would take."""

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite
from time import monotonic

import numpy as np
import torch

from ichdesk.core.errors import UserError
from ichdesk.learn.descents import Descent, Lesson
from ichdesk.learn.features import Vector
from ichdesk.learn.loss_surface import (
    Plane,
    Surface,
    flat_weights,
    path_plane,
    random_plane,
    stratified,
)
from ichdesk.learn.observers import OBSERVERS, Observation, Scene

PLANES = ("run", "rates", "random")
_MOST_SAMPLES = 2_000
_SKETCH, _FINE = 13, 61  # columns of the grid
_ASPECT = 0.75  # height of the view by its width
_MARGIN = 0.12  # of the size of what is shown, on each side
_REACH = 1.0  # times the size of the run's path: so far the view goes along with other paths
_LEAST_WIDTH = 1e-3  # of the view, where nothing moves
_HIGHEST_RATE = 10.0
_SECONDS_BETWEEN_LOOKS = 0.1


@OBSERVERS.register("descent")
def descent(scene: Scene) -> Iterator[Observation]:
    """Repeat the run with its own, a smaller and a larger rate, and measure the loss around.

    Options: `factor` between the rates, more than 1; `plane`, one of `PLANES`: through the path of
    the run, through those of all three rates, or along two random directions.

    Arrays, of the rates k = 0 (smaller), 1 (the run's) and 2 (larger), as they come:
    `rates` (3,); `figures_k` (epochs, 5), see `Descent.figures`; `path_k` (K, 3): epoch, x, y;
    `diverged` (3,): the epoch in which the loss grew beyond all numbers, or 0;
    `share` (3,) of the squared distances of each path from the end of the run that the plane holds;
    `x` (W,), `y` (H,), `loss` (H, W): training loss over the plane;
    `samples` (2,): training images that the loss over the plane is measured on, and all of them;
    `off` (1,): how far the end is from the run's model, by the distance from the start; 0 if it is
    the same.

    Raises:
        UserError: There is no run, or it had nothing to train on.
    """
    work = _Work(scene)
    yield from work.train(1)
    if work.plane_kind != "rates":
        yield work.measured(_SKETCH)
    for number in (0, 2):
        yield from work.train(number)
    yield work.measured(_FINE)


class _Work:
    """What is done so far, and the next parts of it."""

    def __init__(self, scene: Scene) -> None:
        data, config = scene.data, scene.config
        train, test = data.labeled(scene.split.train), data.labeled(scene.split.test)
        if not len(train.y):
            raise UserError("No image was left to train on; add images and train again.")
        self.plane_kind = scene.options.get("plane", PLANES[0])
        factor = _factor(scene.options.get("factor", "100"))
        rates = [config.learning_rate / factor, config.learning_rate, config.learning_rate * factor]
        rates[2] = min(rates[2], max(_HIGHEST_RATE, config.learning_rate))
        lesson = Lesson(train, test, len(data.vectors))
        self._scene = scene
        self._model = flat_weights(scene.model.head)
        self._descents = [Descent(lesson, replace(config, learning_rate=r)) for r in rates]
        # not the seed of the run: random directions would resemble its random weights
        self._generator = torch.Generator().manual_seed(config.seed + 1)
        self._samples = stratified(train, _MOST_SAMPLES, self._generator)
        self._plane: Plane | None = None
        self._done = 0
        self._arrays: dict[str, Vector] = {
            "rates": np.array(rates, np.float32),
            "samples": np.array([len(self._samples.y), len(train.y)], np.float32),
        }

    def train(self, number: int) -> Iterator[Observation]:
        """One training, with its curves as they grow."""
        before, next_look, descent = self._done, 0.0, self._descents[number]
        for epoch in descent.train(self._scene.is_cancelled):
            self._done = before + epoch
            if (now := monotonic()) >= next_look:
                next_look = now + _SECONDS_BETWEEN_LOOKS
                yield self._look()
        self._done = before + self._scene.config.epochs

    def measured(self, columns: int) -> Observation:
        """With the loss on a grid that wide, over what is to be seen of the paths so far."""
        if self._plane is None:
            self._plane = self._make_plane()
        surface = Surface(self._plane, self._own.head, self._samples)
        x, y = _grid(self._view(self._plane), columns)
        rows = []
        for row in y.tolist():
            self._scene.stop_if_cancelled()
            rows.append(surface.losses(torch.stack([x, torch.full_like(x, row)], dim=1)))
        ground = {"x": x, "y": y, "loss": torch.stack(rows)}
        self._arrays.update({name: values.numpy() for name, values in ground.items()})
        return self._look()

    @property
    def _own(self) -> Descent:
        return self._descents[1]

    def _look(self) -> Observation:
        arrays = dict(self._arrays)
        arrays["diverged"] = np.array([each.diverged for each in self._descents], np.float32)
        for number, each in enumerate(self._descents):
            if each.epochs:
                arrays[f"figures_{number}"] = each.figures
        if self._plane is not None:
            arrays.update(self._places(self._plane))
        return Observation(arrays, self._done, len(self._descents) * self._scene.config.epochs)

    def _places(self, plane: Plane) -> dict[str, Vector]:
        """What is known of the paths on the plane."""
        shares = [plane.share(d.weights) if d.epochs else np.nan for d in self._descents]
        places = {"share": np.array(shares, np.float32), "off": self._off()}
        for number, each in enumerate(self._descents):
            if each.epochs:
                epochs = np.array(each.epochs, np.float32)[:, None]
                points = plane.project(each.weights).numpy()
                places[f"path_{number}"] = np.hstack([epochs, points])[np.isfinite(points).all(1)]
        return places

    def _off(self) -> Vector:
        way = self._own.weights
        distance = float((self._model - way[-1]).norm())
        return np.array([distance / max(float((way[0] - way[-1]).norm()), 1e-30)], np.float32)

    def _make_plane(self) -> Plane:
        if self.plane_kind == "random":
            return random_plane(self._own.head, self._generator)
        ways = self._descents if self.plane_kind == "rates" else [self._own]
        path = torch.cat([each.weights for each in ways])
        return path_plane(path, self._own.weights[-1], self._generator)

    def _view(self, plane: Plane) -> torch.Tensor:
        """Lowest and highest x and y that are to be seen, (2, 2)."""
        own = plane.project(self._own.weights)
        others = [plane.project(each.weights) for each in self._descents if each.epochs]
        if self.plane_kind == "random":
            return _box(torch.cat([own, torch.tensor([[-1.0, -1.0], [1.0, 1.0]])]))
        if self.plane_kind == "rates":
            return _box(torch.cat(others))
        low, high = _box(own)
        reach = _REACH * float((high - low).max())
        near = [each.clamp(low - reach, high + reach) for each in others]
        return _box(torch.cat([own, *near]))


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not (isfinite(factor) and factor > 1.0):
        raise UserError("The factor between the learning rates must be more than 1.")
    return factor


def _box(points: torch.Tensor) -> torch.Tensor:
    """Lowest and highest of finite points (N, 2), (2, 2)."""
    finite = points[points.isfinite().all(dim=1)]
    return torch.stack([finite.amin(dim=0), finite.amax(dim=0)])


def _grid(box: torch.Tensor, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Places (W,) and (H,) of a grid around a box, as far apart in x as in y."""
    middle = box.mean(dim=0)
    width, height = ((1.0 + 2.0 * _MARGIN) * (box[1] - box[0])).tolist()
    width = max(width, height / _ASPECT, _LEAST_WIDTH)
    rows = round((columns - 1) * _ASPECT) + 1
    x = middle[0] + torch.linspace(-0.5, 0.5, columns) * width
    return x, middle[1] + torch.linspace(-0.5, 0.5, rows) * width * _ASPECT
