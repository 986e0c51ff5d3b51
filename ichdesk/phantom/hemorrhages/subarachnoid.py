"""Subarachnoid blood: in a few sulci, in the fissures, or all over the basal cisterns."""

import numpy as np

from ichdesk.phantom.fields import Field, Point, blend, polyline, smooth_field, soft_step
from ichdesk.phantom.head import Head
from ichdesk.phantom.hemorrhages.blood import room, texture
from ichdesk.phantom.hemorrhages.trauma import away_from, side_angle, swell_scalp

_CISTERN_CHANCE = {
    "vertex": 0.15,
    "body": 0.2,
    "ventricle": 0.45,
    "basal": 0.75,
    "posterior": 0.6,
}


def paint_subarachnoid(rng: np.random.Generator, head: Head) -> Field:
    """Bright fluid: cisterns and fissures low in the head, sulci high up or after an injury."""
    weight = np.zeros_like(head.hu)
    cisterns = rng.random() < _CISTERN_CHANCE[head.plan.level]
    if cisterns:
        weight = _cistern_part(rng, head)
    if not (weight > 0.5).any() or rng.random() < 0.25:
        np.maximum(weight, _sulci(rng, head), out=weight)
    weight *= room(head)
    hidden = rng.random() < 0.12  # as dense as brain: the fluid is merely missing
    value = rng.uniform(34, 42) if hidden else rng.uniform(46, 68)
    blood = value + texture(rng, head, rng.uniform(0.5, 4))
    blend(head.hu, blood, weight * np.float32(rng.uniform(0.7, 1.0)))
    return weight


def _cistern_part(rng: np.random.Generator, head: Head) -> Field:
    """Weight of filled cisterns: all, one side, the middle, the front or the back of them."""
    wide: Field = np.clip(head.csf["cistern"] * np.float32(rng.uniform(1.1, 1.6)), 0, 1)
    x, y, way = head.x_mm, head.y_mm, rng.random()
    if 0.3 <= way < 0.6:  # one sylvian fissure
        wide *= soft_step(x * np.float32(head.plan.side) - rng.uniform(3, 20), 6.0)
    elif 0.6 <= way < 0.75:  # interhemispheric or around the brainstem
        wide *= soft_step(np.float32(rng.uniform(8, 22)) - np.abs(x), 4.0)
    elif way >= 0.75:
        front_or_back = np.float32(rng.choice((-1, 1)))
        wide *= soft_step((y - np.float32(rng.uniform(-25, 10))) * front_or_back, 6.0)
    return wide


def _sulci(rng: np.random.Generator, head: Head) -> Field:
    """Weight of one to three bright lines, or of blood over a region of the surface."""
    backwards = rng.uniform(-1.25, 1.15)
    angle = side_angle(head.plan.side, backwards)
    count = int(rng.integers(1, 4))
    if rng.random() < 0.55:
        weight = _lines(rng, head, angle, count)
        if rng.random() < 0.3:
            swell_scalp(rng, head, away_from(head, angle))
        return weight
    away = away_from(head, angle)
    region = soft_step(np.float32(rng.uniform(0.25, 0.9)) - away, 0.3)
    folds = np.abs(smooth_field(rng, head.size_px, int(rng.integers(13, 18))))
    lines = soft_step(np.float32(rng.uniform(0.4, 1.1)) - folds * np.float32(4), 1.4 * head.edge_mm)
    lines *= soft_step(rng.uniform(9, 20) - head.depth_mm, 6.0)
    weight = np.maximum(head.csf["sulcus"], lines) * region
    if rng.random() < 0.5:
        np.maximum(weight, _lines(rng, head, angle, count), out=weight)
    return weight


def _lines(rng: np.random.Generator, head: Head, angle: float, count: int) -> Field:
    """Weight of winding sulci that run from the surface inwards, in brain mm."""
    inside = np.full_like(head.hu, -1e3)
    for _ in range(count):
        turn, reach, lean = (
            angle + rng.normal(0, 0.22),
            rng.uniform(0.93, 0.98),
            rng.normal(0, 0.13),
        )
        step = rng.uniform(0.045, 0.1)
        points: list[Point] = []
        for _ in range(4):
            points.append((float(66 * reach * np.cos(turn)), float(82 * reach * np.sin(turn))))
            reach, turn = reach - step * rng.uniform(0.4, 1), turn + lean * rng.uniform(-0.2, 1)
        radii = rng.uniform(0.7, 1.5) * np.array([1.1, 1.0, 0.9, 0.7])
        np.maximum(inside, polyline(head.x_mm, head.y_mm, points, radii.tolist()), out=inside)
    inside += np.float32(0.25) * smooth_field(rng, head.size_px, 30)
    return soft_step(inside, rng.uniform(0.9, 1.6) * head.edge_mm)
