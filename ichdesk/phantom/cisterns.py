"""The spaces of fluid round the brain: sylvian fissures, basal and quadrigeminal cisterns."""

from collections.abc import Sequence

import numpy as np

from ichdesk.phantom.atlas import Rows, Sheet, fade
from ichdesk.phantom.head import Head
from ichdesk.phantom.parts import part


def draw_cisterns(rng: np.random.Generator, head: Head) -> Sheet:
    """Draw all cisterns that the slice meets on a new sheet."""
    sheet = Sheet()
    wide = 0.25 + rng.uniform(0.0, 0.55) + 1.5 * head.plan.atrophy**1.3
    wide *= 1 - 0.5 * head.plan.mass
    _draw_sylvian(part(rng, "sylvian"), head, sheet, wide)
    _draw_behind_the_thalami(part(rng, "thalami"), head, sheet, wide)
    if head.z_mm(0) < -9:
        _draw_around_the_midbrain(rng, head, sheet, wide)
    if head.z_mm(5) < -24:
        _draw_around_the_pons(rng, head, sheet, wide)
    _draw_fissure(part(rng, "fissure"), head, sheet, wide)
    return sheet


def _wiggly(rng: np.random.Generator, points: Sequence[tuple[float, float]], width: float) -> Rows:
    """The points shifted a little, with an uneven half width around `width`."""
    rows = np.column_stack([np.array(points, float), np.full(len(points), width)])
    rows[:, :2] += rng.normal(0, 0.8, (len(points), 2))
    rows[:, 2] *= np.exp(rng.normal(0, 0.45, len(points)))
    rows[[0, -1], 2] *= 0.5
    return rows


def _mirror(rows: Rows, side: int) -> Rows:
    mirrored: Rows = rows * (side, *(1,) * (rows.shape[1] - 1))
    return mirrored


def _draw_sylvian(rng: np.random.Generator, head: Head, sheet: Sheet, wide: float) -> None:
    """The cleft over the insula and the fissures that lead from it to the surface."""
    shown = fade(head.z_mm(-8), 20, -16, 8.0)
    for side in (-1, 1):
        tight = 1 - 0.8 * head.plan.mass if side == head.plan.side else 1.0
        width = max(1.15 * wide * tight * float(np.exp(rng.normal(0, 0.25))), 0.12)
        strength = min(1.0, shown * (0.15 + 0.7 * width))
        if strength < 0.1:
            continue
        cleft = [(36, -25), (39.5, -17), (40.5, -9), (40.5, -1), (38.5, 7), (36, 13)]
        start, stop = int(rng.integers(0, 2)), int(rng.integers(5, 7))
        sheet.stroke(_mirror(_wiggly(rng, cleft[start:stop], 0.8 * width), side), strength)
        for y in rng.choice((-24, -17, -8, 2, 9), size=int(rng.integers(0, 3)), replace=False):
            reach = rng.uniform(48, 68)
            far = y + rng.normal(0, 5)
            path = [(40.0, y), (0.5 * (40 + reach), 0.5 * (y + far)), (reach, far)]
            sheet.stroke(
                _mirror(_wiggly(rng, path, 0.6 * width), side), strength * rng.uniform(0.3, 1)
            )


def _draw_behind_the_thalami(
    rng: np.random.Generator, head: Head, sheet: Sheet, wide: float
) -> None:
    """The smile of the quadrigeminal cistern and the midline cistern over the vermis."""
    shown = fade(head.z_mm(20), 4, -12, 6.0)
    thick = (0.5 + 0.8 * wide) * rng.uniform(0.7, 1.3)
    if shown > 0.1:
        arc, y = rng.uniform(4, 8), rng.uniform(19, 23)
        end = rng.uniform(9, 16)
        path = [(-end, y - arc), (-0.55 * end, y - 0.35 * arc), (0, y)]
        path += [(0.55 * end, y - 0.35 * arc), (end, y - arc)]
        rows = _wiggly(rng, [(float(a), float(b)) for a, b in path], thick)
        rows[[0, -1], 2] *= 0.5
        sheet.stroke(rows, shown * min(1.0, rng.uniform(0.6, 1.0) + 0.3 * wide))
    shown = fade(head.z_mm(28), 14, -18, 5.0)
    if shown > 0.1 and rng.random() < 0.75:
        half, top, long = rng.uniform(1.2, 4.0) * (0.6 + 0.6 * wide), 21.5, rng.uniform(6, 20)
        points = [(0, top), (half, top + 0.35 * long), (0.4, top + long)]
        points += [(-0.4, top + long), (-half, top + 0.35 * long)]
        sheet.blob(np.array(points) + rng.normal(0, 0.6, (5, 2)), shown * rng.uniform(0.5, 1.0))


def _draw_around_the_midbrain(
    rng: np.random.Generator, head: Head, sheet: Sheet, wide: float
) -> None:
    """Suprasellar star, sylvian stems, and ambient cisterns beside the midbrain."""
    shown = fade(head.z_mm(-10), -15, -30, 6.0)
    size = rng.uniform(0.75, 1.15) * (0.75 + 0.4 * wide)
    if shown > 0.1:
        star = np.array([
            (0, -27), (4, -18), (14, -17), (9, -10), (5, -4), (0, -6),
            (-5, -4), (-9, -10), (-14, -17), (-4, -18),
        ], float)  # fmt: skip
        star = (star - (0, -13)) * size + (0, -13) + rng.normal(0, 0.9, star.shape)
        sheet.blob(star, shown * min(1.0, rng.uniform(0.55, 1.0) + 0.2 * wide))
    shown *= min(1.0, 0.45 + 0.5 * wide)
    stem = rng.uniform(13.5, 17)
    for side in (-1, 1):
        tight = 1 - 0.8 * head.plan.mass if side == head.plan.side else 1.0
        width = (0.2 + 0.75 * wide) * tight
        path = [(12, -16), (21, -18), (30, -21), (40, -22), (50, -20)]
        sheet.stroke(_mirror(_wiggly(rng, path[: int(rng.integers(3, 6))], width), side), shown)
        ambient = [(0.6 * stem, -3), (stem, 4), (1.02 * stem, 11), (0.75 * stem, 17), (3, 21)]
        low = fade(head.z_mm(8), -10, -26, 5.0) * min(1.0, 0.4 + 0.6 * wide)
        rows = _wiggly(rng, [(float(a), float(b)) for a, b in ambient], 0.8 * width)
        sheet.stroke(_mirror(rows[int(rng.integers(0, 2)) :], side), max(low, 0.05))


def _draw_around_the_pons(rng: np.random.Generator, head: Head, sheet: Sheet, wide: float) -> None:
    """Prepontine cistern, the angles beside it, and the cisterna magna."""
    shown = fade(head.z_mm(5), -30, -60, 5.0) * min(1.0, rng.uniform(0.4, 0.8) + 0.4 * wide)
    arch, width = rng.uniform(-1, 3), (0.6 + 0.9 * wide) * rng.uniform(0.6, 1.4)
    path = [(-22, arch + 10), (-13, arch + 3), (0, arch), (13, arch + 3), (22, arch + 10)]
    sheet.stroke(_wiggly(rng, path, width), shown)
    if head.z_mm(60) < -34 and rng.random() < 0.6:
        half = rng.uniform(2, 9)
        points = np.array([(0, 56), (half, 66), (0.8 * half, 80), (-0.8 * half, 80), (-half, 66)])
        sheet.blob(points + rng.normal(0, 1.2, points.shape), rng.uniform(0.5, 1))


def _draw_fissure(rng: np.random.Generator, head: Head, sheet: Sheet, wide: float) -> None:
    """The cleft between the hemispheres, gaping in front in the old."""
    gape = wide * rng.uniform(0.3, 1.1)
    callosum_front = -90.0 if head.z_mm(-40) < -30 else -43.0 if head.z_mm(-40) < 36 else 0.0
    front = [(0, -84), (0, -72), (0, -60), (0, min(-50.0, callosum_front)), (0, callosum_front)]
    strength = min(1.0, 0.3 + 0.7 * gape)
    if callosum_front > -80:
        rows = _wiggly(rng, [(float(a), float(b)) for a, b in front], gape)
        rows[:, 0] *= 0.4
        sheet.stroke(rows, strength)
    callosum_back = 36.0 if head.z_mm(40) < 36 else 0.0
    if head.z_mm(50) > -12:
        back = [(0, callosum_back), (0, 55.0), (0, 70.0), (0, 84.0)]
        rows = _wiggly(rng, [(float(a), float(b)) for a, b in back], 0.6 * gape)
        rows[:, 0] *= 0.4
        sheet.stroke(rows, 0.8 * strength)
