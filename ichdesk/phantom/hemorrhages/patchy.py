"""Blood in many small places of the brain: contusions, specks, bled infarcts and metastases."""

import numpy as np

from ichdesk.phantom.fields import Field, Point, blend, ellipse, smooth_field, soft_step
from ichdesk.phantom.head import Head
from ichdesk.phantom.hemorrhages.blood import acute_hu, darken, room, share, texture
from ichdesk.phantom.hemorrhages.trauma import away_from, side_angle, swell_scalp

_CONTUSED: dict[str, tuple[Point, ...]] = {
    "ventricle": ((12, -68), (26, -62), (52, -14), (52, 12)),
    "basal": ((9, -60), (22, -56), (44, -22), (50, 2), (48, 14)),
    "posterior": ((10, -52), (22, -50), (42, -18), (46, -8)),
}
"""Where the brain strikes rough bone: base of the frontal lobe, temporal pole and its side."""


def paint_contusions(rng: np.random.Generator, head: Head) -> Field:
    """Small bright spots mixed into dark edema at the rim of the brain; the scalp often swells."""
    places = _CONTUSED.get(head.plan.level, _CONTUSED["ventricle"])
    total = np.zeros_like(head.hu)
    side = head.plan.side
    for _ in range(1 + int(rng.random() < 0.5)):
        x, y = places[int(rng.integers(len(places)))]
        center = (side * (x + rng.normal(0, 3)), y + rng.normal(0, 3))
        np.maximum(total, _bruise(rng, head, center), out=total)
        side = -side if rng.random() < 0.5 else side
    if rng.random() < 0.45:  # the blow came from there, or from the opposite side
        turn = side_angle(head.plan.side, rng.uniform(-0.9, 0.9))
        swell_scalp(rng, head, away_from(head, turn + (np.pi if rng.random() < 0.4 else 0.0)))
    return total


def _bruise(rng: np.random.Generator, head: Head, center: Point) -> Field:
    radius = rng.uniform(4, 10) + 9 * head.plan.mass * rng.random()
    axes = (radius, radius * rng.uniform(0.7, 1.5))
    inside = ellipse(head.x_mm, head.y_mm, center, axes, rng.uniform(-1, 1))
    inside += np.float32(0.25 * radius) * smooth_field(rng, head.size_px, 16)
    darken(rng, head, inside, rng.uniform(0, 5), rng.uniform(5, 14))
    grain = smooth_field(rng, head.size_px, int(rng.integers(20, 38)))
    grain += np.float32(1.6) - np.float32(1.1) * np.clip(1 - inside / np.float32(radius), 0, 3)
    spots = soft_step(grain - np.float32(rng.uniform(0.4, 1.1)), 0.6)
    weight = spots * soft_step(inside, 2.5) * room(head)
    blood = rng.uniform(48, 66) + texture(rng, head, rng.uniform(1, 4))
    blend(head.hu, blood, weight * np.float32(share(rng, 0.3)))
    return weight


def paint_specks(rng: np.random.Generator, head: Head) -> Field:
    """One to five bleeds of a few pixels, in one half of the brain or scattered over it."""
    inside = np.full_like(head.hu, -1e3)
    for _ in range(int(rng.integers(1, 6))):
        turn, reach = rng.uniform(-np.pi, np.pi), np.sqrt(rng.uniform(0.1, 0.78))
        center = (float(64 * reach * np.cos(turn)), float(80 * reach * np.sin(turn)))
        radius = rng.uniform(1.5, 3.2)
        axes = (radius, radius * rng.uniform(1.0, 1.6))
        spot = ellipse(head.x_mm, head.y_mm, center, axes, rng.uniform(-1.5, 1.5))
        np.maximum(inside, spot, out=inside)
    if rng.random() < 0.4:
        darken(rng, head, inside, rng.uniform(1, 3), rng.uniform(4, 9))
    weight = soft_step(inside, rng.uniform(0.9, 1.5) * head.edge_mm) * room(head)
    weight *= 1 - head.csf["ventricle"]
    blend(head.hu, acute_hu(rng), weight * np.float32(share(rng, 0.3)))
    return weight


def paint_infarct(rng: np.random.Generator, head: Head) -> Field:
    """A dark wedge of dead brain with blood in patches along its gyri."""
    away = away_from(head, side_angle(head.plan.side, rng.uniform(-1.0, 1.2)))
    spread, deep = rng.uniform(0.25, 0.7), rng.uniform(18, 38)
    wedge = np.minimum((np.float32(spread) - away) * 45, np.float32(deep) - head.depth_mm)
    wedge += np.float32(4.5) * smooth_field(rng, head.size_px, 9)
    darken(rng, head, wedge, 1.0, rng.uniform(6, 13))
    grain = smooth_field(rng, head.size_px, int(rng.integers(15, 26)))
    if rng.random() < 0.5:  # ribbons of cortex
        grain = np.float32(0.9) - np.float32(2.5) * np.abs(grain)
    grain += np.float32(0.9) * smooth_field(rng, head.size_px, 9)
    patches = soft_step(grain - np.float32(rng.uniform(0.3, 0.9)), 1.3)
    weight = patches * soft_step(wedge - 3, 5.0) * room(head)
    blood = rng.uniform(42, 58) + texture(rng, head, 5.0)
    blend(head.hu, blood, weight * np.float32(share(rng, 0.5)))
    return weight


def paint_metastases(rng: np.random.Generator, head: Head) -> Field:
    """Several round lesions with blood, denser in a ring, and wide edema around."""
    total = np.zeros_like(head.hu)
    for _ in range(int(rng.integers(1, 4))):
        turn, reach = rng.uniform(-np.pi, np.pi), np.sqrt(rng.uniform(0.15, 0.72))
        center = (float(64 * reach * np.cos(turn)), float(80 * reach * np.sin(turn)))
        radius = rng.uniform(2.5, 7) + 6 * head.plan.mass * rng.random()
        inside = ellipse(head.x_mm, head.y_mm, center, (radius, radius * rng.uniform(0.9, 1.25)))
        inside += np.float32(0.08 * radius) * smooth_field(rng, head.size_px, 24)
        darken(rng, head, inside, rng.uniform(3, 8) + 0.7 * radius, rng.uniform(6, 13))
        weight = soft_step(inside, rng.uniform(0.9, 2.0) * head.edge_mm) * room(head)
        hollow = soft_step(inside - np.float32(0.4 * radius), 0.4 * radius)
        blood = acute_hu(rng) - np.float32(rng.uniform(0, 16)) * hollow
        blend(head.hu, blood, weight)
        np.maximum(total, weight, out=total)
    return total
