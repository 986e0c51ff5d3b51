"""Bone at the base of the skull inside the cavity: petrous pyramids, wings, orbital roofs."""

import numpy as np

from ichdesk.phantom.atlas import Sheet, fade
from ichdesk.phantom.fields import Field, blend, smooth_field, soft_step
from ichdesk.phantom.head import Head


def draw_skull_base(rng: np.random.Generator, head: Head) -> None:
    """Draw the bone that rises into the slice; where it does, there is no fluid."""
    sheet = Sheet()
    _draw_orbital_roofs(rng, head, sheet)
    petrous = fade(head.z_mm(12), -27, -90, 10.0)
    if petrous > 0.05:
        _draw_petrous(rng, sheet, petrous)
    wing = fade(head.z_mm(-30), -25, -90, 8.0)
    if wing > 0.05:
        _draw_wings(rng, sheet, wing)
    if petrous <= 0.05 and wing <= 0.05 and sheet.image.getbbox() is None:
        return
    rough = 1 + np.float32(0.45) * smooth_field(rng, head.size_px, 22)
    rough += np.float32(0.3) * smooth_field(rng, head.size_px, 44)
    bone = np.clip(sheet.soften(1.2).sample(head.cells) * rough, 0, 1) * head.cavity
    blend(head.hu, float(rng.uniform(600, 1300)), bone)
    head.csf = {place: weight * (1 - bone) for place, weight in head.csf.items()}
    if petrous > 0.6:
        _draw_air_cells(rng, head, bone)
        _harden(rng, head)


def _draw_orbital_roofs(rng: np.random.Generator, head: Head, sheet: Sheet) -> None:
    """Ridges of the roofs, only partly in the slice, stand as bright streaks under the lobes."""
    shown = fade(head.z_mm(-58), -13, -24, 6.0)
    if shown < 0.1:
        return
    for side in (-1, 1):
        for _ in range(int(rng.integers(0, 6))):
            first = np.array([rng.uniform(10, 42), rng.uniform(-84, -50)])
            turn, long = rng.normal(0.4, 0.7), rng.uniform(4, 14)
            step = np.array([np.cos(turn), -np.sin(turn)]) * long
            points = np.array([first, first + 0.5 * step, first + step])
            points += rng.normal(0, 1.5, points.shape)
            wide = np.array([0.5, rng.uniform(0.7, 2.4), 0.5])[:, None]
            rows = np.hstack([points, wide]) * (side, 1, 1)
            sheet.stroke(rows, shown * rng.uniform(0.03, 1.0) ** 1.5)
    if rng.random() < 0.5:  # crista galli
        half = rng.uniform(0.8, 2.2)
        sheet.stroke(np.array([(0, -84, half), (0, -76, half), (0, -68, 0.5)]), shown)


def _draw_petrous(rng: np.random.Generator, sheet: Sheet, shown: float) -> None:
    inner, top = rng.uniform(12, 22), rng.uniform(-6, 4)
    thick = rng.uniform(0.35, 0.95) * shown
    for side in (-1, 1):
        rows = np.array([
            (inner, top, 2.5), (26, top + 8, 4.5), (38, top + 15, 6.0),
            (50, top + 20, 8.0), (66, top + 25, 11.0),
        ])  # fmt: skip
        rows[:, :2] += rng.normal(0, 1.5, (5, 2))
        rows[:, 2] *= thick * np.exp(rng.normal(0, 0.15, 5))
        first = int(rng.integers(0, 2)) if shown > 0.6 else 2
        sheet.stroke(rows[first:] * (side, 1, 1), min(1.0, 0.15 + shown * rng.uniform(0.6, 1.2)))
    if shown > 0.7 and rng.random() < 0.6:  # clivus and dorsum sellae
        half = rng.uniform(3, 10)
        y, deep = top - rng.uniform(3, 9), rng.uniform(1.5, 4.5)
        rows = np.array([(-half, y, 0.6 * deep), (0, y - 1, deep), (half, y, 0.6 * deep)])
        sheet.stroke(rows, rng.uniform(0.5, 1.0))


def _draw_wings(rng: np.random.Generator, sheet: Sheet, shown: float) -> None:
    """The lesser wings of the sphenoid between the frontal and the temporal lobes."""
    y = rng.uniform(-38, -26)
    bow = rng.uniform(0, 9)
    for side in (-1, 1):
        rows = np.array([
            (5, y + 6, 2.5), (16, y + 2, 2.0), (33, y - bow, 1.6),
            (50, y - bow, 2.6), (68, y + 2, 6.0),
        ])  # fmt: skip
        rows[:, :2] += rng.normal(0, 1.3, (5, 2))
        rows[:, 2] *= rng.uniform(0.5, 1.3)
        first = int(rng.integers(0, 3))
        strength = 1.0 if shown > 0.8 and rng.random() < 0.6 else rng.uniform(0.1, 0.8) * shown
        sheet.stroke(rows[first:] * (side, 1, 1), strength)


def _draw_air_cells(rng: np.random.Generator, head: Head, bone: Field) -> None:
    """Mastoid cells."""
    x = np.abs(head.x_mm)
    cells = soft_step(smooth_field(rng, head.size_px, 40) - np.float32(rng.uniform(-0.2, 0.6)), 0.6)
    air = cells * soft_step(x - np.float32(rng.uniform(34, 44)), 6.0) * bone
    blend(head.hu, -850.0, air * soft_step(head.y_mm, 8.0))


def _harden(rng: np.random.Generator, head: Head) -> None:
    """Dark and bright bands between the petrous bones."""
    y = head.y_mm - np.float32(rng.uniform(4, 18))
    band = np.clip(1 - np.abs(y) / np.float32(rng.uniform(6, 14)), 0, 1) * head.cavity
    head.hu -= np.float32(rng.uniform(0, 8)) * band
    head.hu += np.float32(rng.uniform(0, 7)) * band * smooth_field(rng, head.size_px, 7)
