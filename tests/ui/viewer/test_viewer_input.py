"""The viewer by mouse and keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest

from ichdesk.imaging.window import PRESETS
from ichdesk.ui.viewer import overlays
from ichdesk.ui.viewer.gray_window import AS_IT_IS, START_HU, GrayWindow
from ichdesk.ui.viewer.trail import Along
from ichdesk.ui.viewer.viewpoint import Viewpoint
from tests.ui.conftest import jpeg
from tests.ui.viewer.hands import (
    NONE,
    SHIFT,
    Key,
    Left,
    Middle,
    Right,
    drag,
    hover,
    hu_of,
    number_shown,
    settled,
    spot,
    wheel,
)

# --- mouse -----------------------------------------------------------------------------------


def test_left_drag_windows(show, add_slice):
    viewer = show(A=[add_slice(0)])
    drag(viewer.canvas, Left, (100, 50))
    assert viewer.canvas.through == GrayWindow(40, 80).dragged(100, 50) == GrayWindow(60, 120)
    assert overlays.window_line(viewer.canvas.through, viewer.canvas.picture) == "W 120   L 60"
    hover(viewer.canvas, QPoint(5, 5))  # without a button
    assert viewer.canvas.through == GrayWindow(60, 120)


def test_the_window_is_drawn(show, add_slice):
    viewer = show(A=[add_slice(0, shape=(2, 2))])
    canvas = viewer.canvas
    canvas.set_window(GrayWindow(float(canvas.picture.hu[0, 0]) + 100, 1))
    black = canvas.grab().toImage().pixelColor(*spot(canvas, 0, 0)).value()
    canvas.set_window(GrayWindow(float(canvas.picture.hu[0, 0]) - 100, 1))
    white = canvas.grab().toImage().pixelColor(*spot(canvas, 0, 0)).value()
    assert (black, white) == (0, 255)


@pytest.mark.parametrize(("button", "modifiers"), [(Middle, NONE), (Left, SHIFT)])
def test_middle_drag_pans(show, add_slice, button, modifiers):
    canvas = show(A=[add_slice(0)]).canvas
    before = canvas.picture_box()
    drag(canvas, button, (40, -30), modifiers=modifiers)
    after = canvas.picture_box()
    assert after.topLeft() - before.topLeft() == QPointF(40, -30)
    assert after.size() == before.size()
    assert canvas.through == START_HU


def test_right_drag_zooms_at_the_pointer(show, add_slice):
    canvas = show(A=[add_slice(0)]).canvas
    start = QPoint(*spot(canvas, 10, 35))
    hover(canvas, start)
    under = canvas.pixel_under_pointer
    drag(canvas, Right, (0, -100), start)
    assert canvas.view.zoom == pytest.approx(2)
    hover(canvas, start)
    assert canvas.pixel_under_pointer == under == (10, 35)
    drag(canvas, Right, (0, 100), start)
    assert canvas.view.zoom == pytest.approx(1)


def test_only_the_button_that_began_ends_a_drag(show, add_slice):
    canvas = show(A=[add_slice(0)]).canvas
    middle = canvas.rect().center()
    QTest.mousePress(canvas, Left, NONE, middle)
    QTest.mousePress(canvas, Right, NONE, middle)
    QTest.mouseRelease(canvas, Right, NONE, middle)
    QTest.mouseMove(canvas, middle + QPoint(100, 0))
    QTest.mouseRelease(canvas, Left, NONE, middle)
    assert canvas.through.width == 120
    assert canvas.view == Viewpoint()


def test_values_under_the_pointer_at_every_zoom_and_pan(show, add_slice):
    canvas = show(A=[add_slice(3, spacing=(1.0, 0.5))]).canvas
    hu, rng = hu_of(3), np.random.default_rng(2)
    for zoom, x, y in ((1, 0.5, 0.5), (3.3, 0.2, 0.8), (12, 0.61, 0.4), (0.4, 0.5, 0.1)):
        canvas.set_view(Viewpoint(zoom, x, y))
        box = canvas.picture_box()
        inside = box.intersected(QRectF(canvas.rect())).adjusted(1, 1, -3, -1)
        for across, down in rng.random((20, 2)):
            place = QPoint(
                int(inside.left() + across * inside.width()),
                int(inside.top() + down * inside.height()),
            )
            hover(canvas, place)
            row = int((place.y() - box.top()) / (box.height() / 40))
            column = int((place.x() - box.left()) / (box.width() / 50))
            assert canvas.pointer_lines == [
                f"{hu[row, column]:.0f} HU",
                f"Row {row + 1}, column {column + 1}",
            ]


def test_no_value_beside_the_picture(show, add_slice):
    canvas = show(A=[add_slice(0, shape=(10, 400))]).canvas
    hover(canvas, QPoint(canvas.width() // 2, 3))
    assert canvas.pointer_lines == []


def test_wheel_goes_through_the_class_and_stops_at_its_ends(qtbot, show, add_slice):
    viewer = show(A=map(add_slice, range(5)), B=[add_slice(9)])
    seen = []
    for notches in (1, 1, 1, 1, 1, -1, -2, -9):
        wheel(viewer.canvas, notches)
        seen.append(number_shown(settled(qtbot, viewer)))
    assert seen == [1, 2, 3, 4, 4, 3, 1, 0]


def test_small_turns_of_a_touch_pad_add_up(qtbot, show, add_slice):
    viewer = show(A=map(add_slice, range(3)))
    for _ in range(4):
        wheel(viewer.canvas, 0.25)
    assert number_shown(settled(qtbot, viewer)) == 1


def test_ctrl_wheel_zooms(show, add_slice):
    viewer = show(A=map(add_slice, range(3)))
    wheel(viewer.canvas, -4, Qt.KeyboardModifier.ControlModifier)
    assert viewer.canvas.view.zoom == pytest.approx(2)
    assert number_shown(viewer) == 0


def test_wheel_goes_through_the_series_whatever_the_classes(qtbot, show, add_slice):
    viewer = show(
        A=[add_slice(4), add_slice(0), add_slice(50, "other")], B=[add_slice(2), add_slice(1)]
    )
    series = viewer.bar.along[Along.SERIES]
    QTest.mouseClick(series, Left)
    qtbot.waitUntil(lambda: viewer.canvas.labels.series == "Series: slice 4 of 4")
    assert series.isChecked()
    seen = []
    for _ in range(3):
        wheel(viewer.canvas, -1)
        labels = settled(qtbot, viewer).canvas.labels
        seen.append((number_shown(viewer), labels.class_name, labels.position))
    assert seen == [(2, "B", "Image 1 of 2"), (1, "B", "Image 2 of 2"), (0, "A", "Image 2 of 3")]
    QTest.keyClick(viewer, Key.Key_C)
    assert viewer.trail.along is Along.CLASS
    assert viewer.bar.along[Along.CLASS].isChecked()


def test_without_series_there_is_only_the_class(qtbot, show, store):
    viewer = show(A=[store.add(jpeg(1)), store.add(jpeg(2))])
    assert not viewer.bar.along[Along.SERIES].isEnabled()
    QTest.keyClick(viewer, Key.Key_C)
    assert viewer.trail.along is Along.CLASS
    assert viewer.canvas.labels.series == ""


# --- keys ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(5))
def test_presets_by_key_and_button(show, add_slice, number):
    viewer = show(A=[add_slice(0)])
    QTest.keyClick(viewer, Key.Key_2)
    QTest.keyClick(viewer, Key(Key.Key_1 + number))
    assert viewer.canvas.through == GrayWindow.of(PRESETS[number])
    checked = [action.isChecked() for action in viewer.commands.presets]
    assert checked.index(True) == number
    assert sum(checked) == 1
    viewer.commands.presets[number].trigger()  # again, as by a click on its button
    assert viewer.commands.presets[number].isChecked()


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        ((Key.Key_Down,), 1),
        ((Key.Key_PageDown, Key.Key_Right), 2),
        ((Key.Key_End, Key.Key_PageUp), 3),
        ((Key.Key_End, Key.Key_Up, Key.Key_Left), 2),
        ((Key.Key_End, Key.Key_Home), 0),
    ],
)
def test_keys_go_through(qtbot, show, add_slice, keys, at):
    viewer = show(A=map(add_slice, range(5)))
    for key in keys:
        QTest.keyClick(viewer.canvas, key)
    assert number_shown(settled(qtbot, viewer)) == at


def test_invert_zoom_fit_reset_and_overlays(show, add_slice):
    viewer = show(A=[add_slice(0)])
    canvas = viewer.canvas
    for key in (Key.Key_I, Key.Key_3, Key.Key_Plus, Key.Key_Plus):
        QTest.keyClick(canvas, key)
    assert (canvas.inverted, canvas.view.zoom) == (True, pytest.approx(1.25**2))
    QTest.keyClick(canvas, Key.Key_Minus)
    assert canvas.view.zoom == pytest.approx(1.25)
    QTest.keyClick(canvas, Key.Key_F)
    assert (canvas.view, canvas.inverted) == (Viewpoint(), True)
    QTest.keyClick(canvas, Key.Key_R)
    assert (canvas.through, canvas.inverted) == (START_HU, False)
    with_texts = canvas.grab().toImage()
    QTest.keyClick(canvas, Key.Key_O)
    assert not canvas.shows_overlays
    assert canvas.grab().toImage() != with_texts
    QTest.keyClick(canvas, Key.Key_O)
    assert canvas.grab().toImage() == with_texts


def test_legend_names_every_key(show, add_slice):
    viewer = show(A=[add_slice(0)])
    QTest.keyClick(viewer, Key.Key_Question)
    assert viewer.legend.isVisible()
    shown = " ".join(keys for keys, _ in viewer.commands.legend_rows)
    for action in viewer.actions():
        for sequence in action.shortcuts():
            assert sequence.toString(sequence.SequenceFormat.NativeText) in shown
    QTest.keyClick(viewer, Key.Key_Question)
    assert viewer.legend.isHidden()


def test_window_and_zoom_stay_from_slice_to_slice(qtbot, show, add_slice, store):
    viewer = show(A=[add_slice(0), store.add(jpeg(90)), add_slice(1)])
    canvas = viewer.canvas
    QTest.keyClick(viewer, Key.Key_4)
    canvas.set_view(Viewpoint(2.0, 0.3, 0.4))
    QTest.keyClick(viewer, Key.Key_Down)
    settled(qtbot, viewer)
    assert canvas.through == AS_IT_IS
    QTest.keyClick(viewer, Key.Key_Down)
    settled(qtbot, viewer)
    assert canvas.through == GrayWindow.of(PRESETS[3])
    assert canvas.view == Viewpoint(2.0, 0.3, 0.4)
