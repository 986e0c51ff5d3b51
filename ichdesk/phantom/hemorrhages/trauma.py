"""What an injury or an operation leaves beside a hemorrhage: swelling, fracture, opened skull."""

import numpy as np

from ichdesk.phantom.fields import Field, blend, smooth_field, soft_step
from ichdesk.phantom.head import Head


def away_from(head: Head, angle: float) -> Field:
    """Distance in radians of every pixel's direction from `angle`, seen from the head's center.

    0 is the right of the picture, pi / 2 the back of the head.
    """
    theta = np.arctan2(head.head_y_mm, head.head_x_mm)
    theta -= np.float32(angle - np.pi)
    return np.abs(np.mod(theta, np.float32(2 * np.pi)) - np.float32(np.pi))


def side_angle(side: int, backwards: float) -> float:
    """Direction on a side (-1 or 1) that is turned backwards by so many radians."""
    return backwards if side > 0 else float(np.pi) - backwards


def swell_scalp(rng: np.random.Generator, head: Head, away: Field) -> None:
    """A lump of blood and water in the scalp around the direction where `away` is 0."""
    bump = np.clip(1 - (away / np.float32(rng.uniform(0.3, 0.8))) ** 2, 0, 1)
    bump *= np.float32(rng.uniform(3, 13))
    lump = soft_step(head.scalp_mm + bump, head.edge_mm) * soft_step(bump - 1, 1.0)
    lump *= (head.hu < 0) & (head.depth_mm < -3) & (head.scalp_mm < 7)
    value = rng.uniform(20, 65) + np.float32(12) * smooth_field(rng, head.size_px, 16)
    blend(head.hu, value, lump)
    head.mark("swelling", lump)


def break_skull(rng: np.random.Generator, head: Head, away: Field) -> None:
    """A thin dark line through the bone, oblique, near the direction where `away` is 0."""
    across = (away - np.float32(rng.uniform(0.02, 0.25))) * np.float32(75)
    across += np.float32(rng.uniform(-1.2, 1.2)) * head.depth_mm
    line = soft_step(np.float32(rng.uniform(0.2, 0.7)) - np.abs(across), head.edge_mm)
    line *= (head.hu > 300) & (head.depth_mm < 1) & (away < 0.6)
    blend(head.hu, float(rng.uniform(30, 300)), line)


def open_skull(rng: np.random.Generator, head: Head, away: Field) -> None:
    """A burr hole, the two cuts of a bone flap, or a missing flap around where `away` is 0."""
    kind = rng.random()
    if kind < 0.45:
        gap = soft_step(np.float32(rng.uniform(0.05, 0.1)) - away, 0.03)
    elif kind < 0.8:
        flap = np.float32(rng.uniform(0.25, 0.6))
        gap = soft_step(np.float32(0.025) - np.abs(away - flap), 0.03)
    else:
        gap = soft_step(np.float32(rng.uniform(0.3, 0.65)) - away, 0.03)
    gap *= (head.hu > 120) & (head.depth_mm < 1)
    blend(head.hu, float(rng.uniform(0, 45)), gap)
    head.mark("surgery", gap)


def trap_air(rng: np.random.Generator, head: Head, collection: Field) -> None:
    """Air in the uppermost part of a collection; it rises to the front of a lying patient."""
    heights = head.image_y_mm[collection > 0.5]
    if heights.size == 0:
        return
    surface = np.float32(np.quantile(heights, rng.uniform(0.03, 0.3)))
    air = soft_step(surface - head.image_y_mm, 1.5) * collection
    spotty = soft_step(smooth_field(rng, head.size_px, 14) + np.float32(0.5), 0.4)
    air *= spotty
    blend(head.hu, -900.0, air)
    head.mark("surgery", air)
