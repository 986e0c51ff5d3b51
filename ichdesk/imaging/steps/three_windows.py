"""Three windows at once, as the red, green and blue of one picture."""

from typing import Annotated

import numpy as np

from ichdesk.imaging.steps import Choice, Stage, image_step
from ichdesk.imaging.window import BONE, BRAIN, PRESETS, SUBDURAL, Values, window

_BY_NAME = {preset.name: preset for preset in PRESETS}
_NAMES = tuple(_BY_NAME)


@image_step("three_windows", "Three windows", Stage.HU, Stage.PICTURE)
def three_windows(
    hu: Values,
    *,
    red: Annotated[str, Choice("Red", _NAMES)] = BRAIN.name,
    green: Annotated[str, Choice("Green", _NAMES)] = SUBDURAL.name,
    blue: Annotated[str, Choice("Blue", _NAMES)] = BONE.name,
) -> Values:
    """Shows three windows in one picture, one in each color; what is white in all of them is white.

    Names of windows rather than levels and widths: six sliders would hide what this is about.
    """
    chosen = [_BY_NAME[name] for name in (red, green, blue)]
    planes = [window(hu, level_hu=p.level_hu, width_hu=p.width_hu) for p in chosen]
    return np.stack(planes, axis=-1)
