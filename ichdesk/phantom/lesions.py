"""The five kinds of hemorrhage as shapes; each painter changes the picture and returns a weight."""

from collections.abc import Callable

import numpy as np

from ichdesk.phantom.fields import Field, blend, capsule, ellipse, smooth_field, soft_step
from ichdesk.phantom.head import Head

HEMORRHAGE_TYPES = (
    "intraparenchymal",
    "intraventricular",
    "subdural",
    "epidural",
    "subarachnoid",
)
"""The labels of the RSNA hemorrhage data, without "any"."""

Painter = Callable[[np.random.Generator, Head], Field]


def _acute_hu(rng: np.random.Generator) -> float:
    """Density of fresh blood: mostly 49 to 70, sometimes faint."""
    return float(rng.uniform(49, 70) if rng.random() < 0.85 else rng.uniform(42, 50))


def _texture(rng: np.random.Generator, head: Head, amount_hu: float) -> Field:
    """Clots are not even: a slow and a fine unevenness around zero."""
    coarse = smooth_field(rng, head.size_px, 12)
    texture: Field = np.float32(amount_hu) * (
        coarse + np.float32(0.5) * smooth_field(rng, head.size_px, 34)
    )
    return texture


def paint_intraparenchymal(rng: np.random.Generator, head: Head) -> Field:
    """One to three ragged clots inside the brain, deep or lobar, often with a dark edema rim."""
    total = np.zeros_like(head.hu)
    side = head.plan.side
    scattered = rng.random() < 0.25
    for _ in range(int(rng.integers(2, 5)) if scattered else 1 + int(rng.random() < 0.2)):
        center = _clot_center(rng, head, side)
        radius = _clot_radius_mm(rng, head) * (0.45 if scattered else 1.0)
        inside = ellipse(
            head.x_mm,
            head.y_mm,
            center,
            (radius * rng.uniform(0.7, 1.1), radius * rng.uniform(0.9, 1.6)),
            rng.uniform(-1.2, 1.2),
        )
        ragged = min(radius * 0.3, 5.0) * rng.uniform(0.4, 1.6)
        if rng.random() < 0.4:  # a second lobe
            turn, reach = rng.uniform(0, 2 * np.pi), radius * rng.uniform(0.7, 1.3)
            other = (center[0] + reach * np.cos(turn), center[1] + reach * np.sin(turn))
            lobe = ellipse(head.x_mm, head.y_mm, other, tuple(radius * rng.uniform(0.4, 0.9, 2)))
            np.maximum(inside, lobe, out=inside)
        inside += np.float32(ragged) * smooth_field(rng, head.size_px, int(rng.integers(12, 26)))
        inside += np.float32(0.4 * ragged) * smooth_field(rng, head.size_px, 40)
        np.maximum(total, _paint_clot(rng, head, inside, radius), out=total)
        if rng.random() < 0.15:
            side = -side
    return total


def _clot_center(rng: np.random.Generator, head: Head, side: int) -> tuple[float, float]:
    """Deep gray matter in a third of the cases, else anywhere in the lobes, in brain mm."""
    choice, level = rng.random(), head.plan.level
    if level == "posterior":
        return side * float(rng.uniform(3, 38)), float(rng.uniform(28, 60))
    if choice < 0.35 and level in ("ventricle", "body"):
        return side * float(rng.uniform(12, 32)), float(rng.uniform(-22, 22))
    if choice < 0.55:  # contusions sit at the frontal and temporal poles
        return side * float(rng.uniform(4, 40)), float(rng.uniform(-70, -40))
    angle, reach = rng.uniform(0, np.pi), np.sqrt(rng.uniform(0.05, 0.72))
    return side * float(64 * reach * np.sin(angle)), float(80 * reach * np.cos(angle))


def _clot_radius_mm(rng: np.random.Generator, head: Head) -> float:
    """Many small, few large: 2.5 to about 26 mm."""
    return float(2.5 + 9 * rng.random() ** 1.2 + 15 * head.plan.mass * rng.random())


def _paint_clot(rng: np.random.Generator, head: Head, inside: Field, radius: float) -> Field:
    edge = head.edge_mm
    weight = soft_step(inside, edge * rng.uniform(0.8, 2.5)) * head.cavity
    if rng.random() < 0.7:
        rim = rng.uniform(0.15, 0.6) * radius + rng.uniform(0, 3)
        wavy = inside + rim + np.float32(1.0) * smooth_field(rng, head.size_px, 10)
        head.hu -= np.float32(rng.uniform(5, 14)) * soft_step(wavy, rim + edge) * head.cavity
    blood = _acute_hu(rng) + _texture(rng, head, rng.uniform(1, 5))
    if radius > 9 and rng.random() < 0.15:  # unclotted blood on top of settled cells
        level_y = rng.uniform(-0.4, 0.4) * radius
        blood -= np.float32(rng.uniform(8, 25)) * soft_step(level_y - _local_y(head, inside), 3.0)
    blend(head.hu, blood, weight)
    return weight


def _local_y(head: Head, inside: Field) -> Field:
    """Scanner y around the deepest point of a shape, down positive, for fluid levels."""
    row, column = np.unravel_index(int(np.argmax(inside)), inside.shape)
    local: Field = head.image_y_mm - head.image_y_mm[row, column]
    return local


def paint_intraventricular(rng: np.random.Generator, head: Head) -> Field:
    """Blood inside the ventricles: a cast, a clot in one horn, or settled with a fluid level."""
    ventricle = head.csf["ventricle"]
    way = rng.random()
    if way < 0.25:
        part = np.ones_like(ventricle)
        if rng.random() < 0.5:
            part = soft_step(head.x_mm * np.float32(head.plan.side), 3.0)
    elif way < 0.62:
        surface = rng.uniform(14, 36)  # settles in the occipital horns of a lying patient
        if not np.any(ventricle * (head.y_mm > surface)):
            surface = -30.0
        part = soft_step(head.y_mm - np.float32(surface), rng.uniform(1.0, 3.0))
        if rng.random() < 0.4:
            part *= soft_step(head.x_mm * np.float32(head.plan.side), 3.0)
    else:
        part = _clot_in(rng, head, ventricle)
    weight = ventricle * part
    grow = 1.15 if way < 0.25 else 1.0
    np.clip(weight * np.float32(grow), 0, 1, out=weight)
    blend(head.hu, _acute_hu(rng) + _texture(rng, head, rng.uniform(1, 4)), weight)
    return weight


def _clot_in(rng: np.random.Generator, head: Head, place: Field) -> Field:
    """Weight of a blob around a random point of `place`."""
    candidates = np.flatnonzero(place > 0.6)
    if candidates.size == 0:
        candidates = np.array([int(np.argmax(place))])
    row, column = np.unravel_index(int(rng.choice(candidates)), place.shape)
    center = (float(head.x_mm[row, column]), float(head.y_mm[row, column]))
    radii = (rng.uniform(4, 14), rng.uniform(5, 18))
    blob = ellipse(head.x_mm, head.y_mm, center, radii)
    return soft_step(blob + np.float32(1.5) * smooth_field(rng, head.size_px, 12), 3.0)


def _around(rng: np.random.Generator, head: Head) -> tuple[float, Field]:
    """An angle on the side of the lesion and every pixel's angular distance from it (radians)."""
    angle = rng.uniform(-1.25, 1.15) if head.plan.side > 0 else np.pi - rng.uniform(-1.25, 1.15)
    theta = np.arctan2(head.head_y_mm, head.head_x_mm)
    distance = np.abs(np.mod(theta - np.float32(angle) + np.pi, 2 * np.pi) - np.float32(np.pi))
    return float(angle), distance


def paint_subdural(rng: np.random.Generator, head: Head) -> Field:
    """A crescent under the skull, fresh or old, now and then along the falx instead or as well."""
    total = np.zeros_like(head.hu)
    falx = rng.random() < 0.15
    if not falx or rng.random() < 0.5:
        np.maximum(total, _paint_crescent(rng, head), out=total)
    if falx:
        width = rng.uniform(0.9, 2.6)
        front = rng.random() < 0.5 and head.plan.level != "vertex"
        ends = (-90, rng.uniform(-45, -38)) if front else (rng.uniform(30, 42), 90)
        offset = head.plan.side * width * 0.7
        line = capsule(head.x_mm, head.y_mm, (offset, ends[0]), (offset, ends[1]), (width, width))
        weight = soft_step(line, head.edge_mm) * head.cavity
        blend(head.hu, _acute_hu(rng), weight)
        np.maximum(total, weight, out=total)
    return total


def _paint_crescent(rng: np.random.Generator, head: Head) -> Field:
    _, away = _around(rng, head)
    spread = rng.uniform(0.5, 1.5)
    thickest = 2.2 + 5.5 * rng.random() ** 1.3 + 10 * head.plan.mass * rng.random()
    profile = np.sqrt(np.clip(1 - (away / np.float32(spread)) ** 2, 0, 1)) * np.float32(thickest)
    profile *= 1 + np.float32(0.14) * smooth_field(rng, head.size_px, 10)
    weight = soft_step(profile - head.depth_mm, head.edge_mm) * head.cavity
    weight *= soft_step(profile - 0.6, 0.8)
    age = rng.random()
    if age < 0.68:
        blood = _acute_hu(rng) + _texture(rng, head, rng.uniform(1, 5))
    elif age < 0.86:  # mixed: old on top, fresh settled behind
        surface = rng.uniform(-25, 35)
        settled = soft_step(head.image_y_mm - np.float32(surface), rng.uniform(2, 25))
        blood = rng.uniform(20, 36) + np.float32(rng.uniform(18, 38)) * settled
        blood = blood + _texture(rng, head, rng.uniform(1, 6))
    else:  # subacute to chronic
        blood = rng.uniform(17, 44) + _texture(rng, head, rng.uniform(1, 4))
    blend(head.hu, blood, weight)
    return weight


def paint_epidural(rng: np.random.Generator, head: Head) -> Field:
    """A lens between skull and dura: the part of a disc centered outside that reaches inside."""
    angle, away = _around(rng, head)
    on_rim = np.where(away < 0.03, np.abs(head.depth_mm), np.float32(1e3))
    row, column = np.unravel_index(int(np.argmin(on_rim)), on_rim.shape)
    deep = 4 + 8 * rng.random() + 10 * head.plan.mass * rng.random()
    disc = rng.uniform(22, 48)
    center = (
        float(head.head_x_mm[row, column] + (disc - deep) * np.cos(angle)),
        float(head.head_y_mm[row, column] + (disc - deep) * np.sin(angle)),
    )
    inside = ellipse(head.head_x_mm, head.head_y_mm, center, (disc, disc))
    inside += np.float32(0.5) * smooth_field(rng, head.size_px, 9)
    weight = soft_step(inside, head.edge_mm) * head.cavity
    blood = _acute_hu(rng) + _texture(rng, head, rng.uniform(1, 6))
    if rng.random() < 0.2:  # the swirl of active bleeding
        blood -= np.float32(rng.uniform(8, 25)) * _clot_in(rng, head, weight)
    blend(head.hu, blood, weight)
    return weight


def paint_subarachnoid(rng: np.random.Generator, head: Head) -> Field:
    """Blood in place of fluid in some of the sulci and cisterns, so that they turn bright."""
    cistern, sulcus = head.csf["cistern"], head.csf["sulcus"]
    gyri = np.abs(smooth_field(rng, head.size_px, int(rng.integers(13, 18))))
    width = rng.uniform(0.5, 1.3)
    reach = rng.uniform(12, 22)
    lines = soft_step(np.float32(width) - gyri * np.float32(4.0), 1.4 * head.edge_mm)
    lines *= soft_step(reach - head.depth_mm, 6.0) * head.cavity
    both = np.maximum(sulcus, lines)
    way, level = rng.random(), head.plan.level
    if level in ("basal", "posterior") and way < 0.6:
        weight = _region(rng, head) * both * np.float32(0.8)
        np.maximum(_thicken(cistern), weight, out=weight)
    elif level == "ventricle" and way < 0.4:
        one_side = soft_step(head.x_mm * np.float32(head.plan.side) - 8, 6.0)
        weight = _thicken(cistern) * one_side
    else:
        weight = _region(rng, head) * np.maximum(both, cistern)
    blood = rng.uniform(42, 66) + _texture(rng, head, rng.uniform(1, 5))
    blend(head.hu, blood, weight * np.float32(rng.uniform(0.75, 1.0)))
    return weight


def _thicken(weight: Field) -> Field:
    """Cisterns full of blood look wider than empty ones."""
    wide: Field = np.clip(weight * np.float32(1.4), 0, 1).astype(np.float32)
    return wide


def _region(rng: np.random.Generator, head: Head) -> Field:
    """Weight of the part of the brain surface over which the blood has spread."""
    _, away = _around(rng, head)
    return soft_step(np.float32(rng.uniform(0.25, 0.95)) - away, 0.3)


PAINTERS: dict[str, Painter] = {
    "intraparenchymal": paint_intraparenchymal,
    "intraventricular": paint_intraventricular,
    "subdural": paint_subdural,
    "epidural": paint_epidural,
    "subarachnoid": paint_subarachnoid,
}
