"""The window by drag, and its shades by the standard's formula."""

import numpy as np
import pytest

from ichdesk.imaging.slices import HuImage, Place
from ichdesk.imaging.window import PRESETS
from ichdesk.ui.viewer.gray_window import AS_IT_IS, START_HU, GrayWindow
from ichdesk.ui.viewer.picture import Picture, Renderer, hu_picture


def shades(picture: Picture, through: GrayWindow, *, inverted: bool = False) -> np.ndarray:
    """(H, W, 3) as drawn."""
    image = Renderer().image(picture, through, inverted=inverted)
    rows, columns = image.height(), image.width()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(rows, columns, 4)
    return pixels[..., 2::-1].copy()


def slice_of(hu: np.ndarray, **about) -> Picture:
    return hu_picture(HuImage(hu.astype(np.float32), (0.5, 0.5), Place(), **about))


def test_starts_as_brain():
    assert GrayWindow(40, 80) == START_HU
    assert START_HU.preset.name == "Brain"


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_known_by_its_values(preset):
    assert GrayWindow.of(preset).preset is preset
    assert GrayWindow(preset.level_hu + 1, preset.width_hu).preset is None


def test_across_is_width_and_down_is_level():
    start = GrayWindow(40, 80)
    assert start.dragged(200, 0) == GrayWindow(40, 160)
    assert start.dragged(-100, 0) == GrayWindow(40, 40)
    assert start.dragged(0, 50) == GrayWindow(60, 80)
    assert start.dragged(0, -50) == GrayWindow(20, 80)


def test_wide_windows_are_dragged_faster():
    assert GrayWindow(600, 2800).dragged(10, 0).width == 2940
    assert GrayWindow(40, 80).dragged(10, 0).width == 84


def test_a_window_never_closes_and_opens_again():
    closed = GrayWindow(40, 80).dragged(-5000, 0)
    assert closed.width == 1
    assert closed.dragged(100, 0).width == 21


def test_there_is_a_widest_and_a_farthest():
    far = GrayWindow(0, 10_000).dragged(100_000, 100_000)
    assert far == GrayWindow(20_000, 20_000)
    assert GrayWindow(0, 10_000).dragged(0, -100_000).level == -20_000


def test_a_drag_that_does_not_move_changes_nothing():
    assert AS_IT_IS.dragged(0, 0) == AS_IT_IS
    assert AS_IT_IS.dragged(10, 0).level == AS_IT_IS.level


@pytest.mark.parametrize("window", [(40, 80), (600, 2800), (37, 1), (-600, 1500)])
def test_shades_are_those_of_linear_exact(window):
    """DICOM PS3.3 C.11.2.1.3.2: y = ((x - c) / w + 0.5) * (ymax - ymin) + ymin, clamped."""
    level, width = window
    hu = np.arange(-1024, 3072).reshape(64, 64)
    expected = np.clip(((hu - level) / width + 0.5) * 255, 0, 255)
    drawn = shades(slice_of(hu), GrayWindow(level, width))
    assert (drawn[..., 0] == drawn[..., 1]).all()
    assert (drawn[..., 0] == drawn[..., 2]).all()
    assert np.abs(drawn[..., 0] - expected).max() <= 0.5 + 1e-3


def test_inverting_is_the_complement():
    picture = slice_of(np.arange(-100, 156).reshape(16, 16))
    plain, inverted = (shades(picture, START_HU, inverted=i) for i in (False, True))
    assert np.abs(plain.astype(int) + inverted - 255).max() <= 1


def test_a_slice_that_asks_for_it_is_inverted_and_can_be_turned_back():
    hu = np.array([[-1000, 1000]])
    picture = slice_of(hu, is_inverted=True)
    assert shades(picture, START_HU)[0, :, 0].tolist() == [255, 0]
    assert shades(picture, START_HU, inverted=True)[0, :, 0].tolist() == [0, 255]


def test_a_ready_made_picture_is_drawn_as_it_is():
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (5, 7, 3)).astype(np.uint16)
    picture = Picture(pixels, np.arange(256, dtype=np.float32))
    assert (shades(picture, AS_IT_IS) == pixels).all()
    darker = shades(picture, AS_IT_IS.dragged(0, 40))
    assert (darker <= pixels).all()
    assert darker.sum() < pixels.sum()


@pytest.mark.parametrize("step", [1.0, 0.5, 0.0, -2.0])
def test_every_value_keeps_its_number(step):
    hu = np.array([[-1000.0, -999.5, 0.0, 3071.0]])
    picture = slice_of(hu, step_hu=step)
    grid = picture.values[picture.numbers]
    assert np.abs(grid - hu).max() <= max(abs(step), 4071 / 65535) / 2 + 1e-3


def test_a_slice_of_one_value():
    assert (shades(slice_of(np.full((3, 3), 80)), START_HU) == 255).all()
