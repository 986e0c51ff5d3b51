"""What lies outside the head: the headrest of the scanner, tubes, electrodes, hair and jewelry."""

from collections.abc import Callable

import numpy as np

from ichdesk.phantom.fields import Field, blend, capsule, length, soft_step
from ichdesk.phantom.head import Head

_Painter = Callable[[np.random.Generator, Head], Field]


def draw_headrest(rng: np.random.Generator, head: Head) -> None:
    """A headrest of one of several builds most of the time, and now and then loose things."""
    outside = soft_step(-head.scalp_mm - 1, head.edge_mm)
    chance = float(rng.random())
    if chance > 0.07:
        build = _BUILDS[int(rng.choice(len(_BUILDS), p=_SHARES))]
        dense = rng.uniform(20, 130) if rng.random() < 0.18 else rng.uniform(200, 900)
        blend(head.hu, float(dense), build(rng, head) * outside)
    if rng.random() < 0.10:
        blend(head.hu, float(rng.uniform(50, 1500)), _loose_things(rng, head) * outside)
    if rng.random() < 0.05:
        _draw_hair(rng, head, outside)


def _rho(rng: np.random.Generator, head: Head, radius: float) -> tuple[Field, Field]:
    """Distance from the middle of a cradle of this radius below the head, and y from there."""
    bottom = head.half_mm[1] + rng.uniform(10, 28)
    x = head.image_x_mm - np.float32(rng.normal(0, 5))
    y = head.image_y_mm - np.float32(bottom - radius)
    return length(x, y), y


def _ring(rho: Field, radius: float, thick: float, edge: float) -> Field:
    return soft_step(np.float32(thick) - np.abs(rho - np.float32(radius)), edge)


def _cradle(rng: np.random.Generator, head: Head) -> Field:
    """One arc from side to side, or its two ends only."""
    radius = rng.uniform(82, 140)
    rho, y = _rho(rng, head, radius)
    arc = _ring(rho, radius, rng.uniform(0.9, 2.2), head.edge_mm)
    arc *= soft_step(y - np.float32(rng.uniform(-0.1, 0.8) * radius), 3.0)
    if rng.random() < 0.4:
        arc *= soft_step(rng.uniform(0.8, 0.97) * radius - y, 3.0)
    return arc


def _double_shell(rng: np.random.Generator, head: Head) -> Field:
    """A thin shell filled with foam: two fine parallel arcs, the outer one dimmer."""
    radius, gap = rng.uniform(85, 125), rng.uniform(3, 9)
    rho, y = _rho(rng, head, radius)
    inner = _ring(rho, radius, rng.uniform(0.4, 1.0), head.edge_mm)
    outer = _ring(rho, radius + gap, rng.uniform(0.4, 1.0), head.edge_mm)
    shells: Field = np.maximum(inner, outer * np.float32(rng.uniform(0.15, 1)))
    return shells * soft_step(y - np.float32(rng.uniform(-0.2, 0.7) * radius), 3.0)


def _bars(rng: np.random.Generator, head: Head) -> Field:
    """Two upright bars beside the head, often bent inwards further down."""
    x = head.image_x_mm - np.float32(rng.normal(0, 4))
    y, away = head.image_y_mm, head.half_mm[0] + rng.uniform(14, 34)
    bend = np.maximum(y - np.float32(rng.uniform(10, 60)), 0) * np.float32(rng.uniform(0, 0.55))
    bars = soft_step(rng.uniform(0.9, 1.9) - np.abs(np.abs(x) + bend - away), head.edge_mm)
    top = rng.uniform(-50, 20)
    bars *= soft_step(y - np.float32(top), 2.0)
    bars *= soft_step(np.float32(top + rng.uniform(25, 110)) - y, 2.0)
    if rng.random() < 0.25:
        bars *= soft_step(x * np.float32(rng.choice((-1, 1))), 2.0)
    return bars


def _basket(rng: np.random.Generator, head: Head) -> Field:
    """Upright sides that run into an arc below: a U around the head."""
    away = head.half_mm[0] + rng.uniform(14, 32)
    rho, y = _rho(rng, head, away)
    x = np.abs(head.image_x_mm - np.float32(rng.normal(0, 4)))
    shape = np.where(y > 0, rho, x)
    u = _ring(shape, away, rng.uniform(0.8, 1.8), head.edge_mm)
    u *= soft_step(y + np.float32(rng.uniform(0, 90)), 2.0)
    if rng.random() < 0.5:  # the bottom often leaves the picture or is of foam
        u *= soft_step(rng.uniform(0.5, 0.95) * away - y, 3.0)
    return u


def _table(rng: np.random.Generator, head: Head) -> Field:
    """A wide arc far below the head, thick, cut by the edge of the picture."""
    radius = rng.uniform(130, 230)
    rho, y = _rho(rng, head, radius)
    grown = radius + rng.uniform(0, 14)
    return _ring(rho, grown, rng.uniform(1.2, 3.2), head.edge_mm) * soft_step(y, 3.0)


_BUILDS: tuple[_Painter, ...] = (_cradle, _bars, _basket, _double_shell, _table)
_SHARES = (0.34, 0.2, 0.16, 0.14, 0.16)


def _loose_things(rng: np.random.Generator, head: Head) -> Field:
    """Tubes, wires and electrodes near the head: rings, dots and short lines."""
    things = np.zeros_like(head.hu)
    for _ in range(int(rng.integers(1, 4))):
        angle, away = rng.uniform(-np.pi, np.pi), rng.uniform(1.12, 1.4)
        x = float(np.cos(angle) * head.half_mm[0] * away)
        y = float(np.sin(angle) * head.half_mm[1] * away)
        end = (x + rng.normal(0, 8), y + rng.normal(0, 8)) if rng.random() < 0.5 else (x, y)
        radius = rng.uniform(0.5, 4)
        inside = capsule(head.image_x_mm, head.image_y_mm, (x, y), end, (radius, radius))
        if radius > 1.8:  # a tube is hollow
            inside = np.float32(0.8) - np.abs(inside)
        np.maximum(things, soft_step(inside, head.edge_mm), out=things)
    return things


def _draw_hair(rng: np.random.Generator, head: Head, outside: Field) -> None:
    """Braids and thick hair: gray strands around the back of the head."""
    x, y = (line * np.float32(rng.uniform(0.8, 1.6)) for line in (head.image_x_mm, head.image_y_mm))
    strands = np.sin(x + 2 * np.sin(y * np.float32(0.3))) + np.sin(y - x * np.float32(0.4))
    film = soft_step(head.scalp_mm + np.float32(rng.uniform(3, 12)), 2.0) * outside
    film *= soft_step(head.head_y_mm + np.float32(rng.uniform(-40, 60)), 20.0)
    weight = film * np.clip(strands - np.float32(0.4), 0, 1)
    blend(head.hu, float(rng.uniform(-200, 60)), weight)
