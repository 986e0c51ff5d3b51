"""The slider over stops: each reachable by key, near ones by mouse, on both scales."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.widgets.stop_slider import StopSlider


def slider(qtbot: QtBot, stops: list[float], number: float, *, log: bool) -> StopSlider:
    slider = StopSlider(Theme(Mode.LIGHT), logarithmic=log)
    qtbot.addWidget(slider)
    slider.resize(316, 18)
    slider.show()
    slider.set_stops(np.array(stops), number)
    return slider


def test_keys_stop_at_every_stop_and_tell(qtbot: QtBot) -> None:
    shown = slider(qtbot, [0.0, 0.1, 0.11, 1.0], 0.0, log=False)
    told = []
    shown.valueChanged.connect(lambda _: told.append(shown.number))
    for _ in range(3):
        QTest.keyClick(shown, Qt.Key.Key_Right)
    assert told == [0.1, 0.11, 1.0]


@pytest.mark.parametrize(("log", "middle"), [(False, 50.0), (True, 10.0)])
def test_the_middle_of_the_groove_is_that_of_the_scale(
    qtbot: QtBot, log: bool, middle: float
) -> None:
    shown = slider(qtbot, [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0], 1.0, log=log)
    QTest.mouseClick(shown, Qt.MouseButton.LeftButton, pos=QPoint(158, 9))
    assert shown.number == middle


def test_new_stops_tell_nobody_and_keep_to_the_nearest(qtbot: QtBot) -> None:
    shown = slider(qtbot, [0.0, 0.5, 1.0], 0.5, log=False)
    told: list[int] = []
    shown.valueChanged.connect(told.append)
    shown.set_stops(np.array([0.0, 0.2, 0.45, 0.7, 1.0]), 0.5)
    assert shown.number == 0.45
    assert not told
