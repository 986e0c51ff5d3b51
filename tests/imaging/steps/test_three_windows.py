"""Each color is a window of its own."""

import numpy as np
import pytest

from ichdesk.imaging.steps import STEPS
from ichdesk.imaging.window import PRESETS, Preset, window

HU = np.array([[-1000, 20, 40, 80, 600, 2000]], np.float32)


def test_brain_subdural_and_bone_are_red_green_and_blue() -> None:
    seen = STEPS["three_windows"](HU)
    np.testing.assert_allclose(seen[0, :, 0], [0, 0.25, 0.5, 1, 1, 1])
    np.testing.assert_allclose(seen[0, :, 1], [0, 0.2, 0.3, 0.5, 1, 1])
    np.testing.assert_allclose(seen[0, :, 2], [0, 820 / 2800, 0.3, 880 / 2800, 0.5, 1])


@pytest.mark.parametrize("index", range(3))
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_any_preset_in_any_color(index: int, preset: Preset) -> None:
    color = ("red", "green", "blue")[index]
    seen = STEPS["three_windows"](HU, **{color: preset.name})
    expected = window(HU, level_hu=preset.level_hu, width_hu=preset.width_hu)
    np.testing.assert_array_equal(seen[..., index], expected)
    others = [other for other in range(3) if other != index]
    np.testing.assert_array_equal(seen[..., others], STEPS["three_windows"](HU)[..., others])


def test_the_same_window_three_times_is_gray() -> None:
    seen = STEPS["three_windows"](HU, red="Stroke", green="Stroke", blue="Stroke")
    assert (np.ptp(seen, axis=-1) == 0).all()
