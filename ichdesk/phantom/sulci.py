"""Sulci as thin uneven clefts that enter the brain from its surface, and the cortex along them."""

import numpy as np

from ichdesk.phantom.atlas import Rows, Sheet
from ichdesk.phantom.head import Head

_NODES = 7


def draw_sulci(rng: np.random.Generator, head: Head) -> Sheet:
    """Draw the sulci of the convexity and of the medial surface on a new sheet."""
    sheet, plan = Sheet(), head.plan
    high = plan.level == "vertex"
    count = int(rng.integers(24, 44)) + (8 if high else 0)
    angle = np.arange(count) * (2 * np.pi / count) + rng.normal(0, 0.09, count)
    start = np.column_stack([67 * np.sin(angle), -83 * np.cos(angle)])
    inward = np.arctan2(-start[:, 1] / 82, -start[:, 0] / 66) + rng.normal(0, 0.45, count)
    deep = rng.gamma(3.0, 3.4, count) + 3 + (rng.uniform(0, 14) if high else 0)
    curves = _walks(rng, start, inward, deep + 6 * plan.atrophy)
    width, strength = _widths(rng, head, start)
    _add(sheet, curves, width, strength)
    twigs = rng.random(count) < 0.25
    from_node = curves[twigs, rng.integers(2, 5)]
    turned = inward[twigs] + rng.choice((-1, 1), int(twigs.sum())) * rng.uniform(0.6, 1.5)
    branches = _walks(rng, from_node[:, :2], turned, rng.uniform(4, 14, len(turned)))
    _add(sheet, branches, 0.7 * width[twigs], 0.8 * strength[twigs])
    _draw_medial(rng, head, sheet)
    return sheet


def _widths(rng: np.random.Generator, head: Head, start: Rows) -> tuple[Rows, Rows]:
    """Half width (mm) and strength of each sulcus: effaced by mass, wide and dark with age."""
    plan, count = head.plan, len(start)
    near = np.clip(0.5 + start[:, 0] * plan.side / 50, 0, 1)
    open_ = (1 - plan.mass * near) * np.exp(rng.normal(0, 0.45, count))
    swollen = 0.3 if rng.random() < 0.07 else 1.0
    front = 1 + rng.uniform(-0.2, 0.7) * np.clip(-start[:, 1] / 82, -1, 1)
    age = rng.uniform(0.1, 0.4) + 1.2 * plan.atrophy**1.4
    if plan.level == "vertex":
        age += rng.uniform(0.1, 0.5)
    width = np.clip(age * open_ * front * swollen, 0.05, 3.4)
    return np.maximum(width, 0.3), np.clip(width * 0.7, 0.03, 1.0)


def _walks(rng: np.random.Generator, start: Rows, heading: Rows, length_mm: Rows) -> Rows:
    """Wandering curves, (k, nodes, 3); the third column is 1 at the start and thins out."""
    count = len(start)
    turn = np.cumsum(rng.normal(0, 0.2, (count, _NODES - 1)), axis=1) + heading[:, None]
    step = (length_mm / (_NODES - 1))[:, None]
    moves = np.stack([np.cos(turn) * step, np.sin(turn) * step], axis=-1)
    points = start[:, None] + np.concatenate([np.zeros((count, 1, 2)), moves.cumsum(1)], axis=1)
    thin = np.linspace(1.15, 0.5, _NODES) * np.exp(rng.normal(0, 0.28, (count, _NODES)))
    return np.concatenate([points, thin[..., None]], axis=-1)


def _add(sheet: Sheet, curves: Rows, width_mm: Rows, strength: Rows) -> None:
    curves = curves.copy()
    curves[..., 2] *= width_mm[:, None]
    order = np.argsort(strength)  # the darkest on top
    sheet.strokes(curves[order], strength[order])


def _draw_medial(rng: np.random.Generator, head: Head, sheet: Sheet) -> None:
    """Short sulci off the interhemispheric fissure, in front and behind."""
    count = int(rng.integers(2, 10))
    front = rng.uniform(-76, -46, count)
    y = np.where(rng.random(count) < 0.6, front, rng.uniform(42, 74, count))
    side = rng.choice((-1.0, 1.0), count)
    start = np.column_stack([side * 0.5, y])
    heading = np.where(side > 0, 0.0, np.pi) + rng.normal(0, 0.6, count)
    curves = _walks(rng, start, heading, rng.uniform(4, 15, count))
    width, strength = _widths(rng, head, np.column_stack([side * 25, y]))
    _add(sheet, curves, width, 0.9 * strength)
