"""Subdural blood: crescents under the skull, and sheets along the falx and the tentorium."""

import numpy as np

from ichdesk.phantom.fields import Field, blend, smooth_field, soft_step
from ichdesk.phantom.head import Head
from ichdesk.phantom.hemorrhages.blood import (
    AGES,
    acute_hu,
    aged_blood,
    room,
    share,
    swell_shut,
    texture,
)
from ichdesk.phantom.hemorrhages.trauma import (
    away_from,
    open_skull,
    side_angle,
    swell_scalp,
    trap_air,
)

_AGE_CHANCES = (0.64, 0.05, 0.07, 0.07, 0.08, 0.05, 0.04)
_FALX_CHANCE = {"vertex": 0.3, "body": 0.24, "ventricle": 0.18, "basal": 0.08, "posterior": 0.0}
_TENTORIUM_CHANCE = 0.3


def paint_subdural(rng: np.random.Generator, head: Head) -> Field:
    """A crescent of any age under the skull; now and then blood on a fold of the dura."""
    level, side, place = head.plan.level, head.plan.side, rng.random()
    total = np.zeros_like(head.hu)
    folds = _FALX_CHANCE[level]
    if place < folds:
        total = paint_falx(rng, head)
    elif place < folds + _TENTORIUM_CHANCE and -24 < head.z_mm(35) < 4:
        total = paint_tentorium(rng, head)
    if not total.any() or rng.random() < 0.45:
        np.maximum(total, paint_crescent(rng, head, side), out=total)
        if rng.random() < 0.12:
            np.maximum(total, paint_crescent(rng, head, -side), out=total)
    return total


def paint_crescent(
    rng: np.random.Generator, head: Head, side: int, age: str | None = None
) -> Field:
    """A crescent on one side of the head that ends at the midline.

    Args:
        rng: Source of randomness.
        head: The slice to draw into.
        side: -1 or 1, sign of x.
        age: One of `ichdesk.phantom.hemorrhages.blood.AGES`; random if None.
    """
    backwards, spread, thickest = _extent(rng, head, own=side == head.plan.side)
    away = away_from(head, side_angle(side, backwards))
    profile = _profile_mm(rng, head, away / np.float32(spread), thickest)
    own = soft_step(head.x_mm * np.float32(side) - 1, 1.5)
    blur = rng.uniform(0.9, 4.0 if head.plan.level == "vertex" else 2.2) * head.edge_mm
    weight = soft_step(profile - head.depth_mm, blur) * soft_step(profile - 0.6, 0.8)
    weight *= own * room(head)
    _push_brain(rng, head, profile, own, thickest)
    age = age or str(rng.choice(AGES, p=_AGE_CHANCES))
    if age == "acute" and rng.random() < 0.35:  # hardly above cortex, it merges with the bone
        blood = rng.uniform(47, 58) + texture(rng, head, rng.uniform(0.5, 3))
    else:
        blood = aged_blood(rng, head, weight, age)
    blend(head.hu, blood, weight * np.float32(share(rng, 0.15)))
    _add_injury(rng, head, away, weight, age)
    return weight


def _extent(rng: np.random.Generator, head: Head, *, own: bool) -> tuple[float, float, float]:
    """Where the middle is (radians behind the side), half the length (radians), thickness (mm)."""
    kind, big = rng.random(), 18 * head.plan.mass * rng.random() if own else 4 * rng.random() ** 2
    if kind < 0.45:  # thin, along most of a hemisphere
        return rng.uniform(-0.35, 0.45), rng.uniform(0.9, 1.6), rng.uniform(2.2, 5.5) + 0.4 * big
    if kind < 0.62:  # small
        return rng.uniform(-1.2, 1.2), rng.uniform(0.22, 0.55), rng.uniform(2.0, 4.5)
    return rng.uniform(-0.7, 0.8), rng.uniform(0.55, 1.4), rng.uniform(3.0, 8.0) + big


def _profile_mm(rng: np.random.Generator, head: Head, along: Field, thickest: float) -> Field:
    """Thickness over every direction; `along` is 0 in the middle and 1 at the ends."""
    bow = np.clip(1 - along * along, 0, 1)
    blunt = np.float32(rng.uniform(0.0, 1.0))
    profile: Field = (blunt * np.sqrt(bow) + (1 - blunt) * bow) * np.float32(thickest)
    profile *= 1 + np.float32(0.13) * smooth_field(rng, head.size_px, 9)
    sulci = np.float32(min(0.5, 0.1 * thickest)) * smooth_field(rng, head.size_px, 22)
    profile += sulci * soft_step(profile - 1, 1.0)
    return profile


def _push_brain(
    rng: np.random.Generator, head: Head, profile: Field, own: Field, thickest: float
) -> None:
    """Sulci under the blood close, and the cortex lies under it instead of under the bone."""
    below = head.depth_mm - profile
    under = soft_step(profile - 1, 1.0) * own
    amount = np.float32(rng.uniform(0.4, 1.0) * min(1.0, 0.3 + thickest / 10))
    swell_shut(head, "sulcus", under * amount * soft_step(np.float32(2.5 * thickest) - below, 8.0))
    if thickest > 3.5:
        cortex = np.clip(1 - np.abs(below - np.float32(2)) * np.float32(0.4), 0, 1)
        head.hu += np.float32(rng.uniform(2, 6)) * cortex * under * head.cavity


def _add_injury(rng: np.random.Generator, head: Head, away: Field, weight: Field, age: str) -> None:
    """Swelling over fresh blood or on the other side; a hole and air after an operation."""
    if rng.random() < 0.08:
        open_skull(rng, head, away)
        if rng.random() < 0.7:
            trap_air(rng, head, weight)
    elif age in ("acute", "hyperacute") and rng.random() < 0.3:
        swell_scalp(rng, head, away if rng.random() < 0.6 else np.float32(np.pi) - away)


def paint_falx(rng: np.random.Generator, head: Head) -> Field:
    """Blood on one side of the falx, over part or all of its length, broader at the back."""
    start, end = _falx_ends(rng, head.plan.level)
    y = head.y_mm
    along = np.clip((y - np.float32(start)) * np.float32(1 / (end - start)), 0, 1)
    bow = np.sqrt(along * (1 - along)) * np.float32(2)
    thick = rng.uniform(2.0, 4.5) + 4 * head.plan.mass * rng.random()
    profile = np.float32(thick) * bow * (np.float32(0.55) + np.float32(0.45) * along)
    profile *= 1 + np.float32(0.25) * smooth_field(rng, head.size_px, 14)
    out = head.x_mm * np.float32(head.plan.side)  # from the falx sideways
    inside = np.minimum(out + np.float32(0.7), profile - out)
    weight = soft_step(inside, rng.uniform(0.9, 1.8) * head.edge_mm) * room(head)
    weight *= soft_step(profile - 0.5, 0.8)
    weight *= 1 - head.csf["ventricle"]
    blood = acute_hu(rng) + texture(rng, head, rng.uniform(0.5, 3))
    blend(head.hu, blood, weight * np.float32(share(rng)))
    return weight


def _falx_ends(rng: np.random.Generator, level: str) -> tuple[float, float]:
    """First and last y (mm) of blood on the falx, which has a gap over the corpus callosum."""
    if level == "vertex":
        start = rng.uniform(-85, 20)
        return start, float(rng.uniform(start + 35, 84))
    if rng.random() < 0.35 or level == "basal":
        return rng.uniform(-86, -76), rng.uniform(-52, -42)
    return rng.uniform(32, 48), rng.uniform(76, 86)


def paint_tentorium(rng: np.random.Generator, head: Head) -> Field:
    """A sheet on the tentorium of one side: sharp towards the middle, fading sideways."""
    down = float(np.clip((8 - head.z_mm(35)) / 30, 0.05, 1.0))  # the lower, the wider it opens
    start = (2 + 9 * down, 34 - 16 * down)
    fan = np.arctan2(rng.uniform(24, 36), 12 + 40 * down)  # backwards from straight sideways
    out, back = np.cos(fan), np.sin(fan)
    px = head.x_mm * np.float32(head.plan.side) - np.float32(start[0])
    py = head.y_mm - np.float32(start[1])
    along: Field = px * np.float32(out) + py * np.float32(back)
    up: Field = px * np.float32(back) - py * np.float32(out)
    reach = rng.uniform(20, 28 + 38 * down)
    wide: Field = rng.uniform(2.0, 5.0) + np.float32(rng.uniform(0.0, 0.22)) * along
    wide *= 1 + np.float32(0.2) * smooth_field(rng, head.size_px, 11)
    sheet = soft_step(up + 0.8, head.edge_mm) * soft_step(wide - up, rng.uniform(1.5, 5.0))
    sheet *= soft_step(np.minimum(along, np.float32(reach) - along), 3.0) * room(head)
    blend(head.hu, acute_hu(rng) + texture(rng, head, 2.0), sheet * np.float32(share(rng)))
    return sheet
