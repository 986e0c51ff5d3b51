"""Windows against the formulas of the standard, as pydicom computes them."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels import apply_windowing

from ichdesk.imaging.window import PRESETS, Voi, through_voi, window


def test_brain_window() -> None:
    hu = np.array([[-1000, 0, 20], [40, 80, 3000]], np.float32)
    before = hu.copy()
    np.testing.assert_allclose(window(hu), [[0, 0, 0.25], [0.5, 1, 1]])
    np.testing.assert_array_equal(hu, before)


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize(("center", "width"), [(40, 80), (0, 1), (300.5, 2.5), (-600, 1500)])
def test_the_standard(function: str, center: float, width: float) -> None:
    values = np.linspace(-1500, 1500, 3001).astype(np.float32)
    dataset = Dataset()
    dataset.PhotometricInterpretation, dataset.BitsStored = "MONOCHROME2", 16
    dataset.PixelRepresentation = 0
    dataset.WindowCenter, dataset.WindowWidth = center, width
    dataset.VOILUTFunction = function
    with np.errstate(over="ignore"):
        expected = apply_windowing(values, dataset) / 65535
    ours = through_voi(values, Voi(center, width, function))
    np.testing.assert_allclose(ours, expected, atol=1e-4)


def test_a_width_below_one_is_exact() -> None:
    values = np.array([0.0, 0.25, 0.5], np.float32)
    np.testing.assert_allclose(through_voi(values, Voi(0.25, 0.5)), [0, 0.5, 1])


def test_presets_are_the_usual_ones() -> None:
    assert {(preset.name, preset.width_hu, preset.level_hu) for preset in PRESETS} == {
        ("Brain", 80, 40),
        ("Subdural", 200, 80),
        ("Stroke", 40, 40),
        ("Bone", 2800, 600),
        ("Soft tissue", 380, 40),
    }
