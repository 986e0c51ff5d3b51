"""What a scanner adds to a head: headrest, noise, metal, and traces of injury or surgery."""

import numpy as np
from scipy import ndimage

from ichdesk.phantom.fields import Field, blend, capsule, ellipse, smooth_field, soft_step
from ichdesk.phantom.head import Head


def draw_old_lesions(rng: np.random.Generator, head: Head) -> None:
    """Dark areas that are no hemorrhage: old infarcts, leukoaraiosis, a hygroma."""
    chance = rng.random()
    if chance < 0.10:
        angle = rng.uniform(0, 2 * np.pi)
        center = (58 * np.cos(angle), 68 * np.sin(angle))
        inside = ellipse(head.x_mm, head.y_mm, center, tuple(rng.uniform(10, 32, 2)))
        inside += np.float32(2.5) * smooth_field(rng, head.size_px, 10)
        weight = soft_step(inside, rng.uniform(2, 7)) * head.cavity
        head.hu -= np.float32(rng.uniform(4, 17)) * weight
    elif chance < 0.22 and head.plan.level in ("body", "ventricle"):
        patch = ellipse(np.abs(head.x_mm), np.abs(head.y_mm), (17, 34), (12, 15))
        head.hu -= np.float32(rng.uniform(3, 9)) * soft_step(patch, 10.0) * head.cavity
    elif chance < 0.26:
        side = soft_step(head.x_mm * np.float32(rng.choice([-1, 1])), 25.0)
        film = soft_step(side * np.float32(rng.uniform(2, 8)) - head.depth_mm, head.edge_mm)
        blend(head.hu, float(rng.uniform(2, 11)), film * head.cavity)


def draw_surgery(rng: np.random.Generator, head: Head) -> None:
    """Scalp swelling, burr holes, staples, trapped air, catheters and clips, each now and then."""
    if rng.random() < 0.16:
        _draw_scalp_swelling(rng, head)
    if rng.random() < 0.06:
        _draw_bone_gap(rng, head)
    if rng.random() < 0.05:
        _draw_trapped_air(rng, head)
    if head.plan.level in ("ventricle", "body") and rng.random() < 0.05:
        _draw_catheter(rng, head)
    if rng.random() < 0.02:
        _draw_clip(rng, head)


def _sector(rng: np.random.Generator, head: Head, spread: float) -> Field:
    """Weight of a random direction, 1 on its axis and 0 from `spread` radians off."""
    theta = np.arctan2(head.head_y_mm, head.head_x_mm)
    angle = np.float32(rng.uniform(-np.pi, np.pi))
    away = np.abs(np.mod(theta - angle + np.pi, 2 * np.pi) - np.float32(np.pi))
    weight: Field = np.clip(1 - (away / np.float32(spread)) ** 2, 0, 1).astype(np.float32)
    return weight


def _draw_scalp_swelling(rng: np.random.Generator, head: Head) -> None:
    """A bright lump outside the skull: blood, but not inside the head."""
    bump = _sector(rng, head, rng.uniform(0.3, 0.9)) * np.float32(rng.uniform(4, 14))
    outside = soft_step(head.scalp_mm + bump, head.edge_mm) * (head.hu < -30)
    value = rng.uniform(15, 70) + np.float32(12) * smooth_field(rng, head.size_px, 16)
    blend(head.hu, value, outside.astype(np.float32))


def _draw_bone_gap(rng: np.random.Generator, head: Head) -> None:
    spread = rng.uniform(0.03, 0.09) if rng.random() < 0.6 else rng.uniform(0.3, 0.7)
    gap = soft_step(_sector(rng, head, spread) - 0.3, 0.2) * (head.hu > 150) * (head.depth_mm < 1)
    blend(head.hu, float(rng.uniform(-5, 45)), gap.astype(np.float32))
    if rng.random() < 0.6:  # a row of staples over it
        dots = soft_step(smooth_field(rng, head.size_px, 40) - np.float32(1.4), 0.5)
        near = np.clip(1 - np.abs(head.scalp_mm) / 2.5, 0, 1) * (gap.max() > 0)
        near *= _sector(rng, head, rng.uniform(0.4, 1.2)) > 0
        blend(head.hu, 2200.0, (dots * near).astype(np.float32))


def _draw_trapped_air(rng: np.random.Generator, head: Head) -> None:
    front = soft_step(-head.image_y_mm - np.float32(rng.uniform(40, 60)), 4.0)
    film = soft_step(np.float32(rng.uniform(2, 7)) - head.depth_mm, head.edge_mm)
    spotty = soft_step(smooth_field(rng, head.size_px, 12) - np.float32(rng.uniform(0, 0.8)), 0.3)
    blend(head.hu, -900.0, front * film * spotty * head.cavity)


def _draw_catheter(rng: np.random.Generator, head: Head) -> None:
    side = rng.choice([-1, 1])
    end = (side * rng.uniform(2, 9), rng.uniform(-24, -8))
    start = (side * rng.uniform(9, 20), rng.uniform(-46, -32))
    tube = capsule(head.x_mm, head.y_mm, start, end, (1.4, 1.4))
    weight = soft_step(tube, head.edge_mm) * head.cavity
    blend(head.hu, float(rng.uniform(120, 500)), weight)
    head.mark("calcification", weight)


def _draw_clip(rng: np.random.Generator, head: Head) -> None:
    """A metal clip with a star of streaks."""
    cx, cy = rng.uniform(-45, 45), rng.uniform(-50, 50)
    dx, dy = head.x_mm - np.float32(cx), head.y_mm - np.float32(cy)
    rho = np.sqrt(dx * dx + dy * dy)
    rays = np.cos(np.arctan2(dy, dx) * int(rng.integers(4, 9)) + np.float32(rng.uniform(0, 6)))
    inside = head.scalp_mm > 0
    head.hu += np.float32(rng.uniform(30, 150)) * rays * np.exp(-rho / 12) * inside
    weight = soft_step(np.float32(rng.uniform(2, 5)) - rho, head.edge_mm)
    blend(head.hu, 2500.0, weight * head.cavity)
    head.mark("calcification", weight * head.cavity)


def draw_headrest(rng: np.random.Generator, head: Head) -> None:
    """One or two thin arcs under and beside the head, which do not turn with it."""
    if rng.random() < 0.2:
        return
    radius = rng.uniform(92, 125)
    center_y = rng.uniform(6, 16) + head.half_mm[1] + 12 - radius
    x = head.image_x_mm - np.float32(rng.normal(0, 4))
    y = head.image_y_mm - np.float32(center_y)
    rho = np.sqrt(x * x + y * y)
    low = rng.uniform(-0.2, 0.95) * radius
    shown = soft_step(y - np.float32(low), 3.0)
    if rng.random() < 0.45:  # only the sides are dense enough to be seen
        shown *= soft_step(rng.uniform(0.86, 0.98) * radius - y, 3.0)
    arc = soft_step(rng.uniform(0.6, 1.5) - np.abs(rho - np.float32(radius)), head.edge_mm)
    if rng.random() < 0.3:
        second = soft_step(0.5 - np.abs(rho - np.float32(radius + 6)), head.edge_mm)
        arc = np.maximum(arc, second * np.float32(0.3))
    outside = soft_step(-head.scalp_mm - 1, head.edge_mm)
    blend(head.hu, float(rng.uniform(20, 400)), arc * shown * outside)


def scan(rng: np.random.Generator, head: Head) -> Field:
    """Blur and add noise as a scanner does; the picture in HU, (H, W) float32."""
    size, plan = head.size_px, head.plan
    sharp = rng.uniform(0.4, 0.9)  # mm
    hu: Field = ndimage.gaussian_filter(head.hu, sharp / plan.pixel_mm, truncate=2.5)
    grain = rng.standard_normal((size, size), dtype=np.float32)
    smooth = ndimage.gaussian_filter(grain, rng.uniform(0.4, 0.85), truncate=2.5)
    smooth *= np.float32(plan.noise_hu / max(float(smooth.std()), 1e-6))
    inside = np.clip(head.scalp_mm * np.float32(0.5) + 1, 0.15, 1)
    hu += smooth * inside
    cupping = np.float32(rng.uniform(-3, 7)) * np.clip(1 - head.depth_mm / 40, 0, 1) * head.cavity
    return hu + cupping + np.float32(rng.normal(0, 1.2)) * head.cavity
