"""What the worker has found out about a descent, read from the arrays of the observer "descent"."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from ichdesk.ui.widgets.learning_rate_edit import rate_text

Values = npt.NDArray[np.float32]
OWN = 1  # of the three rates; 0 is the smaller, 2 the larger


class Figure(IntEnum):
    """Columns of the figures of an epoch."""

    TRAIN_LOSS = 1
    TEST_LOSS = 2
    TRAIN_ACCURACY = 3
    TEST_ACCURACY = 4


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One of the three trainings.

    Attributes:
        figures: Per epoch from 0 for the start: its number, then those of `Figure`, (epochs, 5).
        path: Per epoch that is drawn: its number, x and y on the plane, (K, 3).
        diverged: The epoch in which the loss grew beyond all numbers, or 0.
        share: How much of the way lies in the plane, 0 to 1; NaN if unknown.
    """

    number: int
    rate: float
    figures: Values
    path: Values
    diverged: int
    share: float

    @property
    def rate_text(self) -> str:
        """The rate as people write it."""
        return rate_text(float(f"{self.rate:.4g}"))

    def curve(self, figure: Figure) -> npt.NDArray[np.float64]:
        """One figure over the epochs, as far as it is finite, (N,)."""
        values = self.figures[:, figure].astype(np.float64)
        bad = np.nonzero(~np.isfinite(values))[0]
        return values[: bad[0]] if len(bad) else values

    def at(self, epoch: int, figure: Figure) -> float | None:
        """A figure after an epoch; None where there is none."""
        curve = self.curve(figure)
        return float(curve[epoch]) if epoch < len(curve) else None

    def steps_until(self, epoch: int) -> int:
        """How many points of the path are reached by an epoch."""
        return int((self.path[:, 0] <= epoch).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Training loss over a plane: `x` (W,) and `y` (H,) rising, `loss` (H, W)."""

    x: Values
    y: Values
    loss: Values


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """All that is known so far.

    Attributes:
        ways: By number.
        samples: Training images that the ground is measured on, of `of_samples`.
        off: How far the end is from the run's model, by the length of the way.
    """

    ways: Mapping[int, Way]
    ground: Ground | None
    samples: int
    of_samples: int
    off: float

    @staticmethod
    def of(arrays: Mapping[str, Values]) -> "Picture":
        """Read arrays; those that are still missing leave gaps."""
        ways = {}
        for number, rate in enumerate(arrays.get("rates", ())):
            if (figures := arrays.get(f"figures_{number}")) is not None:
                path = arrays.get(f"path_{number}", np.zeros((0, 3), np.float32))
                share = float(arrays["share"][number]) if "share" in arrays else float("nan")
                diverged = int(arrays["diverged"][number])
                ways[number] = Way(number, float(rate), figures, path, diverged, share)
        ground = None
        if "loss" in arrays:
            ground = Ground(arrays["x"], arrays["y"], arrays["loss"])
        used, known = (int(n) for n in arrays.get("samples", (0, 0)))
        off = float(arrays["off"][0]) if "off" in arrays else 0.0
        return Picture(ways, ground, used, known, off)

    @property
    def epochs(self) -> list[int]:
        """Those of which the own path has a point, from 0."""
        return [int(epoch) for epoch in self.ways[OWN].path[:, 0]] if OWN in self.ways else []
