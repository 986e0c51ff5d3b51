"""Blood as it looks: its density by age, its texture, the room it takes, and the edema around."""

import numpy as np

from ichdesk.phantom.fields import Field, ellipse, smooth_field, soft_step
from ichdesk.phantom.head import Head

AGES = ("acute", "hyperacute", "isodense", "chronic", "layered", "mixed", "septated")
"""What a collection of blood can look like, see `aged_blood`."""

_BRAIN_HU = 32.0


def acute_hu(rng: np.random.Generator) -> float:
    """Density of fresh blood: mostly 50 to 72, sometimes hardly above cortex."""
    return float(rng.uniform(50, 72) if rng.random() < 0.8 else rng.uniform(43, 52))


def texture(rng: np.random.Generator, head: Head, amount_hu: float) -> Field:
    """Clots are not even: a slow and a fine unevenness around zero."""
    coarse = smooth_field(rng, head.size_px, 12)
    uneven: Field = np.float32(amount_hu) * (
        coarse + np.float32(0.5) * smooth_field(rng, head.size_px, 34)
    )
    return uneven


def share(rng: np.random.Generator, faint_chance: float = 0.25) -> float:
    """How much of a thick slice the blood fills: mostly all of it, sometimes about half."""
    return float(rng.uniform(0.5, 0.9)) if rng.random() < faint_chance else 1.0


def room(head: Head) -> Field:
    """Weight of where blood can be: inside the skull and not in bone."""
    free: Field = np.clip((450 - head.hu) * np.float32(1 / 200), 0, 1)
    free *= head.cavity
    return free


def below_level(rng: np.random.Generator, head: Head, weight: Field) -> Field:
    """Weight of the part of a collection under a fluid level, horizontal on the scanner table."""
    heights = head.image_y_mm[weight > 0.5]
    surface = np.quantile(heights, rng.uniform(0.25, 0.75)) if heights.size else 0.0
    return soft_step(head.image_y_mm - np.float32(surface), rng.uniform(1.5, 9.0))


def aged_blood(rng: np.random.Generator, head: Head, weight: Field, age: str) -> Field:
    """Density (H, W) in HU of a collection of blood.

    Args:
        rng: Source of randomness.
        head: The slice being drawn.
        weight: (H, W) where the collection is, for its fluid level.
        age: One of `AGES`.
    """
    if age == "acute":
        return acute_hu(rng) + texture(rng, head, rng.uniform(1, 5))
    if age == "isodense":
        return rng.uniform(30, 44) + texture(rng, head, rng.uniform(0.5, 3))
    uneven = texture(rng, head, rng.uniform(0.5, 3))
    if age == "hyperacute":  # the swirl of blood that has not clotted yet
        swirl = soft_step(smooth_field(rng, head.size_px, 10) - np.float32(0.3), 1.0)
        return rng.uniform(54, 72) + uneven - np.float32(rng.uniform(12, 28)) * swirl
    old: Field = rng.uniform(12, 28) + uneven
    return old + np.float32(rng.uniform(20, 36)) * _fresh_part(rng, head, weight, age)


def _fresh_part(rng: np.random.Generator, head: Head, weight: Field, age: str) -> Field:
    """Weight of the fresh blood in an old collection; none in a purely chronic one."""
    if age == "layered":
        return below_level(rng, head, weight)
    if age == "mixed":
        return soft_step(smooth_field(rng, head.size_px, 9), 1.2)
    if age == "septated":
        return soft_step(np.float32(0.12) - np.abs(smooth_field(rng, head.size_px, 15)), 0.25)
    return np.zeros_like(weight)


def blob_in(
    rng: np.random.Generator, head: Head, place: Field, radii: tuple[float, float]
) -> Field:
    """Weight of a blob of these half axes (mm) around a random point of `place`."""
    candidates = np.flatnonzero(place > 0.6)
    if candidates.size == 0:
        candidates = np.array([int(np.argmax(place))])
    row, column = np.unravel_index(int(rng.choice(candidates)), place.shape)
    center = (float(head.x_mm[row, column]), float(head.y_mm[row, column]))
    blob = ellipse(head.x_mm, head.y_mm, center, radii)
    return soft_step(blob + np.float32(1.2) * smooth_field(rng, head.size_px, 12), 2.0)


def swell_shut(head: Head, place: str, where: Field) -> None:
    """Press fluid out of a place, by `where` (0 to 1): brain takes its room."""
    lost = head.csf[place] * where
    head.csf[place] = head.csf[place] - lost
    head.hu += lost * np.clip(np.float32(_BRAIN_HU) - head.hu, 0, 30)


def darken(
    rng: np.random.Generator, head: Head, inside_mm: Field, rim_mm: float, drop_hu: float
) -> None:
    """Draw and outline edema that reaches `rim_mm` beyond a shape, in fingers and patches."""
    wavy = inside_mm + np.float32(rim_mm)
    wavy += np.float32(0.3 * rim_mm + 0.5) * smooth_field(rng, head.size_px, 13)
    weight = soft_step(wavy, 0.6 * rim_mm + 1.5 * head.edge_mm) * room(head)
    for place in ("ventricle", "cistern"):
        weight *= 1 - head.csf[place]
    head.hu -= np.float32(drop_hu) * weight * np.clip((head.hu - 8) / 12, 0, 1)
    head.mark("edema", weight)
