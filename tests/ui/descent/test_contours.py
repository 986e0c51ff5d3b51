"""The map is as high as its ground, and its colors go evenly from dark to light."""

import numpy as np
import pytest

from ichdesk.ui.descent.contours import band_map, height_at, heights, levels, map_image
from ichdesk.ui.descent.ramp import _lab, ramp
from ichdesk.ui.descent.ways import Ground
from ichdesk.ui.theme import DARK, LIGHT, Palette


def ground(loss: np.ndarray) -> Ground:
    rows, columns = loss.shape
    x, y = np.linspace(-1, 1, columns), np.linspace(0, 2, rows)
    return Ground(x.astype(np.float32), y.astype(np.float32), loss.astype(np.float32))


SLOPE = ground(10.0 ** np.linspace(-2, 1, 7)[None].repeat(5, 0))


def test_between_points_the_height_is_between_theirs() -> None:
    assert height_at(SLOPE, -1.0, 0.0) == pytest.approx(0.01, rel=1e-5)
    assert height_at(SLOPE, 1.0, 2.0) == pytest.approx(10.0, rel=1e-5)
    assert height_at(SLOPE, 0.0, 1.3) == pytest.approx(10**-0.5, rel=1e-4)
    assert height_at(SLOPE, 99.0, -99.0) == pytest.approx(10.0, rel=1e-5)


def test_bands_rise_to_the_right_and_cover_all() -> None:
    lines = levels(SLOPE)
    bands = band_map(SLOPE, lines, (40, 60))
    assert bands.shape == (40, 60)
    assert (np.diff(bands, axis=1) >= 0).all()
    assert set(np.unique(bands)) == set(range(len(lines) + 1))


def test_the_highest_y_is_at_the_top() -> None:
    hill = ground(np.array([[1.0, 1.0], [100.0, 100.0]]))
    bands = band_map(hill, [10.0], (10, 10))
    assert bands[0, 0] == 1
    assert bands[-1, 0] == 0


def test_enormous_and_missing_losses_are_cut() -> None:
    loss = np.array([[0.0, 1e-20, 1.0], [np.inf, np.nan, 1e30]])
    cut = heights(ground(loss))
    assert np.isfinite(cut).all()
    assert (cut > 0).all()
    assert cut[1].tolist() == [1e6] * 3
    map_image(
        band_map(ground(loss), levels(ground(loss)), (20, 20)), ramp("#000000", "#FFFFFF", 12)
    )


def test_a_flat_ground_is_one_band() -> None:
    flat = ground(np.full((3, 3), 0.7))
    assert levels(flat) == []
    image = map_image(band_map(flat, [], (8, 8)), ramp("#000000", "#FFFFFF", 1))
    assert image.pixelColor(0, 0) == image.pixelColor(7, 7)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_colors_go_from_dark_to_light_in_equal_steps(palette: Palette) -> None:
    colors = ramp(palette.accent, palette.accent_soft, 12)
    lightness = [_lab("#{:02X}{:02X}{:02X}".format(*color))[0] for color in colors.tolist()]
    steps = np.diff(lightness)
    assert (steps > 0).all()
    np.testing.assert_allclose(steps, steps.mean(), rtol=0.2)
    assert steps.mean() > 0.02


def test_the_ends_of_a_ramp_are_the_colors_themselves() -> None:
    assert ramp("#EBF0FE", "#1967D2", 5)[[0, -1]].tolist() == [[25, 103, 210], [235, 240, 254]]
