"""Falx, tentorium, and the veins in and near them: thin, bright, normal, easily taken for blood."""

import numpy as np

from ichdesk.phantom.atlas import Sheet, fade
from ichdesk.phantom.fields import blend, soft_step
from ichdesk.phantom.head import Head
from ichdesk.phantom.parts import part


def draw_dura(rng: np.random.Generator, head: Head) -> None:
    """Draw the dura that the slice meets, then the blood in the sinuses, into the picture."""
    sheet = Sheet()
    dense = float(np.clip(rng.normal(0.5, 0.28), 0.05, 1.0))
    _draw_falx(part(rng, "falx"), head, sheet, dense)
    _draw_tentorium(part(rng, "tentorium"), head, sheet, dense)
    weight = sheet.soften(0.5).sample(head.cells) * head.cavity
    blend(head.hu, float(rng.uniform(40, 60)), weight)
    _draw_veins(part(rng, "veins"), head)
    _draw_superior_sagittal_sinus(part(rng, "sinus"), head)


def _draw_falx(rng: np.random.Generator, head: Head, sheet: Sheet, dense: float) -> None:
    lean = rng.normal(0, 0.8)
    top = head.plan.level == "vertex"
    if head.z_mm(-45) > -20:
        end = 2.0 if top else rng.uniform(-58, -40)
        wide = rng.uniform(0.25, 0.75)
        rows = np.array([(0, -88, wide), (lean, -72, wide), (lean, -58, wide), (0, end, 0.2)])
        sheet.stroke(rows, dense * rng.uniform(0.4, 1.0))
    if head.z_mm(50) > -10:
        start = 2.0 if top else rng.uniform(27, 42)
        wide = rng.uniform(0.3, 0.95)
        rows = np.array([(0, start, 0.3), (-lean, 50, wide), (-lean, 66, wide), (0, 88, wide)])
        rows[:, 0] += rng.normal(0, 0.5, 4)
        sheet.stroke(rows, min(1.0, dense * rng.uniform(0.7, 1.4)))


def _draw_tentorium(rng: np.random.Generator, head: Head, sheet: Sheet, dense: float) -> None:
    """Two lines that part behind the brain stem, further apart the lower the slice."""
    z = head.z_mm(35)
    shown = fade(z, 6, -24, 5.0)
    if shown < 0.1:
        return
    down = float(np.clip((8 - z) / 30, 0.05, 1.0))
    apex = 34 - 16 * down
    for side in (-1, 1):
        end_x, end_y = (14 + 40 * down) * rng.uniform(0.8, 1.1), apex + rng.uniform(22, 40)
        rows = np.array([
            (2 + 9 * down, apex, 0.3), (0.45 * end_x, apex + 9, 0.55),
            (0.8 * end_x, 0.35 * apex + 0.65 * end_y, 0.6), (end_x, end_y, 0.4),
        ])  # fmt: skip
        rows += rng.normal(0, (1.4, 1.4, 0.1), rows.shape)
        rows[:, 2] *= rng.uniform(0.6, 1.7)
        sheet.stroke(rows * (side, 1, 1), min(1.0, shown * dense * rng.uniform(0.1, 1.1)))


def _draw_veins(rng: np.random.Generator, head: Head) -> None:
    """Straight and transverse sinuses, vein of Galen, and the arteries at the base."""
    sheet = Sheet()
    wide = rng.uniform(0.8, 1.9)
    shown = fade(head.z_mm(55), 16, -6, 5.0)
    if shown > 0.1 and rng.random() < 0.7:
        rows = np.array([(0, 30, 0.4 * wide), (0, 45, 0.9 * wide), (0, 62, wide), (0, 82, wide)])
        sheet.stroke(
            rows + rng.normal(0, (0.5, 1, 0.1), rows.shape), shown * rng.uniform(0.15, 0.85)
        )
    if fade(head.z_mm(22), 12, 0) > 0.5 and rng.random() < 0.4:
        dot = np.array([(0, 21, 1.1), (0, 24, 1.4), (0, 27, 0.9)])
        sheet.stroke(dot, rng.uniform(0.3, 0.9))
    shown = fade(head.z_mm(65), -18, -38, 5.0)
    for side in (-1, 1):  # one transverse sinus usually leads
        if shown > 0.1 and rng.random() < 0.75:
            rows = np.array([(6, 81, 2.2), (26, 75, 2.4), (43, 63, 2.6), (54, 48, 2.0)])
            rows[:, 2] *= rng.uniform(0.5, 1.5)
            sheet.stroke(rows * (side, 1, 1), shown * rng.uniform(0.4, 1))
    if head.z_mm(-10) < -18 and rng.random() < 0.5:
        artery = np.array([(-1, -5, 1.5), (1, -2.5, 1.6)])
        sheet.stroke(artery + rng.normal(0, (1, 1, 0.2), (2, 3)), rng.uniform(0.3, 1))
    weight = sheet.soften(0.7).sample(head.cells) * head.cavity
    blend(head.hu, float(rng.uniform(40, 64)), weight)


def _draw_superior_sagittal_sinus(rng: np.random.Generator, head: Head) -> None:
    """A small bright triangle on the inner table behind, and a smaller one in front."""
    x = np.abs(head.x_mm)
    for back, chance in ((1.0, 0.7), (-1.0, 0.35)):
        if rng.random() > chance or head.z_mm(75 * back) < -14:
            continue
        deep = rng.uniform(3, 8) * (1.0 if back > 0 else 0.6)
        slope = np.float32(rng.uniform(0.8, 1.6))
        triangle = (np.float32(deep) - head.depth_mm - x * slope).astype(np.float32)
        sinus = soft_step(triangle, 2.0) * soft_step(head.y_mm * np.float32(back), 1.0)
        blend(head.hu, float(rng.uniform(42, 64)), sinus * head.cavity * np.float32(0.9))
