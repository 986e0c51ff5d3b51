"""Gray matter inside the brain: caudate, lentiform, thalamus, insula; and what lies between."""

import numpy as np

from ichdesk.phantom.atlas import Rows, Sheet, fade
from ichdesk.phantom.head import Head

_LENTIFORM: Rows = np.array(
    [(16, -2), (20, -12), (25, -20), (30, -19), (32.5, -8), (31, 4), (28, 9), (22, 3)], float
)
_THALAMUS: Rows = np.array(
    [(3, -6), (7, -10), (12, -4), (18, 6), (20, 14), (16, 19), (9, 17), (4, 10)], float
)
_INSULA: Rows = np.array(
    [(36, -25, 1.4), (38, -17, 1.5), (38.7, -8, 1.5), (38, 0, 1.5), (36, 8, 1.4)], float
)


def draw_deep_gray(rng: np.random.Generator, head: Head) -> Sheet:
    """Draw the deep gray matter that the slice meets on a new sheet."""
    sheet = Sheet()
    age = head.plan.atrophy
    bias = rng.normal(0, 1.2, (3, 2))
    stretch = rng.uniform(0.85, 1.12, 2)
    for side in (-1, 1):
        _body(rng, sheet, _LENTIFORM * stretch + bias[0], side, fade(head.z_mm(-8), 18, -9))
        _body(rng, sheet, _THALAMUS * stretch + bias[1], side, fade(head.z_mm(8), 20, -6))
        caudate = np.array([(7.5, -30), (10.5, -35), (15, -33), (15, -25), (11, -19), (8, -22)])
        caudate = caudate + bias[2] + (1.5 * age, 0)
        _body(rng, sheet, caudate, side, fade(head.z_mm(-28), 18, -6))
        thin = np.array([(10, -24, 0.8), (11, -12, 1.9), (12.5, 0, 1.7), (15, 9, 0.8)])
        thin[:, 0] = (thin[:, 0] + 2.5 * age) * side
        sheet.stroke(thin, 0.9 * fade(head.z_mm(-5), 36, 18))
        insula = _INSULA + rng.normal(0, (0.6, 0.6, 0.2), _INSULA.shape)
        sheet.stroke(insula * (side, 1, 1), 0.9 * fade(head.z_mm(-8), 20, -14))
    _draw_folia(rng, head, sheet)
    return sheet


def _body(rng: np.random.Generator, sheet: Sheet, points: Rows, side: int, shown: float) -> None:
    if shown > 0.05:
        wobble = rng.normal(0, 0.7, points.shape)
        sheet.blob((points + wobble) * (side, 1), shown * rng.uniform(0.75, 1.0))


def _draw_folia(rng: np.random.Generator, head: Head, sheet: Sheet) -> None:
    """Faint arcs in the cerebellum."""
    shown = fade(head.z_mm(45), -24, -80, 6.0)
    if shown < 0.1:
        return
    for y in np.arange(30, 76, rng.uniform(4.0, 6.5)):
        wide = rng.uniform(14, 40)
        sag = rng.uniform(-3, 4)
        arc = np.array([(-wide, y - sag, 0.5), (-0.5 * wide, y, 1.0), (0, y + 0.4 * sag, 1.1),
                        (0.5 * wide, y, 1.0), (wide, y - sag, 0.5)])  # fmt: skip
        sheet.stroke(arc + rng.normal(0, (1.2, 1.0, 0.2), arc.shape), shown * rng.uniform(0.2, 0.7))
