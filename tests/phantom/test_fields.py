"""Shapes have the sizes they are asked for, and random fields the spread they promise."""

import numpy as np
import pytest

from ichdesk.phantom.fields import capsule, ellipse, polyline, smooth_field, soft_step

LINE = np.arange(-50, 50, dtype=np.float32) + 0.5
X, Y = np.meshgrid(LINE, LINE)


def area(inside: np.ndarray) -> float:
    return float((inside > 0).sum())


def test_ellipse_has_its_area() -> None:
    assert area(ellipse(X, Y, (3.0, -4.0), (10.0, 20.0), 0.7)) == pytest.approx(
        np.pi * 200, rel=0.02
    )


def test_capsule_is_a_rectangle_with_round_ends() -> None:
    inside = capsule(X, Y, (-15.0, 0.0), (15.0, 0.0), (6.0, 6.0))
    assert area(inside) == pytest.approx(30 * 12 + np.pi * 36, rel=0.02)
    assert inside.max() == pytest.approx(6.0, abs=0.6)


def test_polyline_covers_each_of_its_segments() -> None:
    inside = polyline(X, Y, [(-30, 0), (0, 0), (0, 30)], [2.0, 2.0, 2.0])
    assert inside[50, 30] > 0
    assert inside[70, 50] > 0
    assert inside[70, 30] < 0


def test_soft_step_runs_from_0_to_1_over_its_width() -> None:
    weight = soft_step(np.array([-5, -1, 0, 1, 5], np.float32), 4.0)
    np.testing.assert_allclose(weight, [0, 0.25, 0.5, 0.75, 1])


@pytest.mark.parametrize("cells", [5, 14, 38])
def test_smooth_field_has_unit_spread_and_is_float32(cells: int) -> None:
    rng = np.random.default_rng(0)
    fields = np.stack([smooth_field(rng, 96, cells) for _ in range(60)])
    assert fields.dtype == np.float32
    assert fields.mean() == pytest.approx(0, abs=0.1)
    assert fields.std() == pytest.approx(1, abs=0.15)


def test_smooth_field_is_smooth() -> None:
    field = smooth_field(np.random.default_rng(1), 224, 6)
    assert np.abs(np.diff(field, axis=0)).max() < 0.15
