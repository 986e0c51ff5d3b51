"""Zoom and pan keep what they should, in true proportions."""

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF

from ichdesk.ui.viewer.viewpoint import LARGEST, SMALLEST, Viewpoint, pixel_at

PANE = QRectF(100, 0, 600, 400)
SIZES = [QSizeF(250, 250), QSizeF(2000, 1), QSizeF(1, 1), QSizeF(100, 900)]


def share(point: QPointF, box: QRectF) -> tuple[float, float]:
    return ((point.x() - box.left()) / box.width(), (point.y() - box.top()) / box.height())


@pytest.mark.parametrize("size", SIZES)
def test_at_first_the_whole_picture_fits_in_the_middle(size):
    box = Viewpoint().box(size, PANE)
    assert box.center() == PANE.center()
    assert box.width() / box.height() == pytest.approx(size.width() / size.height())
    assert max(box.width() / PANE.width(), box.height() / PANE.height()) == pytest.approx(1)


@pytest.mark.parametrize("size", SIZES[:1])
@pytest.mark.parametrize("factor", [0.7, 1.3, 4.0])
def test_zooming_keeps_what_is_under_the_pointer(size, factor):
    at = QPointF(380, 150)
    view = Viewpoint(1.2, 0.45, 0.6)
    before = share(at, view.box(size, PANE))
    after = share(at, view.zoomed(factor, at, size, PANE).box(size, PANE))
    assert after == pytest.approx(before)


def test_zoom_has_limits():
    view = Viewpoint()
    assert view.zoomed(1e9, PANE.center(), SIZES[0], PANE).zoom == LARGEST
    assert view.zoomed(1e-9, PANE.center(), SIZES[0], PANE).zoom == SMALLEST


def test_panning_moves_the_picture_with_the_pointer():
    view = Viewpoint(2.0)
    before = view.box(SIZES[0], PANE)
    after = view.panned(QPointF(30, -20), SIZES[0], PANE).box(SIZES[0], PANE)
    assert (after.left() - before.left(), after.top() - before.top()) == pytest.approx((30, -20))


def test_a_picture_cannot_be_lost():
    view = Viewpoint().panned(QPointF(1e6, -1e6), SIZES[0], PANE)
    assert (view.x, view.y) == (0, 1)


def test_every_pixel_is_found_and_none_beside_the_picture():
    box = QRectF(10, 20, 8, 4)  # two px of the screen for each
    for row in range(2):
        for column in range(4):
            for shift in (0.0, 1.99):
                place = QPointF(10 + 2 * column + shift, 20 + 2 * row + shift)
                assert pixel_at(place, box, 2, 4) == (row, column)
    for beside in (QPointF(9.9, 21), QPointF(18, 21), QPointF(11, 19.9), QPointF(11, 24)):
        assert pixel_at(beside, box, 2, 4) is None
