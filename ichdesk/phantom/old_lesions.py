"""Lesions of the brain that are no hemorrhage, though dark or bright: infarcts, cysts, tumors."""

from collections.abc import Callable

import numpy as np

from ichdesk.phantom.fields import Field, blend, capsule, ellipse, length, smooth_field, soft_step
from ichdesk.phantom.head import Head

_BRAIN_HU = 30.0


def draw_old_lesions(rng: np.random.Generator, head: Head) -> None:
    """One lesion in every third slice or so; white matter disease goes with age."""
    upper = head.plan.level in ("body", "ventricle", "vertex")
    if upper and rng.random() < 0.06 + 0.35 * head.plan.atrophy:
        _draw_leukoaraiosis(rng, head)
    if rng.random() < 0.33:
        _PAINTERS[int(rng.choice(len(_PAINTERS), p=_SHARES))](rng, head)


def _darken(head: Head, value: Field | float, weight: Field) -> None:
    """Move brain towards a lower value; what is darker already stays."""
    head.hu += weight * np.minimum(value - head.hu, 0) * (head.hu < 60)


def _wedge(rng: np.random.Generator, head: Head, spread: float, reach_mm: float) -> Field:
    """Weight of a vascular territory: a sector of the brain as deep as `reach_mm` below the bone.

    Its outline is ragged, and crosses neither the midline nor the bone.
    """
    angle = rng.uniform(-np.pi, np.pi)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    rho = length(head.x_mm, head.y_mm) + np.float32(1)
    along = (head.x_mm * cos + head.y_mm * sin) / rho - np.float32(np.cos(spread))
    ragged = np.float32(rng.uniform(3, 8)) * smooth_field(rng, head.size_px, 9)
    inside = np.minimum(along * np.float32(60), np.float32(reach_mm) - head.depth_mm)
    side = head.x_mm * np.float32(np.sign(cos)) - 2
    inside = np.minimum(inside + ragged, side)
    return soft_step(inside, rng.uniform(2, 9)) * head.cavity


def _draw_old_infarct(rng: np.random.Generator, head: Head) -> None:
    """A sector of lost brain, gray to water-dark, down to the cortex."""
    weight = _wedge(rng, head, rng.uniform(0.15, 0.65), rng.uniform(12, 55))
    weight *= np.float32(rng.uniform(0.5, 1))
    _darken(head, float(rng.uniform(5, 22)), weight)
    head.mark("edema", weight)


def _draw_acute_infarct(rng: np.random.Generator, head: Head) -> None:
    """A sector that is a little darker, without contrast of gray to white, sulci effaced."""
    weight = _wedge(rng, head, rng.uniform(0.3, 0.95), rng.uniform(22, 65))
    effaced = weight * head.csf["sulcus"] * np.float32(rng.uniform(0.4, 1))
    blend(head.hu, _BRAIN_HU - 3, effaced)
    head.csf["sulcus"] = head.csf["sulcus"] - effaced
    _darken(head, float(rng.uniform(18, 28)), weight * np.float32(rng.uniform(0.5, 1)))
    head.mark("edema", weight)


def _draw_lacunes(rng: np.random.Generator, head: Head) -> None:
    """Small dark holes in the deep nuclei and the white matter."""
    for _ in range(int(rng.integers(1, 5))):
        center = (rng.choice((-1, 1)) * rng.uniform(10, 34), rng.uniform(-30, 26))
        radii = (rng.uniform(1.5, 4.5), rng.uniform(1.5, 7))
        angle = rng.uniform(0, 3)
        weight = soft_step(ellipse(head.x_mm, head.y_mm, center, radii, angle), 2.0) * head.cavity
        _darken(head, float(rng.uniform(5, 18)), weight)
        head.mark("edema", weight)


def _draw_porencephaly(rng: np.random.Generator, head: Head) -> None:
    """A water-filled hole from the cortex towards the ventricle, which widens there."""
    side = float(rng.choice((-1, 1)))
    y = rng.uniform(-40, 45)
    edge, deep = (side * 62.0, y * 1.2), (side * rng.uniform(10, 34), y * 0.6)
    inside = capsule(head.x_mm, head.y_mm, edge, deep, (rng.uniform(6, 18), rng.uniform(4, 12)))
    inside += np.float32(rng.uniform(1, 3)) * smooth_field(rng, head.size_px, 12)
    hole = soft_step(inside, 2.5) * head.cavity
    _darken(head, float(rng.uniform(14, 26)), soft_step(inside + 6, 9.0) * head.cavity)
    _darken(head, float(rng.uniform(2, 11)), hole)
    head.mark("edema", hole)


def _draw_leukoaraiosis(rng: np.random.Generator, head: Head) -> None:
    """Darker white matter round the horns of the ventricles, or along their whole length."""
    x, y = np.abs(head.x_mm), head.y_mm
    front = ellipse(x, y, (17, -34), tuple(rng.uniform(6, 14, 2)), 0.6)
    back = ellipse(x, y, (23, 36), tuple(rng.uniform(7, 17, 2)))
    inside = np.maximum(front, back)
    if head.plan.level != "ventricle":
        inside = np.maximum(inside, capsule(x, y, (19, -32), (25, 36), (8, 9)))
    inside += np.float32(2) * smooth_field(rng, head.size_px, 10)
    deep = soft_step(head.depth_mm - 8, 6.0)
    weight = soft_step(inside, rng.uniform(6, 12)) * deep * np.float32(rng.uniform(0.3, 1))
    _darken(head, float(rng.uniform(16, 24)), weight)
    head.mark("edema", weight)


def _draw_hygroma(rng: np.random.Generator, head: Head) -> None:
    """Water between brain and bone, on one side or both, thickest in front."""
    x = head.x_mm * np.float32(rng.choice((-1, 1)))
    side = np.float32(1) if rng.random() < 0.35 else soft_step(x, 25.0)
    high = 1 - np.float32(rng.uniform(0, 0.9)) * np.clip(head.y_mm / 70 + 0.3, 0, 1)
    film = side * high * np.float32(rng.uniform(2, 9)) - head.depth_mm
    weight = soft_step(film.astype(np.float32), head.edge_mm) * head.cavity
    blend(head.hu, float(rng.uniform(2, 14)), weight)
    head.csf["sulcus"] = np.maximum(head.csf["sulcus"], weight * np.float32(0.45))


def _draw_cyst(rng: np.random.Generator, head: Head) -> None:
    """An arachnoid cyst at the temporal pole, the convexity or behind the cerebellum."""
    low = head.plan.level in ("basal", "posterior")
    behind = low and rng.random() < 0.35
    x = rng.normal(0, 12) if behind else rng.choice((-1, 1)) * rng.uniform(34, 56)
    y = 74 if behind else rng.uniform(-48, -28) if low else rng.uniform(-50, 40)
    inside = ellipse(head.x_mm, head.y_mm, (x, y), tuple(rng.uniform(8, 22, 2)), rng.uniform(0, 3))
    weight = soft_step(inside, head.edge_mm) * head.cavity
    _darken(head, float(rng.uniform(1, 9)), weight)


def _draw_tumor(rng: np.random.Generator, head: Head) -> None:
    """A mass about as dense as brain, sometimes with a dark center, in finger-shaped edema."""
    angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 0.75)
    center = (62 * away * np.cos(angle), 74 * away * np.sin(angle))
    radii = tuple(rng.uniform(5, 17, 2))
    ragged = np.float32(rng.uniform(1, 3.5)) * smooth_field(rng, head.size_px, 14)
    core = ellipse(head.x_mm, head.y_mm, center, radii, rng.uniform(0, 3)) + ragged
    fingers = (
        core + np.float32(rng.uniform(5, 18)) + np.float32(6) * smooth_field(rng, head.size_px, 9)
    )
    edema = soft_step(fingers, 5.0) * soft_step(head.depth_mm - 5, 5.0) * head.cavity
    _darken(head, float(rng.uniform(15, 24)), edema)
    head.mark("edema", edema)
    mass = soft_step(core, 3.0) * head.cavity
    blend(head.hu, float(rng.uniform(26, 41)), mass)
    if rng.random() < 0.45:
        dead = soft_step(core - np.float32(0.4 * min(radii)), 3.0) * head.cavity
        _darken(head, float(rng.uniform(8, 25)), dead)


def _draw_meningioma(rng: np.random.Generator, head: Head) -> None:
    """A smooth, even ball against the dura, a little denser than brain, calcified at times."""
    angle = rng.uniform(0, 2 * np.pi)
    center = (58 * np.cos(angle), 74 * np.sin(angle))
    if rng.random() < 0.25:
        center = (rng.choice((-1, 1)) * 9.0, rng.choice((-1, 1)) * rng.uniform(30, 60))
    inside = ellipse(head.x_mm, head.y_mm, center, tuple(rng.uniform(6, 18, 2)), rng.uniform(0, 3))
    if rng.random() < 0.5:
        halo = soft_step(inside + np.float32(rng.uniform(3, 14)), 8.0) * head.cavity
        _darken(head, float(rng.uniform(16, 24)), halo)
        head.mark("edema", halo)
    weight = soft_step(inside, 1.5) * head.cavity
    blend(head.hu, float(rng.uniform(34, 46)), weight)
    if rng.random() < 0.35:
        spots = soft_step(smooth_field(rng, head.size_px, 30) - np.float32(0.7), 0.6) * weight
        blend(head.hu, float(rng.uniform(100, 400)), spots)
        head.mark("calcification", spots)


def _draw_calcium(rng: np.random.Generator, head: Head) -> None:
    """Calcium: a cavernoma's popcorn, or dots where a parasite died."""
    for _ in range(int(rng.integers(1, 4))):
        center = (rng.uniform(-45, 45), rng.uniform(-58, 58))
        inside = ellipse(head.x_mm, head.y_mm, center, tuple(rng.uniform(1.2, 4, 2)))
        inside += np.float32(0.8) * smooth_field(rng, head.size_px, 40)
        weight = soft_step(inside, 1.5) * head.cavity
        blend(head.hu, float(rng.uniform(90, 600)), weight)
        head.mark("calcification", weight)


def _draw_dense_vessel(rng: np.random.Generator, head: Head) -> None:
    """A bright dot or line of the middle cerebral artery, or a dense sinus behind."""
    if head.plan.level in ("basal", "ventricle") and rng.random() < 0.6:
        side = float(rng.choice((-1, 1)))
        start = (side * rng.uniform(14, 28), rng.uniform(-18, -6))
        end = (start[0] + side * rng.uniform(0, 14), start[1] + rng.normal(0, 2))
        wide = (rng.uniform(0.6, 1.4), rng.uniform(0.5, 1.2))
    else:
        start, wide = (rng.normal(0, 1), 77.0), (rng.uniform(2, 4), rng.uniform(1, 3))
        end = (start[0] + rng.normal(0, 1), rng.uniform(68, 77))
    inside = capsule(head.x_mm, head.y_mm, start, end, wide)
    blend(head.hu, float(rng.uniform(45, 66)), soft_step(inside, 1.5) * head.cavity)


def _draw_swollen_brain(rng: np.random.Generator, head: Head) -> None:
    """No sulci, no contrast of gray to white, darker as a whole; the cisterns look bright then."""
    weight = head.cavity * np.float32(rng.uniform(0.5, 0.95))
    sulci = weight * head.csf["sulcus"]
    blend(head.hu, _BRAIN_HU - 4, sulci)
    head.csf["sulcus"] = head.csf["sulcus"] - sulci
    brain = weight * (head.hu > 16) * (head.hu < 55)
    blend(head.hu, float(rng.uniform(19, 28)), brain)
    head.mark("edema", brain)


def _draw_bright_cortex(rng: np.random.Generator, head: Head) -> None:
    """Cortex and dura that have taken up contrast medium, in one territory."""
    weight = _wedge(rng, head, rng.uniform(0.3, 0.9), rng.uniform(3, 8))
    ribbon = weight * soft_step(smooth_field(rng, head.size_px, 22), 1.0)
    head.hu += np.float32(rng.uniform(4, 14)) * ribbon


_PAINTERS: tuple[Callable[[np.random.Generator, Head], None], ...] = (
    _draw_old_infarct, _draw_acute_infarct, _draw_lacunes, _draw_porencephaly, _draw_hygroma,
    _draw_cyst, _draw_tumor, _draw_meningioma, _draw_calcium, _draw_dense_vessel,
    _draw_swollen_brain, _draw_bright_cortex,
)  # fmt: skip
_SHARES = (0.20, 0.16, 0.11, 0.07, 0.08, 0.05, 0.08, 0.06, 0.05, 0.06, 0.05, 0.03)
