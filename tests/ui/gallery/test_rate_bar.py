"""The bars grow and change color with the accuracy, and the color blind see it too."""

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from ichdesk.ui.gallery.rate_bar import RateScale, paint_rate, rate_color
from ichdesk.ui.theme import DARK, LIGHT, Mode, Palette, Theme

HEIGHT = 100
# linear RGB as seen without red, green or blue cones (Viénot 1999; Brettel 1997 for the last)
BLIND = {
    "protan": [[0.1124, 0.8876, 0], [0.1124, 0.8876, 0], [0.0040, -0.0040, 1]],
    "deutan": [[0.2928, 0.7072, 0], [0.2928, 0.7072, 0], [-0.0223, 0.0223, 1]],
}


def linear(color: QColor) -> np.ndarray:
    """Linear RGB from 0 to 1."""
    parts = np.array([color.redF(), color.greenF(), color.blueF()])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear RGB."""
    matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.array(matrix) @ np.clip(rgb, 0, 1) / (0.9505, 1, 1.089)
    fx, fy, fz = (np.cbrt(t) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def contrast(one: QColor, other: QColor) -> float:
    """WCAG contrast ratio."""
    low, high = sorted(float(linear(c) @ (0.2126, 0.7152, 0.0722)) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("kind", BLIND)
def test_the_color_blind_tell_bad_from_good(palette: Palette, kind: str) -> None:
    low, middle, high = (
        lab(np.array(BLIND[kind]) @ linear(rate_color(rate, palette))) for rate in (0, 0.5, 1)
    )
    assert np.linalg.norm(low - high) > 30
    assert np.linalg.norm(low - middle) > 20
    assert np.linalg.norm(middle - high) > 20


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("rate", [0, 0.25, 0.5, 0.75, 1])
def test_a_bar_stands_out_from_the_window(palette: Palette, rate: float) -> None:
    assert contrast(rate_color(rate, palette), QColor(palette.card)) >= 3


@pytest.mark.parametrize(("rate", "expected"), [(None, 0), (0.0, 3), (0.5, 50), (1.0, 100)])
def test_a_bar_is_as_high_as_its_accuracy(qtbot: QtBot, rate: float | None, expected: int) -> None:
    image = QImage(6, HEIGHT, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_rate(painter, QRect(0, 0, 6, HEIGHT), rate, LIGHT)
    painter.end()
    column = [image.pixelColor(2, y) for y in range(HEIGHT)]
    filled = [color != QColor(LIGHT.line) for color in column]
    assert filled == [False] * (HEIGHT - expected) + [True] * expected


def test_the_scale_shows_its_ends(qtbot: QtBot) -> None:
    scale = RateScale(Theme(Mode.LIGHT))
    qtbot.addWidget(scale)
    scale.resize(scale.sizeHint())
    shot = scale.grab().toImage()
    colors = {shot.pixelColor(x, shot.height() - 4).name() for x in range(shot.width())}
    near_one = rate_color(0.99, LIGHT)
    assert any(contrast(QColor(name), near_one) < 1.1 for name in colors)
    assert scale.accessibleName()
