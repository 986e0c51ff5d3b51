"""What lies in front of the cavity on low slices: frontal sinus, orbits, ethmoid cells."""

import numpy as np

from ichdesk.phantom.fields import Field, blend, capsule, ellipse, smooth_field, soft_step
from ichdesk.phantom.head import Head


def draw_front(rng: np.random.Generator, head: Head) -> None:
    """Draw the face or the frontal sinus, whichever the front of the slice meets."""
    z = head.z_mm(-80)
    if z < -20 + rng.normal(0, 3):
        _draw_face(rng, head)
    elif z < 14 and rng.random() < 0.45:
        _draw_frontal_sinus(rng, head)


def _draw_frontal_sinus(rng: np.random.Generator, head: Head) -> None:
    """Air with septa inside the frontal bone, which bulges over it."""
    x, y = head.head_x_mm, head.head_y_mm + np.float32(head.half_mm[1])
    low = float(np.clip((8 - head.z_mm(-80)) / 26, 0, 1))
    reach, deep = rng.uniform(8, 16) + 20 * low * rng.random(), rng.uniform(1.6, 2.8) + 1.8 * low
    center = (float(rng.normal(0, 4)), -rng.uniform(0.5, 1.5) - 0.65 * deep)
    arch = y - x * x * np.float32(rng.uniform(0.0075, 0.011))
    wavy = np.float32(1.6) * smooth_field(rng, head.size_px, 18)
    skin = soft_step(ellipse(x, arch, center, (reach + 16, deep + 6.0)), head.edge_mm)
    blend(head.hu, float(rng.uniform(0, 50)), skin * (head.hu < -300))
    bone = soft_step(ellipse(x, arch, center, (reach + 8, deep + 2.6)) + wavy, head.edge_mm)
    bone *= 1 - head.cavity
    blend(head.hu, 1000.0, bone)
    air = soft_step(ellipse(x, arch, center, (reach, deep)) + wavy, head.edge_mm)
    septa = np.abs(smooth_field(rng, head.size_px, 13)) - np.float32(rng.uniform(0.0, 0.18))
    blend(head.hu, -1000.0, air * soft_step(septa, 0.15) * (1 - head.cavity))


def _draw_face(rng: np.random.Generator, head: Head) -> None:
    """Orbits in their walls, ethmoid cells between them, the nose in front."""
    outside, edge, size = 1 - head.cavity, head.edge_mm, head.size_px
    x, y = head.head_x_mm, head.head_y_mm + np.float32(head.half_mm[1])
    mirrored: Field = np.abs(x - np.float32(rng.normal(0, 1)))
    low = float(np.clip((-18 - head.z_mm(-80)) / 20, 0, 1))
    center = (rng.uniform(28, 34), rng.uniform(-11, -3) - 5 * low)
    flesh = rng.uniform(-70, 20) + np.float32(40) * smooth_field(rng, size, 12)
    soft = np.maximum(ellipse(x, y, (0, 8), (60, 44)), ellipse(x, y, (0, -32), (12, 14 + 6 * low)))
    blend(head.hu, np.minimum(flesh, 60), soft_step(soft, edge) * outside * (head.hu < -300))
    wall = ellipse(mirrored, y, center, (23, 27), 0.35)
    wall += np.float32(1.2) * smooth_field(rng, size, 18)
    lateral = np.minimum(wall, y + np.float32(rng.uniform(2, 14)))
    blend(head.hu, 900.0, soft_step(lateral, edge) * outside)
    orbit = soft_step(ellipse(mirrored, y, center, (19, 23), 0.35), edge) * outside
    blend(head.hu, float(rng.uniform(-105, -70)), orbit)
    _draw_eyes(rng, head, (x, y), (mirrored, orbit), center)
    nose = ellipse(x, y, (0, -8), (rng.uniform(9, 14), rng.uniform(22, 36)))
    nose = soft_step(nose + np.float32(0.9) * smooth_field(rng, size, 20), edge) * outside
    blend(head.hu, float(rng.uniform(300, 800)), nose)
    cells = np.abs(smooth_field(rng, size, 26)) - np.float32(rng.uniform(0.05, 0.3))
    blend(head.hu, -950.0, nose * soft_step(cells, 0.25))


def _draw_eyes(
    rng: np.random.Generator,
    head: Head,
    place: tuple[Field, Field],
    orbit: tuple[Field, Field],
    center: tuple[float, float],
) -> None:
    """Muscles and nerve behind, globe with lens in front; tilted slices miss one or both."""
    (x, y), (mirrored, inside) = place, orbit
    cx, cy = center[0] + 1, center[1] - 8
    for dx in (-9.5, 0.0, 9.5):
        end = (cx - 8 + 0.3 * dx, cy + 27)
        cord = soft_step(capsule(mirrored, y, (cx + dx, cy + 8), end, (1.8, 1.6)), head.edge_mm)
        blend(head.hu, float(rng.uniform(25, 50)), cord * inside * np.float32(rng.uniform(0.1, 1)))
    radius = rng.uniform(9, 13)
    globe = ellipse(mirrored, y, (cx, cy), (radius, radius))
    shown = (rng.random(2) < 0.85).astype(np.float32)
    seen = soft_step(globe, head.edge_mm) * np.where(x < 0, shown[0], shown[1])
    blend(head.hu, float(rng.uniform(35, 60)), seen)
    blend(head.hu, float(rng.uniform(5, 18)), seen * soft_step(globe - 1.3, head.edge_mm))
    if rng.random() < 0.5:
        lens = ellipse(mirrored, y, (cx, cy - radius + 3), (4.5, 2.0))
        blend(head.hu, float(rng.uniform(60, 100)), seen * soft_step(lens, head.edge_mm))
