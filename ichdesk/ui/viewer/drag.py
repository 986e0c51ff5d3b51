"""What dragging with a mouse button does to a picture."""

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt

from ichdesk.ui.viewer.gray_window import GrayWindow
from ichdesk.ui.viewer.viewpoint import Viewpoint

_PX_TO_DOUBLE_ZOOM = 100.0


class Does(Enum):
    """What a drag changes."""

    WINDOW = auto()
    PAN = auto()
    ZOOM = auto()


def meaning(button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> Does | None:
    """What a button drags; with Shift the left one pans, for touch pads have no middle one."""
    if button is Qt.MouseButton.LeftButton and modifiers & Qt.KeyboardModifier.ShiftModifier:
        return Does.PAN
    return {
        Qt.MouseButton.LeftButton: Does.WINDOW,
        Qt.MouseButton.MiddleButton: Does.PAN,
        Qt.MouseButton.RightButton: Does.ZOOM,
    }.get(button)


@dataclass(frozen=True, slots=True)
class Drag:
    """How things were when a drag began.

    Attributes:
        does: What it changes.
        button: That must be let go to end it.
        start: Where it began.
        pane: The pane it began in, and `size` the size of the picture there.
        through: The window then, and `view` zoom and pan.
    """

    does: Does
    button: Qt.MouseButton
    start: QPointF
    pane: QRectF
    size: QSizeF
    through: GrayWindow
    view: Viewpoint

    def window_at(self, place: QPointF) -> GrayWindow:
        """The window when the pointer is there."""
        moved = place - self.start
        return self.through.dragged(moved.x(), moved.y())

    def view_at(self, place: QPointF) -> Viewpoint:
        """Zoom and pan when the pointer is there: up is larger."""
        moved = place - self.start
        if self.does is Does.PAN:
            return self.view.panned(moved, self.size, self.pane)
        factor = 2 ** (-moved.y() / _PX_TO_DOUBLE_ZOOM)
        return self.view.zoomed(factor, self.start, self.size, self.pane)
