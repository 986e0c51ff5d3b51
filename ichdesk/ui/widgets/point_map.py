"""A map of many points: one gets at them by pointer, by lasso and by keyboard."""

from collections.abc import Collection

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from ichdesk.ui.theme import Theme
from ichdesk.ui.widgets.point_layout import NOTHING
from ichdesk.ui.widgets.point_picture import NO_POINTS, PointPicture, Points

_REACH_PX = 12.0
_LEFT = Qt.MouseButton.LeftButton
_ADDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
_BY_KEY = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}
_WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class PointMap(PointPicture):
    """A click selects a point, Shift or Ctrl adds one; a drag selects with a lasso.

    Arrow keys go to the nearest point in their direction, Space selects, Enter opens, Escape
    selects nothing.

    Args:
        has_lasso: Whether a drag selects.
    """

    pointed = Signal(int)  # the point to be told of, or NOTHING
    selection_changed = Signal()
    opened = Signal(int)
    menu_requested = Signal(QPoint)  # in the widget

    def __init__(
        self, theme: Theme, *, has_lasso: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._has_lasso = has_lasso
        self._current = self._hovered = NOTHING
        self._pressed: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    # --- what is shown -----------------------------------------------------------------------

    def show_points(self, points: Points) -> None:
        """Show points; if there are as many as before, they are the same ones elsewhere."""
        before, self._points = self._points, points
        if points.are_drawn_as(before):
            return
        if len(points.places) != len(before.places):
            self._links, self._current, self._hovered = (NOTHING, ()), NOTHING, NOTHING
            self.select(())
            self._tell()
        self._redraw()

    def clear(self) -> None:
        """Show no point."""
        self.show_points(NO_POINTS)

    @property
    def selected(self) -> list[int]:
        """The selected points, ascending."""
        return sorted(self._selected)

    def select(self, rows: Collection[int]) -> None:
        """Select these and no others."""
        if frozenset(rows) != self._selected:
            self._selected = frozenset(rows)
            self._redraw()
            self._tell()
            self.selection_changed.emit()

    @property
    def current(self) -> int:
        """The point where the keyboard is, or `NOTHING`."""
        return self._current

    def go_to(self, row: int) -> None:
        """Put the keyboard on a point."""
        self._current = row
        self._tell()
        self.update()

    # --- pointer -----------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell of the point under the pointer, or draw the lasso."""
        here, start = event.position(), self._pressed
        if self._lasso:
            self._lasso.append(here)
            self.update()
            return
        far_px = QGuiApplication.styleHints().startDragDistance()
        if self._has_lasso and start and (here - start).manhattanLength() >= far_px:
            self._lasso = [start, here]
        self._hover(self._point_at(here))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a lasso."""
        if event.button() == _LEFT:
            self._pressed = event.position()
        self._hover(self._point_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select what was clicked on or is inside the lasso."""
        if event.button() != _LEFT or self._pressed is None:
            return
        lasso, self._lasso, self._pressed = self._lasso, [], None
        adds = bool(event.modifiers() & _ADDING)
        if lasso:
            inside = self._layout.within(QPolygonF(lasso))
            self.select(self._selected | inside if adds else inside)
        else:
            self._select_point(self._point_at(event.position()), adds)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the point."""
        row = self._point_at(event.position())
        if row != NOTHING and event.button() == _LEFT:
            self.opened.emit(row)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu, on the point under the pointer if it is not of the selection."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            row = self._point_at(QPointF(event.pos()))
            if row != NOTHING and row not in self._selected:
                self._select_point(row, adds=False)
        self.menu_requested.emit(event.pos())

    def leaveEvent(self, event: QEvent) -> None:
        """Tell of no point under the pointer."""
        super().leaveEvent(event)
        self._hover(NOTHING)

    # --- keyboard ----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go, select, open, or select nothing."""
        key, row = Qt.Key(event.key()), self._current
        if key in _WAYS:
            self.go_to(self._layout.ahead(row, *_WAYS[key]) if row != NOTHING else self._middle())
        elif key == Qt.Key.Key_Space and row != NOTHING:
            self._select_point(row, bool(event.modifiers() & _ADDING))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and row != NOTHING:
            self.opened.emit(row)
        elif key == Qt.Key.Key_Escape and (self._lasso or self._selected):
            self._lasso, self._pressed = [], None
            self.select(())
            self.update()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Start in the middle for those who come by keyboard."""
        super().focusInEvent(event)
        if event.reason() in _BY_KEY and self._current == NOTHING:
            self._current = self._middle()
        self._tell()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell of the point with the keyboard no more."""
        super().focusOutEvent(event)
        self._tell()
        self.update()

    # --- inside ------------------------------------------------------------------------------

    def _middle(self) -> int:
        return self._layout.nearest(QPointF(self.rect().center()))

    def _point_at(self, here: QPointF) -> int:
        return self._layout.nearest(here, _REACH_PX)

    def _select_point(self, row: int, adds: bool) -> None:
        """A point that is added a second time is taken out again; beside all points is nothing."""
        if row != NOTHING:
            self._current = row
            self.select(self._selected ^ {row} if adds else {row})
        elif not adds:
            self.select(())
        self._tell()

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self._tell()
            self.update()

    def _tell(self) -> None:
        is_at_point = self.hasFocus() or self._selected == {self._current}
        told = self._current if self._hovered == NOTHING and is_at_point else self._hovered
        if told != self._told:
            self._told = told
            self.pointed.emit(told)
