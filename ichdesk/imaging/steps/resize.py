"""Fewer pixels."""

from typing import Annotated

import numpy as np
from PIL import Image

from ichdesk.imaging.steps import Choice, Range, Stage, image_step
from ichdesk.imaging.window import Values

_METHODS = {
    "area": Image.Resampling.BOX,
    "bicubic": Image.Resampling.BICUBIC,
    "nearest": Image.Resampling.NEAREST,
}


@image_step("resize", "Resize", Stage.PICTURE, Stage.PICTURE)
def resize(
    picture: Values,
    *,
    longer_side_px: Annotated[float, Range("Longer side", 16, 512, 1, "px")] = 224.0,
    method: Annotated[str, Choice("Method", tuple(_METHODS))] = "area",
) -> Values:
    """Makes the picture of fewer pixels, so small things blur or vanish; it never adds pixels.

    “area” averages, “bicubic” averages and sharpens, “nearest” keeps single pixels and drops the
    others. What the network sees is 224 px again, but no sharper.
    """
    height, width = picture.shape[:2]
    scale = round(longer_side_px) / max(height, width)
    if scale >= 1:
        return picture.copy()
    size = max(1, round(width * scale)), max(1, round(height * scale))
    planes = picture[None] if picture.ndim == 2 else np.moveaxis(picture, -1, 0)
    sized = [_sized(plane, size, _METHODS[method]) for plane in planes]
    return sized[0] if picture.ndim == 2 else np.stack(sized, axis=-1)


def _sized(plane: Values, size: tuple[int, int], method: Image.Resampling) -> Values:
    image = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    sized = np.asarray(image.resize(size, method), np.float32)
    return np.clip(sized, np.float32(0), np.float32(1))
