"""Epidural blood: a lens between skull and dura that stops at the sutures."""

import numpy as np

from ichdesk.phantom.fields import Field, blend, ellipse, smooth_field, soft_step
from ichdesk.phantom.head import Head
from ichdesk.phantom.hemorrhages.blood import (
    acute_hu,
    aged_blood,
    room,
    share,
    swell_shut,
    texture,
)
from ichdesk.phantom.hemorrhages.trauma import away_from, break_skull, side_angle, swell_scalp


def paint_epidural(rng: np.random.Generator, head: Head) -> Field:
    """The part of a disc centered outside the skull that reaches inside, mostly at the temple."""
    backwards = rng.normal(0.0, 0.4) if rng.random() < 0.75 else rng.uniform(-1.3, 1.3)
    angle = side_angle(head.plan.side, backwards)
    away = away_from(head, angle)
    deep = 2.5 + 7 * rng.random() ** 1.3 + 14 * head.plan.mass * rng.random()
    inside = _lens_mm(rng, head, angle, away, deep)
    weight = soft_step(inside, rng.uniform(0.9, 1.8) * head.edge_mm) * room(head)
    suture = np.float32(rng.uniform(0.3, 0.8))
    weight *= soft_step(suture - away, 0.05)
    swell_shut(head, "sulcus", soft_step(inside + 8, 8.0) * np.float32(rng.uniform(0.4, 1)))
    if rng.random() < 0.2:
        blood = aged_blood(rng, head, weight, "hyperacute")
    else:
        blood = acute_hu(rng) + texture(rng, head, rng.uniform(1, 5))
    blend(head.hu, blood, weight * np.float32(share(rng, 0.15)))
    if rng.random() < 0.45:
        break_skull(rng, head, away)
    if rng.random() < 0.6:
        swell_scalp(rng, head, away)
    return weight


def _lens_mm(rng: np.random.Generator, head: Head, angle: float, away: Field, deep: float) -> Field:
    """Signed distance (mm, positive inside) to a disc that reaches `deep` mm under the skull."""
    on_rim = np.where(away < 0.03, np.abs(head.depth_mm), np.float32(1e3))
    row, column = np.unravel_index(int(np.argmin(on_rim)), on_rim.shape)
    disc = rng.uniform(20, 42)
    center = (
        float(head.head_x_mm[row, column] + (disc - deep) * np.cos(angle)),
        float(head.head_y_mm[row, column] + (disc - deep) * np.sin(angle)),
    )
    inside = ellipse(head.head_x_mm, head.head_y_mm, center, (disc, disc))
    inside += np.float32(0.5) * smooth_field(rng, head.size_px, 10)
    return inside
