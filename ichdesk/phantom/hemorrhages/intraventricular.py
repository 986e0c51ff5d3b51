"""Blood inside the ventricles: settled in the horns, as a cast, or as a clot."""

import numpy as np
from scipy import ndimage

from ichdesk.phantom.fields import Field, blend, soft_step
from ichdesk.phantom.head import Head
from ichdesk.phantom.hemorrhages.blood import acute_hu, blob_in, share, texture


def paint_intraventricular(rng: np.random.Generator, head: Head) -> Field:
    """Settled blood, often very little; casts of some or all ventricles; clots anywhere."""
    way = rng.random()
    if way < 0.45:
        weight = settle(rng, head)
        if rng.random() < 0.15:
            np.maximum(weight, _clots(rng, head), out=weight)
    elif way < 0.68:
        weight = _cast(rng, head)
    else:
        weight = _clots(rng, head)
    if not (weight > 0.5).any():  # no horn in this slice
        weight = _clots(rng, head)
    blood = acute_hu(rng) + texture(rng, head, rng.uniform(1, 4))
    blend(head.hu, blood, weight * np.float32(share(rng)))
    return weight


def settle(rng: np.random.Generator, head: Head) -> Field:
    """Weight of blood at the bottom of the occipital horns, its surface level with the table."""
    ventricle = head.csf["ventricle"]
    weight = np.zeros_like(ventricle)
    sides = (-1, 1) if rng.random() < 0.65 else (head.plan.side,)
    for side in sides:
        own = ventricle * (head.x_mm * np.float32(side) > 8) * (head.y_mm > 0)
        heights = head.image_y_mm[own > 0.5]
        pixels = int(np.exp(rng.uniform(np.log(12), np.log(150))) / head.plan.pixel_mm**2)
        if heights.size == 0:
            continue
        lowest = np.sort(heights)[-min(pixels, heights.size) :]
        level = soft_step(head.image_y_mm - lowest[0], rng.uniform(0.6, 1.6))
        np.maximum(weight, own * level, out=weight)
    return weight


def _cast(rng: np.random.Generator, head: Head) -> Field:
    """Weight of ventricles filled, and a little widened, by a clot; some of them only."""
    full = ndimage.gaussian_filter(head.csf["ventricle"], 1.0 / head.plan.pixel_mm, truncate=2.5)
    full = soft_step(full - np.float32(rng.uniform(0.3, 0.5)), 0.4) * head.cavity
    x, y, side = head.x_mm, head.y_mm, np.float32(head.plan.side)
    kind = rng.random()
    if kind < 0.4:
        full *= soft_step(x * side - rng.uniform(-2, 3), 3.0)
    elif kind < 0.6:  # the third or the fourth
        full *= soft_step(np.float32(8) - np.abs(x), 2.0)
    elif kind < 0.8:
        full *= soft_step((y - np.float32(rng.uniform(-20, 15))) * rng.choice((-1, 1)), 4.0)
    return full


def _clots(rng: np.random.Generator, head: Head) -> Field:
    """Weight of one to three clots, small ones like those that sit on the choroid plexus."""
    ventricle = head.csf["ventricle"]
    weight = np.zeros_like(ventricle)
    for _ in range(int(rng.integers(1, 4))):
        radius = rng.uniform(2.5, 6) if rng.random() < 0.6 else rng.uniform(6, 16)
        blob = blob_in(rng, head, ventricle, (radius, radius * rng.uniform(0.8, 1.6)))
        np.maximum(weight, blob * ventricle, out=weight)
    return weight
