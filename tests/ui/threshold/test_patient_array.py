"""A thousand marks: how many of each are drawn, and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from ichdesk.core.operating_point import Outcomes, expected_outcomes
from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.threshold.patient_array import PatientArray, runs


@given(st.integers(0, 1_000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, 1_000 - n))))
def test_stretches_cover_each_place_once(stretch: tuple[int, int]) -> None:
    first, count = stretch
    places = [40 * row + column + i for row, column, n in runs(first, count) for i in range(n)]
    assert places == list(range(first, first + count))


def colors(image: QImage, pitch: int, number: int) -> set[str]:
    row, column = divmod(number, 40)
    return {
        image.pixelColor(column * pitch + x, row * pitch + y).name()
        for x in range(pitch)
        for y in range(pitch)
    }


def distance(one: str, other: str) -> int:
    a, b = QColor(one), QColor(other)
    pairs = zip(a.getRgb(), b.getRgb(), strict=True)
    return sum(abs(x - y) for x, y in pairs)


@pytest.mark.parametrize("width_px", [308, 384, 768])
def test_every_patient_is_drawn_in_its_own_kind(qtbot: QtBot, width_px: int) -> None:
    theme = Theme(Mode.LIGHT)
    array = PatientArray(theme)
    qtbot.addWidget(array)
    array.resize(width_px, 100)
    array.show()
    outcomes = expected_outcomes(0.8, 0.7, 0.05)
    array.show_outcomes(outcomes)
    image = array.grab().toImage()
    pitch, background = array._pitch_px, image.pixelColor(image.width() - 1, 0).name()
    assert image.height() == 25 * pitch
    palette, first = theme.palette, 0
    for color, count in zip(
        (palette.accent, palette.error, palette.test, palette.line_strong),
        outcomes.counts,
        strict=True,
    ):
        kinds = {frozenset(colors(image, pitch, n)) for n in range(first, first + count)}
        assert len(kinds) == 1, "every mark of an outcome looks the same"
        seen = {name for name in kinds.pop() if name != background}
        assert min(distance(name, color) for name in seen) < 60, "but for smoothed edges"
        first += count
    assert first == 1_000


def test_it_says_what_it_shows(qtbot: QtBot) -> None:
    array = PatientArray(Theme(Mode.LIGHT))
    qtbot.addWidget(array)
    array.show_outcomes(Outcomes(45, 5, 190, 760))
    said = "45 found, 5 missed, 190 false alarms, 760 rightly cleared"
    assert array.accessibleDescription() == said
