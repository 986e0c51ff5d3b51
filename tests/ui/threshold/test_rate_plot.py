"""The line of a rate plot without the points that a straight line does not need."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.ui.threshold.rate_plot import corners


def test_straight_stretches_lose_their_middle() -> None:
    x, y = corners(np.array([0, 0, 0, 0.5, 0.5, 1.0]), np.array([0, 0.2, 0.4, 0.4, 0.4, 0.9]))
    np.testing.assert_array_equal(x, [0, 0, 0.5, 1])
    np.testing.assert_array_equal(y, [0, 0.4, 0.4, 0.9])


def test_a_line_that_turns_back_keeps_its_end() -> None:
    x, y = corners(np.array([0.3, 0.3, 0.3]), np.array([0.2, 0.9, 0.4]))
    np.testing.assert_array_equal(y, [0.2, 0.9, 0.4])
    assert len(x) == 3


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_a_curve_of_steps_keeps_its_area(steps: list[bool]) -> None:
    ups = np.array(steps)
    x = np.concatenate([[0], np.cumsum(~ups)]).astype(np.float64)
    y = np.concatenate([[0], np.cumsum(ups)]).astype(np.float64)
    kept_x, kept_y = corners(x, y)
    assert np.trapezoid(kept_y, kept_x) == np.trapezoid(y, x)
    assert len(kept_x) == 2 + np.count_nonzero(np.diff(ups))
