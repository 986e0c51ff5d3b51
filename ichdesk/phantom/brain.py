"""The hemispheres: white matter, a cortex that follows the sulci, and a rim of fluid."""

import numpy as np

from ichdesk.phantom.fields import blend, smooth_field, soft_step
from ichdesk.phantom.head import Head
from ichdesk.phantom.parts import part
from ichdesk.phantom.sulci import draw_sulci

_ANY = [0] + [255] * 255  # a faint sulcus has as thick a cortex as a dark one


def draw_brain(rng: np.random.Generator, head: Head) -> None:
    """Fill the cavity with white matter, a gray cortex folded by sulci, and a rim of fluid."""
    size, plan, edge = head.size_px, head.plan, head.edge_mm
    gap = 3.4 * plan.atrophy**2 * (1 + np.float32(0.5) * smooth_field(rng, size, 6))
    gap = gap + np.float32(rng.uniform(-1.2, 0.3))
    sheet = draw_sulci(part(rng, "sulci"), head)
    sulcus = sheet.soften(rng.uniform(0.4, 0.8)).sample(head.cells)
    rim = soft_step(gap - head.depth_mm, 1.5 * edge)
    head.csf["sulcus"] = np.maximum(sulcus, rim) * head.cavity
    white, contrast = rng.uniform(25, 31), rng.uniform(2.5, 8.0)
    sheet.image = sheet.image.point(_ANY)
    ribbon = sheet.soften(2.6).sample(head.cells, gain=2.6)
    cortex = np.maximum(soft_step(rng.uniform(3, 6) - head.depth_mm + gap, 4.0), ribbon)
    brain = np.float32(white) + np.float32(contrast) * cortex
    brain += np.float32(rng.uniform(0.3, 1.2)) * smooth_field(rng, size, 9)
    brain += np.float32(rng.uniform(0.2, 0.9)) * smooth_field(rng, size, 22)
    # Bone hardens the beam: the cortex next to it looks brighter than it is.
    near_bone = np.clip(1 - head.depth_mm / np.float32(rng.uniform(4, 10)), 0, 1)
    brain += np.float32(rng.uniform(0, 7)) * near_bone * near_bone
    blend(head.hu, brain, head.cavity)
    blend(head.hu, float(rng.uniform(3, 12)), head.csf["sulcus"])
