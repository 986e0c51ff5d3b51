"""The matrix tells its cells by keyboard and by pointer, and keeps its counts readable."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from ichdesk.ui.theme import Mode, Theme
from ichdesk.ui.widgets.matrix_figures import Figures
from ichdesk.ui.widgets.matrix_view import MatrixView
from tests.ui.contrast import contrast

NAMES = ("Hemorrhage", "Normal")
COUNTS = np.array([[4, 1], [0, 5]], np.int64)


@pytest.fixture(params=[Mode.LIGHT, Mode.DARK])
def theme(request: pytest.FixtureRequest, qtbot) -> Theme:
    return Theme(request.param)


@pytest.fixture
def matrix(qtbot, theme: Theme) -> MatrixView:
    matrix = MatrixView(theme)
    qtbot.addWidget(matrix)
    matrix.resize(380, 300)
    matrix.show_counts(COUNTS, NAMES)
    return matrix


def test_a_longer_name_gets_the_room_it_needs(matrix: MatrixView) -> None:
    matrix.show_counts(COUNTS, ("A", "B"))
    before = matrix.height()
    matrix.show_counts(COUNTS, ("A rather long name", "B"))
    assert matrix.height() == matrix.sizeHint().height() > before


def test_arrow_keys_read_the_cells(matrix: MatrixView, qtbot) -> None:
    said: list[str] = []
    matrix.told.connect(said.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(matrix, key)
    assert said == [
        "Hemorrhage: 4 of 5 test images correctly called Hemorrhage",
        "Hemorrhage: 1 of 5 test images called Normal",
        "Normal: 5 of 5 test images correctly called Normal",
    ]
    assert matrix.accessibleDescription() == said[-1]


def test_the_pointer_reads_the_cells(matrix: MatrixView, qtbot) -> None:
    with qtbot.waitSignal(matrix.told) as blocker:
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=QPoint(130, 20))
    assert blocker.args[0].startswith("Hemorrhage: 4 of 5")


def test_percents_come_with_their_n(matrix: MatrixView, qtbot) -> None:
    said: list[str] = []
    matrix.show_percents(True)
    matrix.told.connect(said.append)
    qtbot.keyClick(matrix, Qt.Key.Key_Right)
    assert said == ["Hemorrhage: 4 of 5 test images (80 %) correctly called Hemorrhage"]
    figures = matrix._figures
    assert [[figures.text(row, column) for column in range(2)] for row in range(2)] == [
        ["80 %", "20 %"],
        ["0 %", "100 %"],
    ]
    assert [figures.row_note(row) for row in range(2)] == ["n = 5", "n = 5"]


def test_percents_never_round_to_none_or_all() -> None:
    figures = Figures(np.array([[999, 1], [0, 0]]), NAMES, as_percent=True)
    assert figures.text(0, 0) == ">99 %"
    assert figures.text(0, 1) == "<1 %"
    assert figures.text(1, 0) == "–"
    assert figures.strength(1, 0) == 0.0


def test_colors_of_percents_are_shares_of_the_row(matrix: MatrixView, theme: Theme) -> None:
    matrix.show_counts(np.array([[1, 0], [5, 45]]), NAMES)
    matrix.show_percents(True)
    assert matrix.cell_color(0, 0).name().upper() == theme.palette.heat_high.upper()
    assert matrix.cell_color(0, 1).name().upper() == theme.palette.heat_low.upper()


@pytest.mark.parametrize("classes", [2, 6, 12, 40])
def test_percents_fit_their_width(qtbot, theme: Theme, classes: int) -> None:
    matrix = MatrixView(theme)
    qtbot.addWidget(matrix)
    matrix.resize(380, 300)
    matrix.show_counts(np.full((classes, classes), 1000), tuple(str(i) for i in range(classes)))
    matrix.show_percents(True)
    layout = matrix._layout()
    assert layout.x + layout.size <= 380
    assert matrix.height() == matrix.sizeHint().height()
    assert not matrix.grab().isNull()


def test_enter_and_click_open_a_cell(matrix: MatrixView, qtbot) -> None:
    opened: list[tuple[int, int]] = []
    matrix.cell_opened.connect(lambda row, column: opened.append((row, column)))
    qtbot.keyClick(matrix, Qt.Key.Key_Return)
    assert not opened  # no cell is chosen yet
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Space):
        qtbot.keyClick(matrix, key)
    place = matrix._layout().rect(0, 1).center().toPoint()
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseClick(matrix, Qt.MouseButton.RightButton, pos=place)
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert opened == [(1, 0), (1, 0), (0, 1)]


def test_the_largest_count_has_the_strongest_color(matrix: MatrixView, theme: Theme) -> None:
    assert matrix.cell_color(1, 1).name().upper() == theme.palette.heat_high.upper()
    assert matrix.cell_color(1, 0).name().upper() == theme.palette.heat_low.upper()


def test_counts_are_readable_on_every_color(matrix: MatrixView, theme: Theme) -> None:
    for row in range(2):
        for column in range(2):
            color = matrix.cell_color(row, column)
            assert contrast(theme.palette.text, color) >= 4.5


@pytest.mark.parametrize("classes", [1, 2, 5, 6, 12, 40])
def test_it_fits_its_width(qtbot, theme: Theme, classes: int) -> None:
    matrix = MatrixView(theme)
    qtbot.addWidget(matrix)
    matrix.resize(380, 300)
    matrix.show_counts(np.full((classes, classes), 1000), tuple(str(i) for i in range(classes)))
    layout = matrix._layout()
    assert layout.x + layout.size <= 380
    assert not matrix.grab().isNull()


def test_all_zero_counts_divide_nothing(matrix: MatrixView) -> None:
    matrix.show_counts(np.zeros((2, 2), np.int64), NAMES)
    assert not matrix.grab().isNull()
