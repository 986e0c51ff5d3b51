"""A heat map as people see it: laid over its picture, with how much of the score it tells."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Map = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]

FOR_RGB = (255, 140, 26)
AGAINST_RGB = (64, 156, 255)
"""Orange and blue, which all the color-blind tell apart, light enough for black ground."""

_GAMMA = 0.7  # below 1, so that half the heat does not look like a fourth
_TOP_SHARE = 0.996  # of all pixels; single hot ones do not decide the scale
_LEAST_DIFFERENCE = 0.1  # logit; of less, a share would say nothing
_SMALLEST = 1e-9
HARDLY_CHANGES, CHANGES = 0.7, 0.4
_HEAD = (
    "With an untrained last part the maps hardly change: they show what the image features respond "
    "to in any case, not what the model learned from these images.",
    "With an untrained last part the maps change only in part: much of them shows what the image "
    "features respond to in any case.",
    "With an untrained last part the maps change: they depend on what the model learned from these "
    "images.",
)
_NETWORK = (
    "With all weights random they hardly change, either: they show edges in the picture.",
    "With all weights random they change in part: some of them shows edges in the picture.",
    "With all weights random hardly anything of them is left.",
)


def upsampled(values: Map, side_px: int) -> Map:
    """A map (h, w) on a finer grid, (side, side), bilinear between the middles of its cells."""
    return _stretched(_stretched(values.T, side_px).T, side_px)


def scale_of(maps: Sequence[Map]) -> float:
    """The strength that gets the full color, the same for maps that stand side by side."""
    sizes = [float(np.quantile(np.abs(each), _TOP_SHARE)) for each in maps if each.size]
    return max([*sizes, _SMALLEST])


def gray(picture: Picture) -> Picture:
    """RGB (H, W, 3) without its colors, so that those of a map stand out."""
    mean = np.rint(picture.mean(axis=2)).astype(np.uint8)
    return np.repeat(mean[..., None], 3, axis=2)


def overlay(picture: Picture, heat: Map, scale: float, strength: float) -> Picture:
    """Lay a map over a picture: orange speaks for the class, blue against it.

    Args:
        picture: RGB (H, W, 3).
        heat: (H, W), signed.
        scale: Value of the full color, above 0.
        strength: Opacity of the full color, 0 to 1.

    Returns:
        RGB (H, W, 3).
    """
    amount = np.minimum(np.abs(heat) / scale, 1.0) ** _GAMMA * strength
    colors = np.array([AGAINST_RGB, FOR_RGB], np.float32)
    color = colors[(heat > 0).astype(np.intp)]
    base = gray(picture).astype(np.float32)
    mixed = base + amount[..., None] * (color - base)
    return np.rint(mixed).astype(np.uint8)


def explained(heat: Map, difference: float) -> float | None:
    """The share of a difference in score that a map adds up to; None if there is hardly any."""
    return float(heat.sum()) / difference if abs(difference) >= _LEAST_DIFFERENCE else None


def verdict(head: float, network: float) -> tuple[str, str]:
    """What two rank correlations with random weights say of the maps, a sentence each.

    Args:
        head: With a new head on the same image features.
        network: With all weights random.
    """
    return _verdict(head, _HEAD), _verdict(network, _NETWORK)


def _verdict(correlation: float, sentences: tuple[str, str, str]) -> str:
    level = (correlation < HARDLY_CHANGES) + (correlation < CHANGES)
    return sentences[level]


def _stretched(values: Map, side_px: int) -> Map:
    """(h, w) to (h, side); a product of matrices would start threads for so little."""
    last = values.shape[1] - 1
    place = np.clip((np.arange(side_px) + 0.5) * (last + 1) / side_px - 0.5, 0, last)
    left = place.astype(np.intp)
    share = (place - left).astype(np.float32)
    right = np.minimum(left + 1, last)
    found: Map = values[:, left] * (1 - share) + values[:, right] * share
    return found
