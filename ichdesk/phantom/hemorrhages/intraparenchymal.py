"""Blood inside the brain: deep, lobar and in the posterior fossa, and which kind a slice gets."""

from collections.abc import Callable

import numpy as np

from ichdesk.phantom.fields import Field, Point, blend, ellipse, smooth_field, soft_step
from ichdesk.phantom.head import Head
from ichdesk.phantom.hemorrhages.blood import (
    acute_hu,
    below_level,
    darken,
    room,
    share,
    texture,
)
from ichdesk.phantom.hemorrhages.patchy import (
    paint_contusions,
    paint_infarct,
    paint_metastases,
    paint_specks,
)

_KIND_CHANCES = {
    "vertex": {"lobar": 0.62, "specks": 0.16, "infarct": 0.10, "metastases": 0.12},
    "body": {
        "deep": 0.30, "lobar": 0.38, "specks": 0.11, "infarct": 0.09, "metastases": 0.12,
    },
    "ventricle": {
        "deep": 0.42, "lobar": 0.23, "contusions": 0.13, "specks": 0.08, "infarct": 0.07,
        "metastases": 0.07,
    },
    "basal": {
        "contusions": 0.42, "lobar": 0.23, "fossa": 0.15, "specks": 0.07, "infarct": 0.06,
        "metastases": 0.07,
    },
    "posterior": {"fossa": 0.62, "contusions": 0.28, "specks": 0.10},
}  # fmt: skip
_DEEP_PLACES: dict[str, tuple[tuple[Point, float, float], ...]] = {
    "ventricle": (((28, -6), -0.2, 0.5), ((13, 7), -0.5, 0.75), ((12, -28), -0.1, 0.7)),
    "body": (((28, -4), -0.1, 0.5), ((20, 4), 0.0, 0.8), ((15, -10), 0.0, 0.6)),
}
"""Center (mm, on the side of positive x), turn (radians) and width over length: putamen with
external capsule, thalamus, caudate."""


def paint_intraparenchymal(rng: np.random.Generator, head: Head) -> Field:
    """One of the kinds that occur at the level of the slice."""
    chances = _KIND_CHANCES[head.plan.level]
    kind = str(rng.choice(list(chances), p=list(chances.values())))
    return _KINDS[kind](rng, head)


def paint_deep(rng: np.random.Generator, head: Head) -> Field:
    """A clot of high blood pressure: putamen more often than thalamus, rarely caudate."""
    places = _DEEP_PLACES.get(head.plan.level, _DEEP_PLACES["ventricle"])
    center, turn, narrow = places[int(rng.choice(3, p=(0.52, 0.36, 0.12)))]
    center = (center[0] + rng.normal(0, 2), center[1] + rng.normal(0, 4))
    radius = clot_radius_mm(rng, head)
    long = radius / np.sqrt(narrow)
    mirrored = head.x_mm * np.float32(head.plan.side)
    inside = ellipse(
        mirrored, head.y_mm, center, (long * narrow, long), turn + float(rng.normal(0, 0.15))
    )
    return draw_clot(rng, head, inside + _ragged(rng, head, radius, 0.22), radius)


def paint_lobar(rng: np.random.Generator, head: Head) -> Field:
    """A clot of several lobes under the cortex; sometimes one or two more elsewhere."""
    total = np.zeros_like(head.hu)
    side = head.plan.side
    for number in range(1 + int(rng.random() < 0.2) + int(rng.random() < 0.06)):
        turn, reach = rng.uniform(-1.45, 1.45), np.sqrt(rng.uniform(0.2, 0.74))
        center = (float(64 * reach * np.cos(turn)), float(80 * reach * np.sin(turn)))
        radius = clot_radius_mm(rng, head) * (0.5 if number else 1.0)
        axes = (radius * rng.uniform(0.7, 1.1), radius * rng.uniform(0.9, 1.5))
        mirrored = head.x_mm * np.float32(side)
        inside = ellipse(mirrored, head.y_mm, center, axes, rng.uniform(-1.5, 1.5))
        inside += _ragged(rng, head, radius, rng.uniform(0.15, 0.6))
        np.maximum(total, draw_clot(rng, head, inside, radius), out=total)
        if rng.random() < 0.3:
            side = -side
    return total


def paint_fossa(rng: np.random.Generator, head: Head) -> Field:
    """A clot in the pons or, mostly, in the cerebellum."""
    if rng.random() < 0.3:
        center, radius = (rng.uniform(-3, 5), rng.uniform(6, 14)), rng.uniform(2.5, 10)
    else:
        center = (rng.uniform(2, 32), rng.uniform(34, 58))
        radius = min(clot_radius_mm(rng, head), 18.0)
    mirrored = head.x_mm * np.float32(head.plan.side)
    axes = (radius * rng.uniform(0.8, 1.4), radius * rng.uniform(0.7, 1.1))
    inside = ellipse(mirrored, head.y_mm, center, axes, rng.uniform(-0.5, 0.5))
    return draw_clot(rng, head, inside + _ragged(rng, head, radius, 0.25), radius)


def clot_radius_mm(rng: np.random.Generator, head: Head) -> float:
    """Many small, few large: 2.3 to about 36 mm."""
    return float(2.3 + 10 * rng.random() ** 1.2 + 24 * head.plan.mass * rng.random())


def _ragged(rng: np.random.Generator, head: Head, radius: float, amount: float) -> Field:
    """What makes an outline uneven, with bumps as large as fit the clot, in mm."""
    lobes = int(np.clip(400 / radius, 12, 36))
    bumps: Field = np.float32(amount * radius) * smooth_field(rng, head.size_px, lobes)
    bumps += np.float32(min(0.1 * radius, 1.0)) * smooth_field(rng, head.size_px, 40)
    return bumps


def draw_clot(rng: np.random.Generator, head: Head, inside_mm: Field, radius: float) -> Field:
    """Edema first, then the blood: even, fading to the rim, or with a fluid level.

    Args:
        rng: Source of randomness.
        head: The slice to draw into.
        inside_mm: (H, W) signed distance to the outline, positive inside.
        radius: Its size in mm.

    Returns:
        (H, W) weight of the blood.
    """
    kind = rng.random()
    subacute = kind < 0.17
    if subacute or rng.random() < 0.6:
        rim = rng.uniform(0.1, 0.5) * radius + rng.uniform(0.5, 3) + (4 if subacute else 0)
        darken(rng, head, inside_mm, rim, rng.uniform(5, 14))
    weight = soft_step(inside_mm, rng.uniform(0.8, 2.6) * head.edge_mm) * room(head)
    weight *= 1 - head.csf["ventricle"] * soft_step(4 - inside_mm, 3.0)
    blood = acute_hu(rng) + texture(rng, head, rng.uniform(1, 6))
    if subacute:  # it dissolves from the rim inwards
        core = soft_step(inside_mm - np.float32(0.25 * radius), 0.5 * radius)
        blood = rng.uniform(38, 46) + np.float32(rng.uniform(3, 18)) * core
    elif kind < 0.27 and radius > 7:
        blood -= np.float32(rng.uniform(8, 20)) * (1 - below_level(rng, head, weight))
    blend(head.hu, blood, weight * np.float32(share(rng, 0.25 if radius < 5 else 0.08)))
    return weight


_KINDS: dict[str, Callable[[np.random.Generator, Head], Field]] = {
    "deep": paint_deep,
    "lobar": paint_lobar,
    "fossa": paint_fossa,
    "contusions": paint_contusions,
    "specks": paint_specks,
    "infarct": paint_infarct,
    "metastases": paint_metastases,
}
