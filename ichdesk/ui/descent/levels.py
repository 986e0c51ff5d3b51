"""Round heights for contour lines and axes, evenly or by powers of ten, and numbers as text."""

from math import ceil, floor, log10

import numpy as np

from ichdesk.ui.widgets.learning_rate_edit import rate_text

_LOGARITHMIC_FROM = 4.0  # times the lowest; below that equal steps are easier to read
_MANTISSAS = ((1.0, 1.5, 2.0, 3.0, 5.0, 7.0), (1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))
_STEPS = (1.0, 2.0, 2.5, 5.0)


def is_wide(low: float, high: float) -> bool:
    """Whether a range of positive numbers asks for a logarithmic scale."""
    return high >= _LOGARITHMIC_FROM * low


def round_levels(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two positive ones, rising, at most `most` of them; none is an end."""
    if not is_wide(low, high):
        return _even(low, high, most)
    first, last = floor(log10(low)), ceil(log10(high))
    for mantissas in _MANTISSAS:
        levels = [float(f"{m}e{e}") for e in range(first, last + 1) for m in mantissas]
        inside = [level for level in levels if low < level < high]
        if len(inside) <= most:
            return inside
    return inside[:: ceil(len(inside) / most)]


def _even(low: float, high: float, most: int) -> list[float]:
    if not high > low:
        return []
    exponent = floor(log10((high - low) / most))
    steps = [float(f"{m}e{e}") for e in (exponent, exponent + 1) for m in _STEPS]
    step = next(step for step in steps if (high - low) / step <= most)
    numbers = range(floor(low / step) + 1, ceil(high / step))
    return [round(number * step, 12) for number in numbers]


def loss_text(loss: float) -> str:
    """A loss as people write it, to two digits after the point or two that count."""
    if not np.isfinite(loss):
        return "beyond all numbers"
    if loss >= 1000.0:
        return f"{loss:,.0f}" if loss < 1e6 else f"{loss:.0e}"
    if loss >= 0.1:
        return f"{loss:.2f}"
    return rate_text(float(f"{loss:.1e}"))


def level_text(level: float) -> str:
    """A round height without needless zeros."""
    return f"{level:,.0f}" if level >= 1000.0 else f"{level:.12g}"
