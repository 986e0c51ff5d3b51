"""One window from black to white."""

from typing import Annotated

from ichdesk.imaging import window as windows
from ichdesk.imaging.steps import Range, Stage, image_step
from ichdesk.imaging.window import BRAIN_LEVEL_HU, BRAIN_WIDTH_HU, Values


@image_step("window", "Window", Stage.HU, Stage.PICTURE)
def window(
    hu: Values,
    *,
    level_hu: Annotated[float, Range("Level", -1000, 3000, 1, "HU")] = BRAIN_LEVEL_HU,
    width_hu: Annotated[float, Range("Width", 1, 4000, 1, "HU")] = BRAIN_WIDTH_HU,
) -> Values:
    """Shows the values around a level in shades of gray; what is below is black, above white."""
    return windows.window(hu, level_hu=level_hu, width_hu=width_hu)
