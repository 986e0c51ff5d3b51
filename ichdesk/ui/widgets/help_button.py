"""The "?" beside a setting or a figure, which explains it in two sentences."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QVBoxLayout, QWidget

from ichdesk.ui.icons import icon
from ichdesk.ui.theme import CARD_PADDING_PX, GRID_PX, TITLE_PX, Theme, ui_font

_WIDTH_PX = 320


class HelpButton(QToolButton):
    """A round "?" that opens a popover with an explanation; Escape or a click closes it.

    Args:
        text: Two or three sentences.
        topic: What they explain, such as "Epochs"; it titles the popover and names the button.
    """

    def __init__(self, text: str, topic: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text_shown = text
        self.topic = topic
        self._theme = theme
        self._popover: Popover | None = None
        self.setProperty("role", "icon")
        self.setAccessibleName(f"Help on {topic}")
        self.setAccessibleDescription(text)
        self.setToolTip(f"What is “{topic}”?")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self.open_popover)
        theme.changed.connect(self._show_icon)
        self._show_icon()

    def open_popover(self) -> "Popover":
        """Show the explanation below the button, inside the screen."""
        if self._popover is None:
            self._popover = Popover(self.topic, self.text_shown, self)
        self._popover.open_below(self)
        return self._popover

    def _show_icon(self) -> None:
        self.setIcon(icon("help-circle-outline", self._theme.palette.text_soft))


class Popover(QFrame):
    """A small floating card with a title and a text."""

    def __init__(self, title: str, text: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popover")
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        heading = QLabel(title)
        heading.setFont(ui_font(TITLE_PX))
        heading.setTextFormat(Qt.TextFormat.PlainText)
        body = QLabel(text)
        body.setWordWrap(True)
        body.setTextFormat(Qt.TextFormat.PlainText)
        body.setFixedWidth(_WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(CARD_PADDING_PX,) * 4)
        column.setSpacing(GRID_PX)
        column.addWidget(heading)
        column.addWidget(body)

    def open_below(self, anchor: QWidget) -> None:
        """Show below a widget, or above it where the screen ends."""
        self.adjustSize()
        below = anchor.mapToGlobal(QPoint(anchor.width() - self.width(), anchor.height() + 4))
        above = anchor.mapToGlobal(QPoint(0, -self.height() - 4))
        screen = anchor.screen().availableGeometry()
        x = max(screen.left(), min(below.x(), screen.right() - self.width()))
        y = below.y() if below.y() + self.height() <= screen.bottom() else above.y()
        self.move(x, max(screen.top(), y))
        self.show()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on any key that people close things with."""
        if event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Space}:
            self.close()
        else:
            super().keyPressEvent(event)
