"""Colors that change from one to another in steps that look equal."""

from functools import cache

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

# Ottosson 2020, "A perceptual color space for image processing" (OKLab)
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@cache
def ramp(first: str, second: str, steps: int) -> npt.NDArray[np.uint8]:
    """Colors from the darker to the lighter of two, given as #RRGGBB; (steps, 3)."""
    ends = sorted((_lab(first), _lab(second)), key=lambda lab: float(lab[0]))
    shares = np.linspace(0.0, 1.0, steps)[:, None]
    colors = _rgb(ends[0] + shares * (ends[1] - ends[0]))
    colors.setflags(write=False)
    return colors


def _lab(color: str) -> Numbers:
    """Lightness and two hue axes, (3,)."""
    srgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    lab: Numbers = _TO_LAB @ np.cbrt(_TO_CONES @ linear)
    return lab


def _rgb(lab: Numbers) -> npt.NDArray[np.uint8]:
    """Back to screen colors, (N, 3)."""
    cones = (lab @ np.linalg.inv(_TO_LAB).T) ** 3
    linear = np.clip(cones @ np.linalg.inv(_TO_CONES).T, 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(srgb * 255.0).astype(np.uint8)
