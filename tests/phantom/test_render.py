"""The window maps HU to gray, and color coding touches only its range."""

import numpy as np

from ichdesk.phantom import render

HU = np.array([[-1000, 0, 20, 40, 60, 80, 1000]], np.float32)


def test_brain_window() -> None:
    picture = render(HU)
    assert picture.dtype == np.uint8
    assert picture.shape == (1, 7, 3)
    np.testing.assert_array_equal(picture[0, :, 0], [0, 0, 64, 128, 191, 255, 255])
    assert (picture[..., 0] == picture[..., 2]).all()


def test_level_and_width_move_the_window() -> None:
    picture = render(HU, level_hu=0, width_hu=4000)
    assert picture[0, 0, 0] < picture[0, 1, 0] < picture[0, -1, 0] < 255


def test_color_coding_paints_its_range_and_nothing_else() -> None:
    plain, coded = render(HU), render(HU, color_range_hu=(50.0, 90.0))
    inside = (HU >= 50) & (HU <= 90)
    np.testing.assert_array_equal(plain[~inside], coded[~inside])
    painted = coded[inside].astype(int)
    assert (painted[:, 0] > painted[:, 2] + 60).all()  # red to orange: much red, little blue
    assert painted[1, 1] > painted[0, 1]  # denser is more orange


def test_input_is_left_alone() -> None:
    before = HU.copy()
    render(HU, color_range_hu=(0.0, 100.0))
    np.testing.assert_array_equal(HU, before)
