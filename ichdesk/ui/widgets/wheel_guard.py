"""Keeps the wheel for scrolling: a field changes by it only while it has the focus."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget


class WheelGuard(QObject):
    """Event filter that lets wheel events pass a field without focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hand the wheel on to the parent."""
        if event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget):
            if watched.hasFocus():
                return False
            event.ignore()
            return True
        return False


def guard_wheel(field: QWidget) -> None:
    """Let the wheel scroll past this field unless it has the focus."""
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.installEventFilter(WheelGuard(field))
