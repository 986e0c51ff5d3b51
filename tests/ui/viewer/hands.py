"""What a person does with the viewer, and sees in it."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

Key, Left, Middle, Right = (
    Qt.Key,
    *(getattr(Qt.MouseButton, f"{name}Button") for name in ("Left", "Middle", "Right")),
)
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


def hu_of(number: int, shape=(40, 50)) -> np.ndarray:
    """Values that differ from pixel to pixel and from slice to slice."""
    pixels = np.arange(shape[0] * shape[1], dtype=np.float32).reshape(shape)
    return np.mod(pixels * 7 + 13 * number, 3000) - 1000


def settled(qtbot, viewer):
    qtbot.waitUntil(lambda: viewer.is_settled and viewer.canvas.message != "Loading…")
    return viewer


def spot(canvas, row, column):
    """The middle of a pixel on the screen."""
    box, picture = canvas.picture_box(), canvas.picture
    x = box.left() + (column + 0.5) * box.width() / picture.columns
    y = box.top() + (row + 0.5) * box.height() / picture.rows
    return int(x), int(y)


def drag(canvas, button, by, start=None, modifiers=NONE):
    start = start or canvas.rect().center()
    QTest.mousePress(canvas, button, modifiers, start)
    for part in (0.5, 1.0):
        place = start + QPoint(round(by[0] * part), round(by[1] * part))
        QTest.mouseMove(canvas, place)
    QTest.mouseRelease(canvas, button, modifiers, start + QPoint(*by))


def hover(canvas, place):
    """Move the pointer there; by the window's handle, for another window lies below."""
    handle = canvas.window().windowHandle()
    for shift in (1, 0):  # Qt drops a move to where the pointer is already
        QTest.mouseMove(handle, canvas.mapTo(canvas.window(), place + QPoint(shift, 0)))
    QApplication.processEvents()


def wheel(canvas, notches, modifiers=NONE, place=None):
    place = place or QPointF(canvas.rect().center())
    turn = QPoint(0, round(-120 * notches))
    event = QWheelEvent(
        place,
        canvas.mapToGlobal(place),
        QPoint(),
        turn,
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def number_shown(viewer):
    """Of the slice on display, by its pixels."""
    hu = viewer.canvas.picture.hu
    return next(n for n in range(100) if np.array_equal(hu, hu_of(n, hu.shape)))
