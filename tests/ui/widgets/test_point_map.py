"""The map of points by mouse and by keyboard; what is drawn where."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ichdesk.ui.theme import DARK, LIGHT, Mode, Theme
from ichdesk.ui.widgets.point_layer import PORTION
from ichdesk.ui.widgets.point_layout import NOTHING
from ichdesk.ui.widgets.point_legend import PointLegend
from ichdesk.ui.widgets.point_map import PointMap
from ichdesk.ui.widgets.point_mark import PointMark, Shape, shape_of
from ichdesk.ui.widgets.point_picture import Points

LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
MOUSE = QContextMenuEvent.Reason.Mouse
NONE = Qt.KeyboardModifier.NoModifier
RED = PointMark("#ff0000", Shape.CIRCLE, "Red", 2)
BLUE = PointMark("#0000ff", Shape.SQUARE, "Blue", 3)

# 3 . 4
# . 0 .
# 1 . 2
PLACES = np.array([(0, 0), (-1, -1), (1, -1), (-1, 1), (1, 1)], np.float32)


@pytest.fixture
def theme(qtbot: QtBot) -> Theme:
    return Theme(Mode.LIGHT)


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> PointMap:
    view = PointMap(theme)
    qtbot.addWidget(view)
    view.resize(300, 300)
    view.show_points(Points(PLACES, np.array([0, 0, 1, 1, 1]), (RED, BLUE)))
    with qtbot.waitExposed(view):
        view.show()
    return view


def at(view: PointMap, row: int) -> QPoint:
    return view._layout.point(row).toPoint()


def lasso(qtbot: QtBot, view: PointMap, *rows: int, modifier: Qt.KeyboardModifier = NONE) -> None:
    """Drag a rectangle around points."""
    where = np.array([view._layout.where[row] for row in rows])
    (left, top), (right, bottom) = where.min(axis=0) - 9, where.max(axis=0) + 9
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    start, *others = [QPointF(x, y).toPoint() for x, y in corners]
    qtbot.mousePress(view, LEFT, modifier, start)
    for corner in others:
        qtbot.mouseMove(view, corner)
    qtbot.mouseRelease(view, LEFT, modifier, others[-1])


def test_y_points_upwards_and_both_axes_have_one_scale(view: PointMap) -> None:
    view.resize(500, 300)
    where = view._layout.where
    assert where[3, 1] < where[0, 1] < where[1, 1]
    assert where[2, 0] - where[1, 0] == pytest.approx(where[1, 1] - where[3, 1])
    np.testing.assert_allclose(where[0], (250, 150))


def test_a_click_selects_and_beside_all_points_it_does_not(qtbot: QtBot, view: PointMap) -> None:
    qtbot.mouseClick(view, LEFT, pos=at(view, 4))
    assert view.selected == [4]
    qtbot.mouseClick(view, LEFT, SHIFT, at(view, 1))
    assert view.selected == [1, 4]
    qtbot.mouseClick(view, LEFT, SHIFT, at(view, 4))
    assert view.selected == [1]
    qtbot.mouseClick(view, LEFT, SHIFT, QPoint(150, 5))
    assert view.selected == [1]
    qtbot.mouseClick(view, LEFT, pos=QPoint(150, 5))
    assert view.selected == []


def test_a_lasso_selects_and_with_shift_adds(qtbot: QtBot, view: PointMap) -> None:
    lasso(qtbot, view, 0, 3)
    assert view.selected == [0, 3]
    lasso(qtbot, view, 2, modifier=SHIFT)
    assert view.selected == [0, 2, 3]
    lasso(qtbot, view, 1)
    assert view.selected == [1]


def test_without_lasso_a_drag_selects_nothing_but_where_it_ends(qtbot: QtBot, theme: Theme) -> None:
    view = PointMap(theme, has_lasso=False)
    qtbot.addWidget(view)
    view.resize(300, 300)
    view.show_points(Points(PLACES, np.zeros(5, np.int64), (RED,)))
    lasso(qtbot, view, 0, 1, 2, 3, 4)
    assert view.selected == []


def test_the_pointer_tells_of_a_point(qtbot: QtBot, view: PointMap) -> None:
    told: list[int] = []
    view.pointed.connect(told.append)
    qtbot.mouseMove(view, at(view, 2))
    qtbot.mouseMove(view, QPoint(150, 5))
    assert told == [2, NOTHING]
    qtbot.mouseMove(view, at(view, 0))
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert told[2:] == [0, NOTHING]


def test_a_double_click_opens(qtbot: QtBot, view: PointMap) -> None:
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.mouseDClick(view, LEFT, pos=at(view, 3))
    assert opened.args == [3]
    with qtbot.assertNotEmitted(view.opened):
        qtbot.mouseDClick(view, LEFT, pos=QPoint(150, 5))


def test_a_menu_is_about_the_point_below_it(qtbot: QtBot, view: PointMap) -> None:
    view.select({1, 2})
    for row, selected in ((2, [1, 2]), (4, [4])):
        event = QContextMenuEvent(MOUSE, at(view, row), view.mapToGlobal(at(view, row)))
        with qtbot.waitSignal(view.menu_requested):
            QApplication.sendEvent(view, event)
        assert view.selected == selected


def test_arrow_keys_go_to_the_nearest_point_in_their_direction(
    qtbot: QtBot, view: PointMap
) -> None:
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    assert view.current == 0
    steps = [("Up", 3), ("Right", 4), ("Right", 4), ("Down", 2), ("Left", 1), ("Down", 1)]
    for key, row in steps:
        qtbot.keyClick(view, getattr(Qt.Key, f"Key_{key}"))
        assert view._layout.point(view.current).y() == view._layout.point(row).y()
    assert view.current == 1


def test_space_selects_enter_opens_and_escape_clears(qtbot: QtBot, view: PointMap) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Left)  # into the middle
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert view.selected == [0]
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [0]
    with qtbot.waitSignal(view.selection_changed):
        qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.selected == []


def test_points_without_a_place_are_not_there(qtbot: QtBot, view: PointMap) -> None:
    places = PLACES.copy()
    places[0] = np.nan
    view.show_points(Points(places, np.zeros(5, np.int64), (RED,)))
    qtbot.mouseClick(view, LEFT, pos=QPoint(150, 150))
    assert view.selected == []
    view.go_to(0)
    view.show_links(0, [1, 2])
    view.grab()
    lasso(qtbot, view, 1, 2, 3, 4)
    assert view.selected == [1, 2, 3, 4]


@pytest.mark.parametrize("places", [PLACES[:0], PLACES[:1], np.full((3, 2), np.nan, np.float32)])
def test_next_to_nothing_can_be_shown(qtbot: QtBot, view: PointMap, places: np.ndarray) -> None:
    view.show_points(Points(places, np.zeros(len(places), np.int64), (RED,)))
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Return):
        qtbot.keyClick(view, key)
    qtbot.mouseMove(view, QPoint(150, 150))
    view.grab()


def test_the_same_points_elsewhere_stay_selected_and_others_do_not(view: PointMap) -> None:
    view.select({2})
    view.show_points(Points(-PLACES, np.zeros(5, np.int64), (BLUE,)))
    assert view.selected == [2]
    view.show_points(Points(PLACES[:3], np.zeros(3, np.int64), (BLUE,)))
    assert view.selected == []


def test_points_have_the_color_of_their_kind(view: PointMap, theme: Theme) -> None:
    image = view.grab().toImage()
    assert image.pixelColor(at(view, 0)).name() == RED.color
    assert image.pixelColor(at(view, 4)).name() == BLUE.color
    view.select({0, 1})
    assert view.grab().toImage().pixelColor(at(view, 4)).name() != BLUE.color
    theme.set_mode(Mode.DARK)
    assert view.grab().toImage().pixelColor(at(view, 0)).name() == RED.color


def test_many_points_are_drawn_bit_by_bit_in_place_of_the_old_ones(
    qtbot: QtBot, view: PointMap
) -> None:
    many = np.repeat(PLACES, PORTION // 2, axis=0)
    view.grab()
    view.show_points(Points(many, np.zeros(len(many), np.int64), (BLUE,)))
    assert view.grab().toImage().pixelColor(at(view, 0)).name() == RED.color
    last = 2 * (PORTION // 2) - 1
    qtbot.waitUntil(lambda: view.grab().toImage().pixelColor(at(view, last)).name() == BLUE.color)


def test_a_picture_of_many_points_has_them_all(view: PointMap) -> None:
    many = np.repeat(PLACES, PORTION // 2, axis=0)
    view.show_points(Points(many, np.zeros(len(many), np.int64), (BLUE,)))
    view.draw_all()
    image = view.grab().toImage()
    for row in range(0, len(many), PORTION // 2):
        assert image.pixelColor(at(view, row)).name() == BLUE.color


def test_what_is_behind_hides_nothing(view: PointMap) -> None:
    behind = PointMark("#00ff00", Shape.SQUARE, "Behind", is_behind=True)
    kinds = np.array([1, 0, 0, 0, 1, 0, 1, 0, 0])
    places = np.concatenate([PLACES, np.zeros((4, 2), np.float32)])
    view.show_points(Points(places, kinds, (behind, RED)))
    assert view.grab().toImage().pixelColor(at(view, 0)).name() == RED.color


def test_the_picture_stays_inside(qtbot: QtBot, view: PointMap) -> None:
    picture = QPixmap(80, 80)
    picture.fill("#00ff00")
    view.picture_of = lambda _: picture
    for row in range(5):
        view.go_to(row)
        view.select({row})
        image = view.grab().toImage()
        green = [
            (x, y)
            for x in range(0, 300, 4)
            for y in range(0, 300, 4)
            if image.pixelColor(x, y).name() == "#00ff00"
        ]
        assert 350 < len(green) <= 400  # of 20 times 20


# --- marks and legend ------------------------------------------------------------------------


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_36_kinds_differ_in_color_or_shape(palette) -> None:
    colors = len(palette.classes)
    looks = {(palette.class_color(i), shape_of(i, colors)) for i in range(36)}
    assert len(looks) == 36
    assert Shape.RING not in {shape for _, shape in looks}


def test_the_legend_counts_and_leaves_out_what_is_not_there(qtbot: QtBot, theme: Theme) -> None:
    legend = PointLegend(theme)
    qtbot.addWidget(legend)
    legend.show_marks([RED, BLUE, PointMark("#000000", Shape.RING, "None", 0)])
    assert legend.texts == ["Red (2)", "Blue (3)"]
    assert legend.accessibleName() == "Legend: Red (2), Blue (3)"
    one_line = legend.lines_px(400)
    assert legend.lines_px(70) == 2 * one_line
    legend.show_marks([PointMark("#000000", Shape.STAR, f"P{n}", n) for n in range(1, 31)])
    assert len(legend.texts) == 12
    assert legend.texts[0] == "P20 (20)"
    assert legend.texts[-1] == f"and 19 more ({sum(range(1, 20))})"
    with qtbot.waitExposed(legend):
        legend.show()
    legend.resize(200, 10)
    assert legend.height() == legend.lines_px(200) > one_line
