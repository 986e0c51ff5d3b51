"""The slider of a range: exact to the step with keys, fine in the middle with the mouse."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QSlider
from pytestqt.qtbot import QtBot

from ichdesk.imaging.steps import Range
from ichdesk.ui.lab.value_slider import ValueSlider
from ichdesk.ui.theme import Mode, Theme

LEVEL = Range("Level", -1000, 3000, 1, "HU")
STRENGTH = Range("Strength", 0, 1, 0.05)


def slider(qtbot: QtBot, form: Range, middle: float) -> ValueSlider:
    slider = ValueSlider(Theme(Mode.LIGHT), form, middle)
    qtbot.addWidget(slider)
    slider.resize(320, 18)
    slider.show()
    slider.set_number(middle)
    return slider


def press(qtbot: QtBot, slider: QSlider, x_px: int) -> None:
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(x_px, 9))


def test_keys_change_by_the_smallest_step_and_by_ten(qtbot: QtBot) -> None:
    level = slider(qtbot, LEVEL, 40)
    qtbot.keyClick(level, Qt.Key.Key_Right)
    assert level.number == 41
    qtbot.keyClick(level, Qt.Key.Key_PageUp)
    assert level.number == 51
    qtbot.keyClick(level, Qt.Key.Key_Home)
    assert level.number == -1000
    qtbot.keyClick(level, Qt.Key.Key_End)
    assert level.number == 3000
    strength = slider(qtbot, STRENGTH, 1)
    qtbot.keyClick(strength, Qt.Key.Key_Left)
    assert strength.number == pytest.approx(0.95)


def test_the_ends_of_the_groove_are_the_ends_of_the_range(qtbot: QtBot) -> None:
    for form, middle in ((LEVEL, 40.0), (STRENGTH, 1.0), (Range("W", 1, 4000), 80.0)):
        shown = slider(qtbot, form, middle)
        press(qtbot, shown, 0)
        assert shown.number == pytest.approx(form.low)
        press(qtbot, shown, 319)
        assert shown.number == pytest.approx(form.high)


def test_in_the_middle_of_a_long_range_a_pixel_is_about_a_step(qtbot: QtBot) -> None:
    level = slider(qtbot, LEVEL, 40)
    press(qtbot, level, 160)
    at_middle = level.number
    press(qtbot, level, 180)
    assert at_middle == pytest.approx(40, abs=2)
    assert 10 < level.number - at_middle < 60


def test_a_short_range_is_even(qtbot: QtBot) -> None:
    strength = slider(qtbot, STRENGTH, 1)
    press(qtbot, strength, 160)
    assert strength.number == pytest.approx(0.5)


@pytest.mark.parametrize("number", [-1000, -999, -3, 39, 40, 41, 90, 2999, 3000])
def test_the_knob_is_where_a_click_gives_about_its_value(qtbot: QtBot, number: int) -> None:
    level = slider(qtbot, LEVEL, 40)
    level.set_number(number)
    place_px = level._x_of(level.value())
    steps_per_px = abs(level._count_at(place_px + 1) - level._count_at(place_px - 1)) or 1
    assert abs(level._count_at(place_px) - level.value()) <= steps_per_px


def test_showing_a_value_tells_nobody(qtbot: QtBot) -> None:
    level = slider(qtbot, LEVEL, 40)
    told: list[int] = []
    level.valueChanged.connect(told.append)
    level.set_number(70)
    assert level.number == 70
    assert not told
