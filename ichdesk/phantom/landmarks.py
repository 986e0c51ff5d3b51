"""Everything inside the skull that a healthy brain shows, drawn where the slice meets it."""

import numpy as np

from ichdesk.phantom.atlas import Sheet
from ichdesk.phantom.calcifications import draw_calcifications
from ichdesk.phantom.cisterns import draw_cisterns
from ichdesk.phantom.deep_gray import draw_deep_gray
from ichdesk.phantom.dura import draw_dura
from ichdesk.phantom.face import draw_front
from ichdesk.phantom.fields import Field, blend
from ichdesk.phantom.head import Head
from ichdesk.phantom.parts import part
from ichdesk.phantom.skull_base import draw_skull_base
from ichdesk.phantom.ventricles import draw_ventricles


def draw_landmarks(rng: np.random.Generator, head: Head) -> None:
    """Draw gray matter, fluid, dura, calcium and bone, from the brain outwards."""
    gray = draw_deep_gray(part(rng, "gray"), head).soften(1.1).sample(head.cells)
    head.hu += np.float32(rng.uniform(1.5, 5.5)) * gray * head.cavity
    fluid_hu = rng.uniform(2, 12)
    head.csf["cistern"] = _fill(rng, head, draw_cisterns(part(rng, "cisterns"), head), fluid_hu)
    ventricles = draw_ventricles(part(rng, "ventricles"), head)
    _darken_round(part(rng, "age"), head, ventricles)
    head.csf["ventricle"] = _fill(rng, head, ventricles, fluid_hu)
    draw_dura(part(rng, "dura"), head)
    draw_calcifications(part(rng, "calcium"), head)
    draw_skull_base(part(rng, "base"), head)
    draw_front(part(rng, "front"), head)


def _fill(rng: np.random.Generator, head: Head, sheet: Sheet, value_hu: float) -> Field:
    """Pour fluid into a sheet; thick slices smear its edges."""
    soft = sheet.soften(rng.uniform(0.3, 1.0))
    weight: Field = soft.sample(head.cells) * head.cavity
    blend(head.hu, value_hu, weight * np.float32(rng.uniform(0.85, 1.0)))
    return weight


def _darken_round(rng: np.random.Generator, head: Head, ventricles: Sheet) -> None:
    """White matter round the horns loses density with age."""
    amount = 9 * head.plan.atrophy * rng.random() ** 2
    if amount > 0.5:
        halo = ventricles.soften(rng.uniform(3, 8)).soften(3).sample(head.cells, gain=1.8)
        head.hu -= np.float32(amount) * halo * head.cavity
