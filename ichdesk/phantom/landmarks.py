"""Ventricles, cisterns, deep nuclei, falx, sinuses and skull base, by slice level."""

from collections.abc import Callable

import numpy as np

from ichdesk.phantom.fields import Field, blend, capsule, ellipse, polyline, smooth_field, soft_step
from ichdesk.phantom.head import Head

_CSF_HU = (2.0, 11.0)
_FACE_CHANCE = {"vertex": 0.0, "body": 0.0, "ventricle": 0.16, "basal": 0.75, "posterior": 1.0}
_SINUS_CHANCE = {"vertex": 0.0, "body": 0.12, "ventricle": 0.45, "basal": 0.15, "posterior": 0.0}


def draw_landmarks(rng: np.random.Generator, head: Head) -> None:
    """Draw everything that belongs to the level of the slice, from the brain outwards."""
    zero = np.zeros_like(head.hu)
    head.csf["ventricle"], head.csf["cistern"] = zero, zero.copy()
    _LEVEL_PAINTERS[head.plan.level](rng, head)
    _draw_falx(rng, head)
    _draw_calcifications(rng, head)
    chance = rng.random()
    if chance < _FACE_CHANCE[head.plan.level]:
        _draw_face(rng, head)
    elif chance > 1 - _SINUS_CHANCE[head.plan.level]:
        _draw_frontal_sinus(rng, head)


def _swell(rng: np.random.Generator, head: Head) -> float:
    """How much wider than a young person's the ventricles are, 0.6 to about 3."""
    hydrocephalus = rng.uniform(0.5, 1.6) if rng.random() < 0.08 else 0.0
    return float(rng.uniform(0.65, 1.2) + 1.3 * head.plan.atrophy + hydrocephalus)


def _fill(rng: np.random.Generator, head: Head, place: str, inside_mm: Field) -> None:
    blur = rng.uniform(1.0, 3.0) * head.edge_mm  # thick slices smear what is slanted
    weight = soft_step(inside_mm, blur) * head.cavity * np.float32(rng.uniform(0.75, 1.0))
    np.maximum(head.csf[place], weight, out=head.csf[place])
    blend(head.hu, float(rng.uniform(*_CSF_HU)), weight)


def _nucleus(head: Head, delta_hu: float, inside_mm: Field) -> None:
    head.hu += np.float32(delta_hu) * soft_step(inside_mm, 3.0)


def _mirrored_x(rng: np.random.Generator, head: Head) -> Field:
    """Distance from the midline in mm, not quite the same on both sides."""
    lean = np.float32(rng.normal(0, 0.05))
    mirrored: Field = np.abs(head.x_mm)
    return mirrored + lean * head.x_mm


def _draw_vertex(rng: np.random.Generator, head: Head) -> None:
    central = rng.uniform(-8, 12)
    x = _mirrored_x(rng, head)
    width = rng.uniform(0.1, 0.7) + head.plan.atrophy
    inside = capsule(x, head.y_mm, (12, central), (50, central - 22), (width, width))
    _fill(rng, head, "cistern", inside)


def _draw_body(rng: np.random.Generator, head: Head) -> None:
    x, y, k = _mirrored_x(rng, head), head.y_mm, _swell(rng, head)
    front, waist, back = rng.uniform(4, 13), rng.uniform(1.5, 4.5), rng.uniform(14, 26)
    points = [
        (front + k, rng.uniform(-44, -34)),
        (waist + k, rng.uniform(-26, -16)),
        (waist + 2 + 1.5 * k, -2),
        (rng.uniform(8, 14) + 2 * k, 16),
        (back + k, rng.uniform(26, 38)),
    ]
    bow = np.float32(0.6) * smooth_field(rng, head.size_px, 8)
    thin = rng.uniform(0.7, 1.3)
    radii = [1.3 * k, 2.3 * k * thin, 2.4 * k * thin, 2.4 * k, rng.uniform(1.0, 3.0) * k]
    inside = polyline(x, y, points, radii) + bow
    _fill(rng, head, "ventricle", inside)
    _nucleus(head, rng.uniform(3, 8), ellipse(x, y, (15 + 2 * k, -12), (4, 13), 0.2))


def _draw_ventricle(rng: np.random.Generator, head: Head) -> None:
    x, y, k = _mirrored_x(rng, head), head.y_mm, _swell(rng, head)
    gray = rng.uniform(3, 9)
    _nucleus(head, gray, ellipse(x, y, (13 + 1.5 * k, -29), (4.5, 8), -0.35))
    _nucleus(head, gray, ellipse(x, y, (27, -8), (5.5, 16), 0.2))
    _nucleus(head, 0.8 * gray, ellipse(x, y, (11, 12), (8, 13), 0.45))
    _fill_sylvian(rng, head, x)
    tips, near, radii = rng.uniform(-42, -33), rng.uniform(1, 4), [1.3 * k, 2.3 * k, 1.9 * k]
    horn = polyline(x, y, [(near, -20), (near + 2 + k, -28), (near + 6 + 3 * k, tips)], radii)
    atrium_x, atrium_y = rng.uniform(19, 25), rng.uniform(26, 32)
    back = polyline(
        x, y,
        [(atrium_x - 3, atrium_y - 9), (atrium_x, atrium_y), (atrium_x + 1, atrium_y + 13)],
        [1.6 * k, 3.0 * k, 1.3 * k],
    )  # fmt: skip
    inside = np.maximum(horn, back) if rng.random() < 0.88 else horn
    third = capsule(x, y, (0, -8), (0, 12), (0.5 + 0.9 * k, 0.8 + 1.0 * k))
    _fill(rng, head, "ventricle", np.maximum(inside, third))
    _fill(rng, head, "cistern", capsule(x, y, (0, 23), (9, 19), (2.0 + k, 0.6)))


def _fill_sylvian(rng: np.random.Generator, head: Head, x: Field) -> None:
    """Sylvian fissure and insular cleft; both gape with atrophy."""
    y, gape = head.y_mm, 0.25 + rng.uniform(0, 0.7) + 2.2 * head.plan.atrophy
    front = rng.uniform(-26, -18)
    points = [(39, front), (42, -6), (40, 12)]
    inside = polyline(x, y, points, [gape, gape, 0.6 * gape])
    outer = capsule(x, y, (42, front + 2), (62, front - 2), (gape, 1.3 * gape))
    wrinkle = np.float32(0.8) * smooth_field(rng, head.size_px, 26)
    _fill(rng, head, "cistern", np.maximum(inside, outer) + wrinkle)


def _draw_basal(rng: np.random.Generator, head: Head) -> None:
    x, y, k = _mirrored_x(rng, head), head.y_mm, _swell(rng, head)
    wide = 0.3 + rng.uniform(0, 1.3) + 1.6 * head.plan.atrophy
    star = polyline(x, y, [(0, -22), (3, -12), (14, -15)], [wide, 2.2 * wide, wide])
    sylvian = polyline(x, y, [(14, -15), (30, -22), (52, -20)], [wide, wide, 1.2 * wide])
    stem = rng.uniform(12, 16)
    ring = wide * 0.6 - np.abs(ellipse(x, y, (0, 9), (stem + 3, stem), 0.0))
    inside = np.maximum(np.maximum(star, sylvian), ring)
    _fill(rng, head, "cistern", inside + np.float32(1.0) * smooth_field(rng, head.size_px, 18))
    horn = capsule(x, y, (29, -4), (32, 16), (0.7 * k, 1.1 * k))
    fourth = ellipse(x, y, (0, 30), (2.0 + 1.6 * k, 1.5 + 1.2 * k))
    _fill(rng, head, "ventricle", np.maximum(horn, fourth) if rng.random() < 0.6 else horn)
    _draw_tentorium(rng, head, x)


def _draw_tentorium(rng: np.random.Generator, head: Head, x: Field) -> None:
    """A thin bright V around the cerebellum, easily taken for blood."""
    width = rng.uniform(0.15, 0.7)
    end = (rng.uniform(38, 52), rng.uniform(42, 56))
    line = capsule(x, head.y_mm, (9, 24), end, (width, width))
    weight = soft_step(line, head.edge_mm) * head.cavity
    blend(head.hu, float(rng.uniform(40, 58)), weight)


def _draw_posterior(rng: np.random.Generator, head: Head) -> None:
    x, y, k = _mirrored_x(rng, head), head.y_mm, _swell(rng, head)
    fourth = ellipse(x, y, (0, rng.uniform(28, 36)), (2.5 + 2 * k, 1.5 + 1.5 * k))
    _fill(rng, head, "ventricle", fourth)
    wide = 0.8 + rng.uniform(0, 1.4)
    _fill(rng, head, "cistern", capsule(x, y, (0, 6), (15, 10), (1.6 * wide, wide)))
    _draw_petrous(rng, head, x)
    band = np.clip(1 - np.abs(y - np.float32(rng.uniform(4, 16))) / 9, 0, 1)
    streak = band * smooth_field(rng, head.size_px, 7) * head.cavity
    head.hu += np.float32(rng.uniform(0, 9)) * streak  # beam hardening between the petrous bones


def _draw_petrous(rng: np.random.Generator, head: Head, x: Field) -> None:
    """Petrous pyramids with mastoid air cells, and the sphenoid wings in front of them."""
    y, size = head.y_mm, head.size_px
    inner, top = rng.uniform(15, 22), rng.uniform(-8, 2)
    points = [(inner, top), (44, top + 17), (64, top + 30)]
    rough = np.float32(1.6) * smooth_field(rng, size, 24)
    petrous = polyline(x, y, points, [3.5, 7.0, 9.0]) + rough
    wing = polyline(x, y, [(8, -26), (34, -34), (62, -30)], [4.0, 2.2, 4.0]) + rough
    bone = soft_step(np.maximum(petrous, wing), head.edge_mm)
    blend(head.hu, float(rng.uniform(600, 1200)), bone)
    cells = soft_step(smooth_field(rng, size, 38) - np.float32(0.3), 0.6)
    air = cells * soft_step(x - np.float32(40), 6.0) * bone
    blend(head.hu, -850.0, air * soft_step(y, 8.0))
    head.csf = {place: weight * (1 - bone) for place, weight in head.csf.items()}


def _draw_falx(rng: np.random.Generator, head: Head) -> None:
    """Interhemispheric fissure, falx and the posterior sagittal sinus."""
    x, y, level = np.abs(head.x_mm), head.y_mm, head.plan.level
    gape = rng.uniform(0.05, 0.7) + 1.5 * head.plan.atrophy
    front_end = {"vertex": 0.0, "body": -42.0, "ventricle": -42.0}.get(level, -40.0)
    back_end = {"vertex": 0.0, "body": 38.0, "ventricle": 34.0}.get(level, 60.0)
    fissure = np.maximum(
        capsule(x, y, (0, -90), (0, front_end), (1.5 * gape, gape)),
        capsule(x, y, (0, back_end), (0, 90), (0.5 * gape, 0.8 * gape)),
    )
    _fill(rng, head, "cistern", fissure + np.float32(0.5) * smooth_field(rng, head.size_px, 20))
    width = rng.uniform(0.0, 0.75)
    lines = np.maximum(
        capsule(x, y, (0, -90), (0, front_end - 6), (width, 0.6 * width)),
        capsule(x, y, (0, back_end + 3), (0, 90), (0.6 * width, 1.2 * width)),
    )
    weight = soft_step(lines, head.edge_mm) * head.cavity
    blend(head.hu, float(rng.uniform(38, 62)), weight)
    if rng.random() < 0.6:  # superior sagittal sinus, a small bright triangle
        sinus = soft_step(np.float32(rng.uniform(2, 5)) - x, 2.0)
        sinus *= soft_step(np.float32(rng.uniform(3, 7)) - head.depth_mm, 2.0) * soft_step(y, 1.0)
        blend(head.hu, float(rng.uniform(42, 62)), sinus * head.cavity)


def _draw_calcifications(rng: np.random.Generator, head: Head) -> None:
    """Choroid plexus, pineal, basal ganglia and falx calcium: bright, small, and normal."""
    x, y, level = head.x_mm, head.y_mm, head.plan.level
    spots: list[tuple[float, float, float]] = []
    if level in ("ventricle", "body") and rng.random() < 0.62:
        for side in (-1, 1):
            if rng.random() < 0.85:
                place = (side * rng.uniform(18, 25), rng.uniform(22, 36))
                spots.append((*place, rng.uniform(0.6, 2.3)))
    if level in ("ventricle", "basal") and rng.random() < 0.5:
        spots.append((rng.normal(0, 0.8), rng.uniform(16, 22), rng.uniform(0.8, 2.2)))
    if level == "ventricle" and rng.random() < 0.08:
        spots += [(side * rng.uniform(18, 21), rng.uniform(-8, 0), 1.8) for side in (-1, 1)]
    if level != "posterior" and rng.random() < 0.12:
        spots.append((0.0, rng.choice([-1, 1]) * rng.uniform(45, 72), rng.uniform(0.8, 2.2)))
    for center_x, center_y, radius in spots:
        stretch = rng.uniform(0.8, 2.2)
        inside = ellipse(x, y, (center_x, center_y), (radius, radius * stretch), rng.normal(0, 0.5))
        weight = soft_step(inside, head.edge_mm) * head.cavity
        blend(head.hu, float(rng.uniform(70, 320)), weight)
        head.mark("calcification", weight)


def _draw_frontal_sinus(rng: np.random.Generator, head: Head) -> None:
    """Air inside a widened frontal bone."""
    half_y = head.half_mm[1]
    x, y = head.head_x_mm, head.head_y_mm
    reach, deep = rng.uniform(8, 32), rng.uniform(3, 8)
    center_y = -half_y - deep * rng.uniform(0.3, 0.7)
    wavy = np.float32(1.5) * smooth_field(rng, head.size_px, 16)
    arch = y + x * x * np.float32(-0.004)
    bone = ellipse(x, arch, (rng.normal(0, 4), center_y), (reach + 7, deep + 4)) + wavy
    weight = soft_step(bone, head.edge_mm) * (1 - head.cavity)
    blend(head.hu, 1000.0, weight)
    air = ellipse(x, arch, (rng.normal(0, 4), center_y), (reach, deep)) + wavy
    septa = soft_step(np.abs(smooth_field(rng, head.size_px, 14)) - np.float32(0.12), 0.2)
    blend(head.hu, -1000.0, soft_step(air, head.edge_mm) * septa * (1 - head.cavity))


def _draw_face(rng: np.random.Generator, head: Head) -> None:
    """Orbits with globes, the bony walls around them, and ethmoid air cells between."""
    outside, edge, size = 1 - head.cavity, head.edge_mm, head.size_px
    front = -head.half_mm[1]
    x, y = head.head_x_mm, head.head_y_mm - np.float32(front)
    mirrored = np.abs(x)
    center = (rng.uniform(25, 31), rng.uniform(-2, 10))
    soft = np.maximum(ellipse(x, y, (0, 8), (62, 36)), ellipse(x, y, (0, -24), (13, 14)))
    flesh = rng.uniform(-70, 20) + np.float32(40) * smooth_field(rng, size, 12)
    blend(head.hu, np.minimum(flesh, 60), soft_step(soft, edge) * outside * (head.hu < -300))
    wall = ellipse(mirrored, y, center, (21, 26), 0.35)
    wall += np.float32(1.2) * smooth_field(rng, size, 18)
    blend(head.hu, 900.0, soft_step(np.minimum(wall, y + rng.uniform(2, 14)), edge) * outside)
    orbit = soft_step(ellipse(mirrored, y, center, (17, 22), 0.35), edge) * outside
    blend(head.hu, float(rng.uniform(-100, -60)), orbit)
    globe = ellipse(mirrored, y, (center[0] + 1, center[1] - 9), (11.5, 11.5))
    shown = rng.random(2) < 0.85
    seen = soft_step(globe, edge) * (shown[0] * (x < 0) + shown[1] * (x >= 0)).astype(np.float32)
    blend(head.hu, float(rng.uniform(25, 55)), seen)
    blend(head.hu, float(rng.uniform(5, 18)), seen * soft_step(globe - 1.5, edge))
    nose = ellipse(x, y, (0, -4), (rng.uniform(10, 15), rng.uniform(20, 30)))
    nose = soft_step(nose + np.float32(0.8) * smooth_field(rng, size, 20), edge) * outside
    blend(head.hu, 500.0, nose)
    cells = soft_step(np.abs(smooth_field(rng, size, 24)) - np.float32(0.16), 0.25)
    blend(head.hu, -950.0, nose * cells)


_LEVEL_PAINTERS: dict[str, Callable[[np.random.Generator, Head], None]] = {
    "vertex": _draw_vertex,
    "body": _draw_body,
    "ventricle": _draw_ventricle,
    "basal": _draw_basal,
    "posterior": _draw_posterior,
}
