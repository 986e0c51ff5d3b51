"""Injury and surgery: swollen scalp, fractures, openings in the skull, air, catheters, metal."""

import numpy as np

from ichdesk.phantom.fields import Field, blend, capsule, length, smooth_field, soft_step
from ichdesk.phantom.head import Head

_METAL_HU = 2500.0


def draw_surgery(rng: np.random.Generator, head: Head) -> None:
    """Injury in every fifth slice, surgery in every seventh; one operation leaves many traces."""
    if rng.random() < 0.18:
        _draw_scalp_swelling(rng, head)
    if rng.random() < 0.05:
        _draw_fracture(rng, head)
    chance = float(rng.random())
    if chance < 0.09:
        _draw_opened_skull(rng, head)
    elif chance < 0.14:
        _draw_catheter(rng, head)
    elif chance < 0.155:
        _draw_clip(rng, head)
    elif chance < 0.17:
        _draw_trapped_air(rng, head, _toward(rng, head, rng.uniform(-2.2, -0.9), 0.9))


def _toward(rng: np.random.Generator, head: Head, angle: float, spread: float) -> Field:
    """Weight of a direction seen from the middle of the head: 1 on its axis, 0 from `spread` on."""
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    rho = length(head.head_x_mm, head.head_y_mm) + np.float32(1e-3)
    near = (head.head_x_mm * cos + head.head_y_mm * sin) / rho
    wobble = np.float32(0.02) * smooth_field(rng, head.size_px, 14)
    floor = np.float32(np.cos(spread))
    weight: Field = np.clip((near + wobble - floor) / (1 - floor), 0, 1)
    return weight.astype(np.float32, copy=False)


def _between_skin_and_brain(head: Head) -> Field:
    """Weight of the bone: of what is dense and outside the inner table."""
    weight: Field = soft_step(head.hu - np.float32(150), 150.0)
    weight *= head.depth_mm < 1
    return weight


def _draw_scalp_swelling(rng: np.random.Generator, head: Head) -> None:
    """A lump outside the skull, flat or round, gray or bright: blood, but not inside the head."""
    around = _toward(rng, head, rng.uniform(-np.pi, np.pi), rng.uniform(0.35, 1.3))
    bump = around ** np.float32(rng.uniform(0.4, 1.2)) * np.float32(rng.uniform(2.5, 14))
    bump *= 1 + np.float32(rng.uniform(0, 0.3)) * smooth_field(rng, head.size_px, 9)
    soft = soft_step(head.scalp_mm + bump, head.edge_mm) * (head.hu < 70) * (head.depth_mm < -1)
    weight = (soft * np.clip(around * 6, 0, 1)).astype(np.float32)
    value = rng.uniform(5, 62) + np.float32(rng.uniform(3, 18)) * smooth_field(
        rng, head.size_px, int(rng.integers(10, 34))
    )
    blend(head.hu, value, weight)
    skin = soft_step(1.2 - np.abs(head.scalp_mm + bump - 1), head.edge_mm) * weight
    blend(head.hu, float(rng.uniform(20, 60)), skin)
    head.mark("swelling", weight)


def _draw_fracture(rng: np.random.Generator, head: Head) -> None:
    """One to three thin dark lines through the bone."""
    for _ in range(int(rng.integers(1, 4))):
        gap = _toward(rng, head, rng.uniform(-np.pi, np.pi), rng.uniform(0.008, 0.025))
        blend(head.hu, float(rng.uniform(20, 120)), (gap > 0) * _between_skin_and_brain(head))


def _draw_opened_skull(rng: np.random.Generator, head: Head) -> None:
    """A burr hole, a flap put back, or a piece of skull that is missing or replaced."""
    angle = rng.uniform(-np.pi, np.pi) if rng.random() < 0.3 else rng.choice((0, np.pi))
    angle = float(angle + rng.normal(0, 0.5))
    chance = float(rng.random())
    spread = rng.uniform(0.06, 0.11) if chance < 0.22 else rng.uniform(0.35, 0.95)
    around = _toward(rng, head, angle, spread)
    bone = _between_skin_and_brain(head)
    if chance < 0.22:
        _cut(rng, head, bone * np.clip(around * 4, 0, 1))
    elif chance < 0.62:
        _draw_flap(rng, head, angle, spread)
    else:
        _draw_missing_bone(rng, head, bone * np.clip(around * 30, 0, 1), around, chance > 0.82)
    if rng.random() < 0.45:
        _draw_staples(rng, head, around)
    if rng.random() < 0.35:
        _draw_trapped_air(rng, head, around)
    if rng.random() < 0.4:  # the lesion that was operated on has left a hole
        scar = soft_step(np.float32(rng.uniform(4, 30)) - head.depth_mm, 5.0) * around * head.cavity
        head.hu += scar * np.minimum(rng.uniform(8, 22) - head.hu, 0) * (head.hu < 60)
        head.mark("edema", scar)


def _cut(rng: np.random.Generator, head: Head, gap: Field) -> None:
    gap = gap.astype(np.float32, copy=False)
    blend(head.hu, float(rng.uniform(-10, 50)), gap)
    head.mark("surgery", gap)


def _draw_flap(rng: np.random.Generator, head: Head, angle: float, spread: float) -> None:
    """Two thin gaps around a piece of bone, with small plates over them and a step."""
    for side in (-1, 1):
        cut = _toward(rng, head, angle + side * spread, rng.uniform(0.02, 0.06))
        _cut(rng, head, np.clip(cut * 5, 0, 1) * _between_skin_and_brain(head))
        if rng.random() < 0.6:
            near = _toward(rng, head, angle + side * spread, 0.12) > 0
            plate = soft_step(np.float32(1) - np.abs(head.scalp_mm - 4), head.edge_mm) * near
            plate *= head.depth_mm < -2
            blend(head.hu, float(rng.uniform(1200, 2600)), plate)
            head.mark("surgery", plate)
    if rng.random() < 0.5:  # thickened dura and fluid under the flap
        under = _toward(rng, head, angle, spread) ** np.float32(0.3)
        thick = under * np.float32(rng.uniform(1, 6))
        film = soft_step((thick - head.depth_mm).astype(np.float32), 2.0) * head.cavity
        blend(head.hu, float(rng.uniform(8, 34)), film * (under > 0))


def _draw_missing_bone(
    rng: np.random.Generator, head: Head, gap: Field, around: Field, replaced: bool
) -> None:
    """A wide gap with sunken or bulging brain, or a dense even plate in its place."""
    if replaced:
        plate = float(rng.choice((rng.uniform(90, 300), rng.uniform(900, 2400))))
        blend(head.hu, plate, gap.astype(np.float32))
        head.mark("surgery", gap.astype(np.float32))
        return
    _cut(rng, head, gap)
    brain = around * np.float32(rng.uniform(-6, 16)) - np.abs(head.depth_mm)
    if rng.random() < 0.6:
        bulge = soft_step(brain, 2.0) * (head.scalp_mm > 2)
        blend(head.hu, float(rng.uniform(14, 36)), bulge.astype(np.float32))
    else:
        sunken = soft_step(around * np.float32(rng.uniform(3, 12)) - head.depth_mm, 2.0)
        blend(head.hu, float(rng.uniform(-20, 30)), sunken * head.cavity * (around > 0))


def _draw_staples(rng: np.random.Generator, head: Head, around: Field) -> None:
    """Metal dots in a row on the skin."""
    dots = soft_step(smooth_field(rng, head.size_px, 44) - np.float32(1.3), 0.4)
    skin = np.clip(1 - np.abs(head.scalp_mm) / 2.2, 0, 1)
    weight = (dots * skin * (around > 0)).astype(np.float32)
    blend(head.hu, _METAL_HU, weight)
    head.mark("surgery", weight)


def _draw_trapped_air(rng: np.random.Generator, head: Head, around: Field) -> None:
    """Air under the bone: a film, or a few bubbles."""
    film = soft_step(around * np.float32(rng.uniform(1.5, 8)) - head.depth_mm, head.edge_mm)
    spotty = smooth_field(rng, head.size_px, int(rng.integers(8, 26)))
    spots = soft_step(spotty - np.float32(rng.uniform(0, 1.1)), 0.3)
    weight = film * spots * head.cavity * (around > 0)
    blend(head.hu, -950.0, weight)
    head.mark("surgery", weight)


def _draw_catheter(rng: np.random.Generator, head: Head) -> None:
    """A shunt or drain from the side or front to the ventricle, or a short pressure probe.

    It runs through the slices aslant, so that often only a piece or a dot of it is seen.
    """
    side = float(rng.choice((-1, 1)))
    end = (side * rng.uniform(-3, 10), rng.uniform(-28, 6))
    frontal = rng.random() < 0.6
    entry = (side * rng.uniform(20, 34), -66.0) if frontal else (side * 52.0, rng.uniform(15, 45))
    near, far = sorted(rng.uniform(0, 1, 2))
    line = [(end[0] + t * (entry[0] - end[0]), end[1] + t * (entry[1] - end[1]))
            for t in (near, far if rng.random() < 0.6 else near)]  # fmt: skip
    wide = rng.uniform(0.9, 1.7)
    inside = capsule(head.x_mm, head.y_mm, line[0], line[1], (wide, wide))
    if rng.random() < 0.5:  # a dark track of lost brain beside it
        track = soft_step(inside + np.float32(rng.uniform(1, 5)), 4.0) * head.cavity
        head.hu += track * np.minimum(rng.uniform(10, 24) - head.hu, 0) * (head.hu < 60)
        head.mark("edema", track)
    weight = soft_step(inside, head.edge_mm) * head.cavity
    blend(head.hu, float(rng.uniform(110, 900)), weight)
    head.mark("surgery", weight)


def _draw_clip(rng: np.random.Generator, head: Head) -> None:
    """A metal clip, or the ball of coils in an aneurysm; the scanner adds the streaks."""
    start = (rng.uniform(-30, 30), rng.uniform(-40, 10))
    end = (start[0] + rng.normal(0, 5), start[1] + rng.normal(0, 5))
    radius = rng.uniform(0.8, 1.6) if rng.random() < 0.6 else rng.uniform(3, 7)
    if radius > 2:
        end = start
    inside = capsule(head.x_mm, head.y_mm, start, end, (radius, radius))
    weight = soft_step(inside, head.edge_mm) * head.cavity
    blend(head.hu, _METAL_HU + 500, weight)
    head.mark("surgery", weight)
