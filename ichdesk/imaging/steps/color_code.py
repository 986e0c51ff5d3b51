"""Gray with a range of Hounsfield units in color."""

from typing import Annotated

import numpy as np

from ichdesk.imaging.colors import color_coded
from ichdesk.imaging.steps import Range, Stage, image_step
from ichdesk.imaging.window import BRAIN_LEVEL_HU, BRAIN_WIDTH_HU, Values, window

_WHITE = np.float32(255)


@image_step("color_code", "Color code", Stage.HU, Stage.PICTURE)
def color_code(
    hu: Values,
    *,
    low_hu: Annotated[float, Range("From", -1000, 3000, 1, "HU")] = 50.0,
    high_hu: Annotated[float, Range("To", -1000, 3000, 1, "HU")] = 90.0,
    level_hu: Annotated[float, Range("Level", -1000, 3000, 1, "HU")] = BRAIN_LEVEL_HU,
    width_hu: Annotated[float, Range("Width", 1, 4000, 1, "HU")] = BRAIN_WIDTH_HU,
) -> Values:
    """Turns a range of values red to orange over gray; whatever has the values of blood lights up.

    A range whose ends are the wrong way round is the same range, as when sliders cross.
    """
    gray = window(hu, level_hu=level_hu, width_hu=width_hu) * _WHITE
    rgb = color_coded(gray, hu, min(low_hu, high_hu), max(low_hu, high_hu))
    rgb /= _WHITE
    return rgb
