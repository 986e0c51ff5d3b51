"""Tables from Hounsfield units to colors, as teachers window and color-code their slices."""

import numpy as np
from numpy.typing import NDArray

from ichdesk.phantom import render
from ichdesk.phantom.fields import Field

LOWEST_HU, HIGHEST_HU = -1024, 3071

Generator = np.random.Generator
Table = NDArray[np.uint8]

_RAMPS: tuple[tuple[tuple[int, int, int], ...], ...] = (
    ((200, 30, 10), (255, 150, 60)),  # red to orange
    ((165, 95, 72), (188, 140, 112), (215, 185, 160)),  # rust to sand
    ((160, 0, 0), (255, 120, 0), (255, 255, 120)),  # hot
    ((255, 220, 60), (255, 40, 20)),  # yellow to red
    ((40, 60, 220), (60, 220, 120), (250, 230, 40), (230, 30, 20)),  # rainbow
    ((60, 20, 120), (200, 60, 90), (250, 170, 40)),  # purple to orange
    ((30, 140, 60), (170, 255, 120)),  # green
    ((20, 90, 200), (120, 230, 255)),  # blue
    ((200, 20, 160), (255, 150, 230)),  # magenta
    ((230, 30, 30), (230, 30, 30)),  # plain red
)
_RAMP_SHARES = (0.26, 0.30, 0.09, 0.07, 0.06, 0.05, 0.04, 0.04, 0.03, 0.06)


def draw_table(rng: Generator) -> Table:
    """A random way to show HU: color of `LOWEST_HU` to `HIGHEST_HU`, (4096, 3) uint8."""
    choice = rng.random()
    if choice < 0.05:
        return _many_windows(rng)
    table = _gray(*_window(rng))
    return _color_coded(rng, table) if choice < 0.50 else table


def _all_hu() -> Field:
    return np.arange(LOWEST_HU, HIGHEST_HU + 1, dtype=np.float32)


def _gray(level_hu: float, width_hu: float) -> Table:
    table: Table = render(_all_hu()[None], level_hu=level_hu, width_hu=width_hu)[0]
    return table


def _window(rng: Generator) -> tuple[float, float]:
    """Level and width in HU; the brain window and its neighbors most of the time."""
    choice = rng.random()
    if choice < 0.76:
        return rng.uniform(28, 43), rng.uniform(72, 105)
    if choice < 0.86:
        return rng.uniform(50, 95), rng.uniform(130, 240)
    if choice < 0.94:
        return rng.uniform(32, 42), rng.uniform(36, 62)
    return rng.uniform(30, 60), rng.uniform(150, 600)


def _many_windows(rng: Generator) -> Table:
    """Brain, subdural and bone window as red, green and blue, or in another order."""
    windows = [
        (rng.uniform(34, 44), rng.uniform(75, 95)),
        (rng.uniform(65, 95), rng.uniform(150, 230)),
        (rng.uniform(350, 650), rng.uniform(1500, 3000)),
    ]
    if rng.random() < 0.3:
        rng.shuffle(windows)
    return np.stack([_gray(*window)[:, 0] for window in windows], axis=1)


def _color_coded(rng: Generator, table: Table) -> Table:
    """Paint a range of HU over the gray, in steps or smoothly, at some opacity."""
    hu = _all_hu()
    low = rng.uniform(40, 65)
    high = max(rng.uniform(72, 112), low + 12)
    ramp = np.array(_RAMPS[int(rng.choice(len(_RAMPS), p=_RAMP_SHARES))], np.float64)
    ramp = np.clip(ramp + rng.normal(0, 12, 3), 0, 255)
    along = np.clip((hu - low) / (high - low), 0, 1)
    if rng.random() < 0.3:  # a few bands of one color each
        bands = int(rng.integers(2, 6))
        along = np.minimum(np.floor(along * bands), bands - 1) / (bands - 1)
    if rng.random() < 0.1:
        along = 1 - along
    stops = np.linspace(0, 1, len(ramp))
    color = np.stack([np.interp(along, stops, channel) for channel in ramp.T], axis=1)
    opacity = rng.uniform(0.35, 1.0)
    inside = (hu >= low) & (hu <= high)
    coded = table.copy()
    coded[inside] = np.rint(opacity * color + (1 - opacity) * table)[inside].astype(np.uint8)
    if rng.random() < 0.08:  # bone hidden
        coded[hu > high + rng.uniform(20, 200)] = 0
    return coded
