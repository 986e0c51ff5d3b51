"""The window step is the window of the standard, linear and exact."""

import numpy as np

from ichdesk.imaging.steps import STEPS

HU = np.array([[-1000, 0, 20, 40, 60, 80, 1000]], np.float32)


def test_brain_is_the_default() -> None:
    np.testing.assert_allclose(STEPS["window"](HU), [[0, 0, 0.25, 0.5, 0.75, 1, 1]])


def test_another_window() -> None:
    seen = STEPS["window"](HU, level_hu=50.0, width_hu=100.0)
    np.testing.assert_allclose(seen, [[0, 0, 0.2, 0.4, 0.6, 0.8, 1]])
