"""The viewer from its opening, over edits of the project, to its end."""

import threading
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ichdesk.core.project import Project
from ichdesk.core.samples import ClassBin
from ichdesk.core.steps import Step
from ichdesk.imaging.pipeline import slice_pixels
from ichdesk.imaging.slices import HuImage, Place
from ichdesk.ui.theme import Mode
from ichdesk.ui.viewer import overlays
from ichdesk.ui.viewer.gray_window import AS_IT_IS
from ichdesk.ui.viewer.trail import Along
from ichdesk.ui.viewer.viewpoint import Viewpoint
from tests.ui.conftest import jpeg
from tests.ui.viewer.hands import (
    NONE,
    Key,
    Left,
    Right,
    drag,
    hover,
    hu_of,
    number_shown,
    settled,
    spot,
)


def threads():
    return [t for t in threading.enumerate() if t.name.startswith("viewer")]


# --- opening ---------------------------------------------------------------------------------


def strip_of(window, index=0):
    return list(window.canvas.surface.class_cards.values())[index].strip


def test_double_click_opens_that_sample(qtbot, window, live_session, add_slice):
    live_session._replace_project(Project((ClassBin("A", tuple(map(add_slice, range(4)))),)), None)
    strip = strip_of(window)
    place = strip.visualRect(strip.model().index(2)).center()
    QTest.mouseClick(strip.viewport(), Left, NONE, place)
    QTest.mouseDClick(strip.viewport(), Left, NONE, place)
    settled(qtbot, window.companions.get("viewer"))
    assert number_shown(window.companions.get("viewer")) == 2
    assert window.companions.get("viewer").windowTitle() == "A, image 3 of 4 - ICHDesk viewer"
    assert not window.companions.get("viewer").isModal()
    assert not live_session.preview
    QTest.mouseClick(window.companions.get("viewer").canvas, Left)  # or Qt holds on to the strip


def test_enter_opens_and_a_second_time_uses_the_same_viewer(qtbot, window, fill):
    fill(A=3, B=1)
    strip = strip_of(window)
    strip.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(strip, Key.Key_Right)
    QTest.keyClick(strip, Key.Key_Return)
    viewer = settled(qtbot, window.companions.get("viewer"))
    assert viewer.canvas.labels.position == "Image 2 of 3"
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(strip, Key.Key_Right)
    QTest.keyClick(strip, Key.Key_Enter)
    assert window.companions.get("viewer") is viewer
    assert settled(qtbot, viewer).canvas.labels.position == "Image 3 of 3"


def test_menus_open_it(qtbot, window, fill):
    assert not window.menus.viewer.isEnabled()
    fill(A=0, B=3)
    window.menus.viewer.trigger()
    assert settled(qtbot, window.companions.get("viewer")).canvas.labels.lines() == [
        "B",
        "Image 1 of 3",
    ]
    card = list(window.canvas.surface.class_cards.values())[1]
    card.strip.setCurrentIndex(card.strip.model().index(1))
    menu = card.context_menu()
    menu.actions()[0].trigger()
    assert settled(qtbot, window.companions.get("viewer")).canvas.labels.position == "Image 2 of 3"
    menu.deleteLater()


# --- what is said ----------------------------------------------------------------------------


def test_corners_of_a_slice(show, add_slice):
    canvas = show(A=[add_slice(0, spacing=(1.0, 0.5)), add_slice(1)]).canvas
    corners = canvas._corners()
    assert corners[overlays.TOP_LEFT] == ["A", "Image 1 of 2", "Series: slice 1 of 2"]
    assert corners[overlays.TOP_RIGHT] == ["50 × 40 px", "0.5 × 1 mm per px", "25 × 40 mm"]
    shown = corners[overlays.BOTTOM_RIGHT]
    assert shown[0] == "Brain   W 80   L 40"
    percent = 100 * canvas.picture_box().width() / 50
    assert shown[1] == f"Zoom {percent:,.0f} %"


def test_a_ready_made_picture_says_that_it_has_no_hounsfield_units(show, store):
    viewer = show(A=[store.add(jpeg(90))])
    canvas = viewer.canvas
    assert canvas._corners()[overlays.TOP_RIGHT][0] == "Picture without Hounsfield units"
    assert canvas.accessibleDescription().startswith("Picture without Hounsfield units")
    hover(canvas, canvas.rect().center())
    assert canvas.pointer_lines[0] == "Gray value 90"
    assert not any("HU" in line for line in canvas.pointer_lines)
    assert not any(action.isEnabled() for action in viewer.commands.presets)
    QTest.keyClick(viewer, Key.Key_2)
    assert canvas.through == AS_IT_IS
    drag(canvas, Left, (0, 40))
    assert canvas._corners()[overlays.BOTTOM_RIGHT][0] == "Gray 50 to 306"


@pytest.mark.parametrize("shape", [(1, 1), (3, 1200), (900, 2), (2000, 2000)])
def test_any_size(qtbot, show, add_slice, shape):
    viewer = show(A=[add_slice(5, shape=shape)])
    canvas = viewer.canvas
    box = canvas.picture_box()
    assert box.width() / box.height() == pytest.approx(shape[1] / shape[0])
    QTest.keyClick(viewer, Key.Key_S)
    settled(qtbot, viewer)
    canvas.set_view(Viewpoint(5.0))  # three rows of 1,200 px would be less than a pixel high
    row, column = shape[0] // 2, shape[1] // 2
    hover(canvas, QPoint(*spot(canvas, row, column)))
    row, column = canvas.pixel_under_pointer
    assert canvas.pointer_lines[0] == f"{hu_of(5, shape)[row, column]:.0f} HU"
    drag(canvas, Left, (30, 30))
    drag(canvas, Right, (0, -150))
    assert not canvas.grab().isNull()


def test_a_damaged_slice_says_so_and_the_next_one_is_shown(qtbot, show, add_slice, store):
    whole = add_slice(0).read()
    broken = replace(store.add(whole[: len(whole) // 2]), is_hu=True)
    viewer = show(A=[broken, add_slice(1), store.add(b"no image")])
    assert viewer.canvas.message.startswith("This image cannot be shown. The image is damaged")
    assert viewer.canvas.accessibleDescription().startswith(viewer.canvas.message)
    QTest.keyClick(viewer, Key.Key_S)
    drag(viewer.canvas, Left, (30, 30))
    assert not viewer.canvas.grab().isNull()
    QTest.keyClick(viewer, Key.Key_Down)
    assert number_shown(settled(qtbot, viewer)) == 1
    QTest.keyClick(viewer, Key.Key_Down)
    settled(qtbot, viewer)
    assert "This is not a" in viewer.canvas.message


def test_bytes_that_are_gone(show, add_slice):
    viewer = show(A=[replace(add_slice(0), sha256="gone", length=10**9)])
    assert "open the project again" in viewer.canvas.message


# --- side by side ----------------------------------------------------------------------------


def seen_pixels(canvas):
    image = canvas.seen.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(224, image.bytesPerLine())
    return rows[:, : 224 * 3].reshape(224, 224, 3).copy()


def test_side_by_side_shows_what_the_network_sees_and_follows_its_steps(
    qtbot, show, add_slice, live_session
):
    viewer = show(A=[add_slice(0), add_slice(1)])
    canvas = viewer.canvas
    assert len(canvas.panes()) == 1
    QTest.keyClick(viewer, Key.Key_S)
    qtbot.waitUntil(lambda: canvas.seen is not None)
    left, right = canvas.panes()
    assert left.right() <= right.left()
    image = HuImage(hu_of(0), (0.5, 0.5), Place())
    assert (seen_pixels(canvas) == slice_pixels(image)).all()
    assert live_session.set_steps([Step("window", (("level_hu", 600.0), ("width_hu", 2800.0)))])
    after = slice_pixels(image, live_session.project.config.steps)
    qtbot.waitUntil(lambda: np.array_equal(seen_pixels(canvas), after))
    QTest.keyClick(viewer, Key.Key_Down)
    expected = slice_pixels(
        HuImage(hu_of(1), (0.5, 0.5), Place()), live_session.project.config.steps
    )
    qtbot.waitUntil(lambda: canvas.seen is not None and (seen_pixels(canvas) == expected).all())
    QTest.keyClick(viewer, Key.Key_S)
    assert len(canvas.panes()) == 1


def test_its_pixels_stay_squares(qtbot, show, add_slice):
    viewer = show(A=[add_slice(0)])
    QTest.keyClick(viewer, Key.Key_S)
    QTest.keyClick(viewer, Key.Key_O)
    canvas = viewer.canvas
    qtbot.waitUntil(lambda: canvas.seen is not None)
    canvas.set_view(Viewpoint(30.0, 0.55, 0.33))  # where the brain window has shades
    pane = canvas.panes()[1]
    drawn = canvas.grab(pane.toAlignedRect()).toImage()
    row = [drawn.pixel(x, drawn.height() // 2) for x in range(drawn.width())]
    square_px = 30 * min(pane.width(), pane.height()) / 224
    assert 0 < sum(a != b for a, b in pairwise(row)) <= len(row) / square_px + 1


# --- edits -----------------------------------------------------------------------------------


def test_follows_edits(qtbot, window, show, add_slice, live_session):
    viewer = show(index=1, A=map(add_slice, range(3)), B=[add_slice(8)])
    first, second = (bin_.id for bin_ in live_session.project.classes)
    live_session.rename_class(first, "Bleeds")
    assert viewer.canvas.labels.class_name == "Bleeds"
    assert viewer.windowTitle().startswith("Bleeds")
    live_session.remove_samples(first, [1])
    assert number_shown(settled(qtbot, viewer)) == 2
    live_session.undo()
    assert (number_shown(viewer), viewer.canvas.labels.position) == (2, "Image 3 of 3")
    live_session.move_samples(first, [2], second)
    assert viewer.canvas.labels.lines()[:2] == ["B", "Image 2 of 2"]
    live_session.remove_all_samples(second)
    assert window.companions.get("viewer") is None


@pytest.mark.parametrize("edit", ["new", "delete_class"])
def test_closes_when_nothing_is_left(window, show, add_slice, live_session, edit):
    show(A=[add_slice(0)], B=[add_slice(1)])
    if edit == "new":
        live_session.new()
    else:
        live_session.delete_class(live_session.project.classes[0].id)
    assert window.companions.get("viewer") is None
    assert not threads()


def test_stays_when_the_same_images_are_opened_again(window, show, add_slice, live_session):
    samples = [add_slice(0), add_slice(1)]
    viewer = show(index=1, A=samples)
    live_session._replace_project(Project((ClassBin("A again", tuple(samples)),)), None)
    assert viewer.canvas.labels.lines()[:2] == ["A again", "Image 2 of 2"]


# --- the end ---------------------------------------------------------------------------------


def test_escape_closes_and_leaves_nothing_behind(qtbot, window, show, add_slice):
    viewer = show(A=map(add_slice, range(6)))
    QTest.keyClick(viewer, Key.Key_S)
    assert threads()
    with qtbot.waitSignal(viewer.destroyed):
        QTest.keyClick(viewer, Key.Key_Escape)
    assert window.companions.get("viewer") is None
    assert not threads()
    assert window.isVisible()


def test_the_main_window_takes_it_along(qtbot, window, show, add_slice):
    viewer = show(A=[add_slice(0)])
    with qtbot.waitSignal(viewer.destroyed):
        window.close_now()
    assert not threads()
    assert not [w for w in QApplication.topLevelWidgets() if "viewer" in w.windowTitle()]


def test_a_step_does_not_wait_for_a_slow_image(qtbot, show, add_slice, monkeypatch):
    """The keys answer while an image is decoded, and the labels never belong to another image."""
    gate = threading.Event()
    viewer = show(A=[add_slice(0)] + [add_slice(n) for n in range(1, 9)])
    load = viewer._pictures._make

    def slow(sample):
        gate.wait(10)
        return load(sample)

    viewer._pictures.restart(slow)
    try:
        QTest.keyClick(viewer, Key.Key_End)
        assert viewer.trail.at == 8
        assert viewer.canvas.labels.position == "Image 1 of 9"
        qtbot.waitUntil(lambda: viewer.canvas.message == "Loading…")
        assert viewer.canvas.labels.position == "Image 9 of 9"
    finally:
        gate.set()
    assert number_shown(settled(qtbot, viewer)) == 8


def test_everything_is_named_and_follows_the_theme(window, show, add_slice):
    viewer = show(A=[add_slice(0)])
    for button in viewer.bar.findChildren(type(viewer.bar.along[Along.CLASS])):
        assert button.accessibleName()
        assert button.toolTip()
    before = viewer.commands.invert.icon().cacheKey()
    window.set_mode(Mode.DARK)
    assert viewer.commands.invert.icon().cacheKey() != before
    assert viewer.canvas.accessibleName() == "Image 1 of 1 of class A"


def test_focus_is_seen_where_the_keyboard_brought_it(show, add_slice):
    viewer = show(A=[add_slice(0)])
    canvas = viewer.canvas
    plain = canvas.grab().toImage()
    QTest.keyClick(canvas, Key.Key_Tab)
    assert not canvas.hasFocus()
    QTest.keyClick(viewer.focusWidget(), Key.Key_Backtab)
    assert canvas.hasFocus()
    assert canvas.grab().toImage() != plain
