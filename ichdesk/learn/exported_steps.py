"""Image steps in tensors, for models that leave ICHDesk; the same as in `ichdesk.imaging.steps`."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from ichdesk.core.steps import Steps
from ichdesk.imaging.colors import COLOR_SHARE, GRAY_SHARE, NARROWEST, ORANGE, RED
from ichdesk.imaging.steps import STEPS
from ichdesk.imaging.window import PRESETS

_WHITE = 255.0
_SHADES = 256
_BY_NAME = {preset.name: preset for preset in PRESETS}
_RED, _GREEN, _BLUE = 0.299, 0.587, 0.114  # ITU-R BT.601


def unheld_sentence(steps: Steps) -> str:
    """Why Hounsfield units cannot be given to an exported model; "" if they can."""
    unheld = (STEPS[step.name].title for step in steps if step.name not in _IN_TENSORS)
    title = next(unheld, None)
    if title is None:
        return ""
    return (
        f"The image step “{title}” works in ICHDesk alone, so an exported model takes finished "
        "pictures and no Hounsfield units."
    )


def picture_of(hu: Tensor, steps: Steps) -> Tensor:
    """Take slices through image steps.

    Args:
        hu: (N, H, W) Hounsfield units.
        steps: Such that `unheld_sentence` says nothing.

    Returns:
        Gray (N, 1, H, W) or RGB (N, 3, H, W), from 0 to 1.
    """
    values = hu[:, None]
    for step in steps:
        values = _IN_TENSORS[step.name](values, **dict(step.values))
    return values


def _window(hu: Tensor, *, level_hu: float, width_hu: float) -> Tensor:
    return ((hu - (level_hu - width_hu / 2)) / width_hu).clamp(0.0, 1.0)


def _three_windows(hu: Tensor, *, red: str, green: str, blue: str) -> Tensor:
    chosen = [_BY_NAME[name] for name in (red, green, blue)]
    planes = [_window(hu, level_hu=p.level_hu, width_hu=p.width_hu) for p in chosen]
    return torch.cat(planes, dim=1)


def _color_code(
    hu: Tensor, *, low_hu: float, high_hu: float, level_hu: float, width_hu: float
) -> Tensor:
    low, high = min(low_hu, high_hu), max(low_hu, high_hu)
    gray = _window(hu, level_hu=level_hu, width_hu=width_hu) * _WHITE
    along = ((hu - low) / max(high - low, NARROWEST)).clamp(0.0, 1.0)
    red, orange = (torch.from_numpy(color)[:, None, None] for color in (RED, ORANGE))
    color = red + along * (orange - red)  # (N, 3, H, W)
    painted = float(GRAY_SHARE) * gray + float(COLOR_SHARE) * color
    return torch.where((hu >= low) & (hu <= high), painted, gray) / _WHITE


def _equalize(picture: Tensor, *, strength: float) -> Tensor:
    if picture.shape[1] == 1:
        return picture + strength * (_spread(picture) - picture)
    red, green, blue = picture[:, 0:1], picture[:, 1:2], picture[:, 2:3]
    brightness = _RED * red + _GREEN * green + _BLUE * blue
    change = strength * (_spread(brightness) - brightness)
    change = torch.maximum(change, -picture.amin(dim=1, keepdim=True))
    change = torch.minimum(change, 1.0 - picture.amax(dim=1, keepdim=True))
    return (picture + change).clamp(0.0, 1.0)


def _spread(gray: Tensor) -> Tensor:
    """Each shade becomes the share of counted pixels that are darker, and half of its own."""
    shades = (gray * (_SHADES - 1) + 0.5).to(torch.int64).flatten(1)  # (N, H * W)
    ones = torch.ones_like(shades, dtype=torch.float64)
    counts = torch.zeros(gray.shape[0], _SHADES, dtype=torch.float64).scatter_add(1, shades, ones)
    within = torch.arange(_SHADES)
    counts = torch.where((within > 0) & (within < _SHADES - 1), counts, 0.0)
    ranks = counts.cumsum(1) - counts / 2
    ranks = ranks / counts.sum(1, keepdim=True).clamp_min(1.0)
    ranks = torch.where(within < _SHADES - 1, ranks, 1.0).to(torch.float32)
    return ranks.gather(1, shades).view_as(gray)


_IN_TENSORS: Mapping[str, Callable[..., Tensor]] = {
    "window": _window,
    "three_windows": _three_windows,
    "color_code": _color_code,
    "equalize": _equalize,
}
