"""The columns stand side by side where there is room, and cards stay in view."""

import pytest

from ichdesk.ui.layout import MARGIN_PX, STICKY_MARGIN_PX, Columns, sticky_y


@pytest.mark.parametrize("width", [1280, 1440, 1920, 2560, 3840])
def test_three_columns_fit(width):
    columns = Columns.fit(width)
    assert columns.total == width
    assert columns.classes_x >= MARGIN_PX
    assert columns.classes_x + columns.classes < columns.training_x
    assert columns.training_x + columns.training < columns.preview_x
    right_margin = width - columns.preview_x - columns.preview
    assert abs(right_margin - columns.classes_x) <= 1


def test_narrow_canvas_scrolls_sideways():
    assert Columns.fit(800).total > 800


def test_card_stays_in_the_middle_while_the_canvas_scrolls():
    assert sticky_y(200, 0, 600, 2000) == 200
    assert sticky_y(200, 500, 600, 2000) == 700


def test_high_card_shows_its_top_first_and_its_end_last():
    assert sticky_y(900, 0, 600, 2000) == STICKY_MARGIN_PX
    assert sticky_y(900, 1400, 600, 2000) + 900 == 2000 - STICKY_MARGIN_PX
