"""The ventricles at any height: horns, bodies, atria, third and fourth, as wide as it asks.

Shapes are key frames by height above the plane through both commissures, in mm of the standard
brain, after axial atlases (half width 66 mm, half length 82 mm).
"""

import numpy as np

from ichdesk.phantom.atlas import Rows, Sheet, between, fade
from ichdesk.phantom.head import Head

_FRONT_KEYS = (42.0, 32.0, 20.0, 8.0, 0.0, -7.0)
_FRONT: Rows = np.array([
    [(4, -20, -1), (4.5, -16, -.5), (5, -10, -.5), (6, -4, -.5), (7, 2, -1)],
    [(5, -33, 1.2), (4.4, -24, 2.5), (5, -14, 2.7), (6.5, -2, 2.5), (9, 9, 2.3)],
    [(10, -39, 1.4), (6.5, -32, 3), (4.2, -22, 3), (4.8, -10, 2.5), (7.5, 3, 2)],
    [(13, -41, 1.2), (9.2, -36.5, 2.9), (5.8, -30, 3), (3.4, -22, 2.2), (2, -13, .9)],
    [(12.5, -38, .9), (9.5, -35, 2), (7, -31, 2), (5, -26, 1.4), (3.5, -20, .4)],
    [(12, -36, -1), (9.5, -34, -.5), (7.5, -31, -.5), (6, -28, -1), (5, -25, -1)],
])  # fmt: skip
_BACK_KEYS = (43.0, 32.0, 20.0, 8.0, -2.0, -12.0, -24.0, -32.0)
_BACK: Rows = np.array([
    [(7, 2, -1), (8, 7, -.5), (9, 12, -.5), (11, 16, -1), (13, 20, -1)],
    [(9, 8, 2.3), (11, 15, 2.4), (14, 21, 2.4), (17.5, 27, 2), (20, 34, .9)],
    [(7.5, 2, 2), (12, 14, 2.3), (17.5, 23, 3.6), (22, 31, 3.7), (24, 41, 1.2)],
    [(16, 18, .8), (19.5, 22, 2.8), (23, 28, 4), (24.5, 36, 2.8), (23.5, 47, .9)],
    [(24, 13, 1.2), (26.5, 20, 2.4), (28, 27, 3.2), (27, 36, 2), (24, 46, .8)],
    [(27, -3, .8), (30, 4, 1.1), (32, 12, 1.4), (32, 19, 1.3), (31, 26, .7)],
    [(26, -8, 1), (28, -6, .9), (30, -2, .7), (31, 3, .3), (32, 8, -.4)],
    [(26, -8, -1), (28, -6, -1), (30, -2, -1), (31, 3, -1), (32, 8, -1)],
])  # fmt: skip
_GROW = np.linspace(0, 1, 5)[:, None]  # the front end stays joined to the frontal horn
_THIRD_KEYS = (13.0, 7.0, -4.0, -15.0, -20.0)
_THIRD: Rows = np.array([
    [(0, -12, -1), (0, -6, -.5), (0, 2, -.5), (0, 10, -1)],
    [(0, -13, .5), (0, -6, .9), (0, 4, .9), (0, 13, .6)],
    [(0, -15, .6), (0, -6, 1.3), (0, 4, 1.4), (0, 13, .5)],
    [(0, -17, .5), (0, -12, 1), (0, -7, 1), (0, -3, .3)],
    [(0, -16, -1), (0, -12, -1), (0, -8, -1), (0, -4, -1)],
])  # fmt: skip


def draw_ventricles(rng: np.random.Generator, head: Head) -> Sheet:
    """Draw all ventricles that the slice meets on a new sheet."""
    sheet, plan = Sheet(), head.plan
    swell = ventricle_swell(rng, head)
    lean = rng.normal(0, 0.12)
    bias = rng.normal(0, (0.8, 1.8, 0.0)), rng.normal(0, (2.0, 2.5, 0.0))
    bend = rng.normal(0, (0.5, 0.8, 0.0), (5, 3))
    septum = rng.uniform(0.3, 0.8)
    occipital = rng.uniform(0.25, 1.3)  # how far the occipital horn opens varies most
    for side in (-1, 1):
        tight = 1 - 0.72 * plan.mass if side == plan.side else 1 + 0.35 * plan.mass
        own = swell * tight * np.exp(side * lean + rng.normal(0, 0.07))
        front = (
            between(head.z_mm(-25) + rng.normal(0, 0.7), _FRONT_KEYS, _FRONT) + bias[0] + 0.6 * bend
        )
        back = (
            between(head.z_mm(25) + rng.normal(0, 1.5), _BACK_KEYS, _BACK) + bias[1] * _GROW + bend
        )
        back[-2:, 2] *= occipital * rng.uniform(0.6, 1.4)
        for rows, inner in ((front, septum), (back, 2.0)):
            sheet.stroke(_widened(rng, rows, own, side), inner_mm=inner)
    _draw_third_and_fourth(rng, head, sheet, swell)
    if rng.random() < 0.06 and 4 < head.z_mm(-25) < 28:  # cavum septi pellucidi
        wide = rng.uniform(1.0, 3.0)
        sheet.stroke(np.array([(0, -34, 0.4 * wide), (0, -27, wide), (0, -18, 0.3)]))
    return sheet


def ventricle_swell(rng: np.random.Generator, head: Head) -> float:
    """Width of the ventricles relative to a middle-aged brain: 0.2 (slits) to over 3."""
    width = (0.45 + 1.15 * float(head.plan.atrophy**1.2)) * float(np.exp(rng.normal(0, 0.22)))
    chance = rng.random()
    if chance < 0.07:  # hydrocephalus
        return width + float(rng.uniform(0.8, 2.2))
    return width * (0.45 if chance > 0.93 else 1.0)


def _widened(rng: np.random.Generator, rows: Rows, swell: float, side: int) -> Rows:
    """One side's curve, its width scaled and its middle moved outwards as it widens."""
    own = rows + rng.normal(0, (0.25, 0.4, 0.0), rows.shape)
    width = np.where(own[:, 2] > 0, own[:, 2] * swell * rng.uniform(0.75, 1.25, len(own)), -1.0)
    own[:, 0] += np.clip(width - own[:, 2], -1, None) * 0.55
    own[0, 1] += np.sign(own[0, 1]) * 0.9 * max(swell - 1, 0)
    own[:, 2] = width
    own[:, 0] *= side
    return own


def _draw_third_and_fourth(
    rng: np.random.Generator, head: Head, sheet: Sheet, swell: float
) -> None:
    third = between(head.z_mm(0), _THIRD_KEYS, _THIRD)
    third[:, 0] += rng.normal(0, 0.4)
    third[:, 2] *= np.where(third[:, 2] > 0, 0.35 + 0.95 * swell * rng.uniform(0.8, 1.2), 1)
    sheet.stroke(third, strength=min(1.0, 0.55 + 0.45 * swell))
    z = head.z_mm(28)
    if z < -16:
        open_mm = fade(z, -24, -44, 8.0) * rng.uniform(0.7, 1.2) * (0.6 + 0.55 * swell)
        half, deep, y = 6.5 * open_mm, 3.6 * open_mm, rng.uniform(25, 31)
        outline = [(0, y - deep), (half, y + 0.2 * deep), (0.5 * half, y + deep)]
        outline += [(0, y + 0.8 * deep), (-0.5 * half, y + deep), (-half, y + 0.2 * deep)]
        if open_mm > 0.2:
            points = np.array(outline) + rng.normal(0, 0.4, (6, 2))
            sheet.blob(points, strength=min(1.0, 0.5 + 0.5 * open_mm))
