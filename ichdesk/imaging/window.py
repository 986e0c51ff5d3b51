"""Values through a window to gray: Hounsfield units for CT, the file's own window for the rest."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]

BRAIN_LEVEL_HU = 40.0
BRAIN_WIDTH_HU = 80.0


@dataclass(frozen=True, slots=True)
class Voi:
    """A window as DICOM states it.

    Attributes:
        center: In the units of the values.
        width: Positive.
        function: LINEAR, LINEAR_EXACT or SIGMOID; anything else counts as LINEAR.
    """

    center: float
    width: float
    function: str = "LINEAR"


@dataclass(frozen=True, slots=True)
class Preset:
    """A usual window of head CT: its name for people, its middle and its width."""

    name: str
    level_hu: float
    width_hu: float


BRAIN = Preset("Brain", BRAIN_LEVEL_HU, BRAIN_WIDTH_HU)
SUBDURAL = Preset("Subdural", 80.0, 200.0)
STROKE = Preset("Stroke", 40.0, 40.0)
BONE = Preset("Bone", 600.0, 2800.0)
SOFT_TISSUE = Preset("Soft tissue", 40.0, 380.0)
PRESETS = (BRAIN, SUBDURAL, STROKE, BONE, SOFT_TISSUE)


def window(
    hu: Values, *, level_hu: float = BRAIN_LEVEL_HU, width_hu: float = BRAIN_WIDTH_HU
) -> Values:
    """Map [level - width/2, level + width/2] HU to [0, 1]; (H, W) in, (H, W) out."""
    scaled = (hu - np.float32(level_hu - width_hu / 2)) / np.float32(width_hu)
    return np.asarray(np.clip(scaled, 0.0, 1.0), np.float32)


def through_voi(values: Values, voi: Voi) -> Values:
    """Map values to [0, 1] as DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3 define; any shape."""
    if voi.function == "SIGMOID":
        exponent = np.clip(-4.0 * (values - np.float32(voi.center)) / voi.width, -80.0, 80.0)
        return np.asarray(1.0 / (1.0 + np.exp(exponent)), np.float32)
    center, width = voi.center, voi.width
    if voi.function != "LINEAR_EXACT" and width >= 1:
        center, width = center - 0.5, width - 1.0  # whole numbers from first gray to last
    if width <= 0:
        return np.asarray(values > center, np.float32)
    return window(values, level_hu=center, width_hu=width)
