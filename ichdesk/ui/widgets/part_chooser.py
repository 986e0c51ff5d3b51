"""A drawing of which one part is chosen, by the pointer or by the keyboard, and tells of itself."""

from collections.abc import Iterable
from typing import TypeAlias

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ichdesk.ui.theme import Theme

ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
"""Rows and columns that a key goes further."""

Part: TypeAlias = tuple[int, int]
"""Row and column."""

_REACH_PX = 14.0
_BY_KEY = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}


class PartChooser(QWidget):
    """Chooses nothing once pointer and focus are elsewhere; a sub-class knows its parts.

    Attributes:
        told: What the chosen part says; "" for none.
    """

    told = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chosen: Part | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose the part under the pointer."""
        self._choose(self._part_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the part under a finger, which does not hover."""
        self._choose(self._part_at(event.position()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Choose the first part for those who come by keyboard."""
        super().focusInEvent(event)
        if event.reason() in _BY_KEY and self._chosen is None:
            self._choose(self._first_part())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Choose nothing."""
        super().focusOutEvent(event)
        self._choose(None)

    def leaveEvent(self, event: QEvent) -> None:
        """Choose nothing."""
        super().leaveEvent(event)
        if not self.hasFocus():
            self._choose(None)

    def _part_at(self, position: QPointF) -> Part | None:
        """The part at a position, if there is one."""
        raise NotImplementedError

    def _first_part(self) -> Part | None:
        """Where the keyboard begins, if there is anything."""
        raise NotImplementedError

    def _sentence(self, part: Part) -> str:
        """What a part says."""
        raise NotImplementedError

    def _choose(self, part: Part | None) -> None:
        if part != self._chosen:
            self._chosen = part
            self._tell()
            self.update()

    def _tell(self) -> None:
        text = "" if self._chosen is None else self._sentence(self._chosen)
        self.setAccessibleDescription(text)
        self.told.emit(text)


def nearest(position: QPointF, centers: Iterable[tuple[Part, QPointF]]) -> Part | None:
    """The part whose center is nearest, if it is within reach of a pointer."""
    found = [((center - position).manhattanLength(), part) for part, center in centers]
    distance_px, part = min(found, default=(_REACH_PX + 1, (0, 0)))
    return part if distance_px <= _REACH_PX else None
