"""How well two colors are told apart (WCAG 2.1, relative luminance and contrast ratio)."""

from PySide6.QtGui import QColor


def contrast(first: QColor | str, second: QColor | str) -> float:
    """From 1, the same, to 21, black on white."""
    high, low = sorted((_luminance(QColor(c)) for c in (first, second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(color: QColor) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (color.redF(), color.greenF(), color.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
