"""A part is chosen by pointer, finger or keyboard, and none once both are elsewhere."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.widgets.part_chooser import Part, PartChooser, nearest

CENTERS = {(0, 0): QPointF(20, 20), (0, 1): QPointF(40, 20), (1, 0): QPointF(20, 60)}


class Dots(PartChooser):
    def _part_at(self, position: QPointF) -> Part | None:
        return nearest(position, CENTERS.items())

    def _first_part(self) -> Part | None:
        return min(CENTERS)

    def _sentence(self, part: Part) -> str:
        return f"row {part[0]}, column {part[1]}"


@pytest.fixture
def dots(qtbot: QtBot) -> Dots:
    dots = Dots(Theme(Mode.LIGHT))
    qtbot.addWidget(dots)
    dots.resize(100, 100)
    return dots


@pytest.fixture
def said(dots: Dots) -> list[str]:
    said: list[str] = []
    dots.told.connect(said.append)
    return said


def point(dots: Dots, x: float, y: float, kind: QEvent.Type = QEvent.Type.MouseMove) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    where = QPointF(x, y)
    QApplication.sendEvent(dots, QMouseEvent(kind, where, where, left, left, none))


def test_the_nearest_part_within_reach_is_told_once(dots: Dots, said: list[str]) -> None:
    for x in (29, 28, 31):
        point(dots, x, 20)
    assert said == ["row 0, column 0", "row 0, column 1"]
    assert dots.accessibleDescription() == "row 0, column 1"
    point(dots, 90, 90)
    assert said[-1] == dots.accessibleDescription() == ""
    point(dots, 20, 61, QEvent.Type.MouseButtonPress)
    assert said[-1] == "row 1, column 0"


def test_the_keyboard_begins_at_the_first_part_and_a_click_does_not(
    dots: Dots, said: list[str]
) -> None:
    for reason in (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason):
        QApplication.sendEvent(dots, QFocusEvent(QEvent.Type.FocusIn, reason))
        expected = [] if reason is Qt.FocusReason.MouseFocusReason else ["row 0, column 0"]
        assert said == expected
    QApplication.sendEvent(dots, QFocusEvent(QEvent.Type.FocusOut))
    assert said == ["row 0, column 0", ""]


def test_a_pointer_that_leaves_takes_the_choice_with_it(dots: Dots, said: list[str]) -> None:
    point(dots, 20, 20)
    QApplication.sendEvent(dots, QEvent(QEvent.Type.Leave))
    assert said == ["row 0, column 0", ""]
    assert nearest(QPointF(0, 0), []) is None
