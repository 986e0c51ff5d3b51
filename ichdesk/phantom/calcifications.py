"""Choroid plexus and calcium that come with age: bright, small, and normal."""

import numpy as np
from numpy.typing import ArrayLike

from ichdesk.phantom.atlas import Sheet, fade
from ichdesk.phantom.fields import blend, smooth_field
from ichdesk.phantom.head import Head


def draw_calcifications(rng: np.random.Generator, head: Head) -> None:
    """Draw the glomus of the choroid plexus, then calcium in it, pineal, basal ganglia, falx."""
    sheet, plexus = Sheet(), Sheet()
    _draw_plexus(rng, head, sheet, plexus)
    if -6 < head.z_mm(18) < 13 and rng.random() < 0.7:  # pineal and habenula
        _speckle(rng, sheet, rng.normal((0, 18.5), (0.7, 1.2)), rng.uniform(0.7, 2.3))
    if -4 < head.z_mm(-6) < 12 and rng.random() < 0.13:  # pallidum, usually both sides
        size = rng.uniform(0.8, 3.0)
        for side in (-1, 1):
            _speckle(rng, sheet, (side * 20 + rng.normal(), -6 + rng.normal(0, 2)), size)
    if head.z_mm(-60) > 0 and rng.random() < 0.16:  # plaques of the falx
        y = float(rng.choice([-1, 1])) * rng.uniform(46, 78)
        long, wide = rng.uniform(1, 9), rng.uniform(0.5, 1.8)
        sheet.stroke(np.array([(0, y - long, 0.5 * wide), (0.3, y, wide), (0, y + long, 0.4)]))
    blend(head.hu, float(rng.uniform(30, 48)), plexus.soften(1.0).sample(head.cells) * head.cavity)
    weight = sheet.soften(0.6).sample(head.cells) * head.cavity
    value = rng.uniform(75, 420) * (1 + 0.3 * smooth_field(rng, head.size_px, 40))
    blend(head.hu, value.astype(np.float32), weight)
    head.mark("calcification", weight)


def _draw_plexus(rng: np.random.Generator, head: Head, sheet: Sheet, plexus: Sheet) -> None:
    """The glomus lies in the atrium on both sides; its calcium grows with age."""
    z = head.z_mm(27)
    if fade(z, 24, -6, 1.0) < 0.5:
        return
    calcified = rng.random() < 0.55 + 0.3 * head.plan.atrophy
    size = rng.uniform(0.6, 2.3)
    place = np.array([22.5 - 0.12 * (z - 8), 27 + rng.normal(0, 1.5)])
    for side in (-1, 1):
        center = (place + rng.normal(0, 1.2, 2)) * (side, 1)
        if rng.random() < 0.75:
            lie = np.array([(-1.5, -4, 0.8), (0, 0, 2.2), (0.8, 4, 1.4)]) * rng.uniform(0.6, 1.3)
            rows = lie * (side, 1, 1) + (*center, 0)
            plexus.stroke(rows, rng.uniform(0.3, 0.9))
        if calcified and rng.random() < 0.88:
            _speckle(rng, sheet, center, size * rng.uniform(0.5, 1.3))


def _speckle(rng: np.random.Generator, sheet: Sheet, center: ArrayLike, size_mm: float) -> None:
    """One to three lumps of calcium of about the given radius."""
    for _ in range(int(rng.integers(1, 4))):
        middle = np.asarray(center) + rng.normal(0, 0.6 * size_mm, 2)
        turn = np.linspace(0, 2 * np.pi, 6, endpoint=False) + rng.uniform(0, 1)
        radius = 0.7 * size_mm * np.exp(rng.normal(0, 0.35, 6))
        stretch = (1.0, rng.uniform(0.8, 1.9))
        points = np.column_stack([np.cos(turn) * radius, np.sin(turn) * radius]) * stretch
        sheet.blob(middle + points, rng.uniform(0.4, 1.0))
