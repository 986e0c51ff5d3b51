"""A small, soft line of text that takes no room while it has nothing to say."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from ichdesk.ui.theme import SMALL_PX, ui_font


class CaptionLabel(QLabel):
    """Wraps; hidden while empty."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("role", "caption")
        self.setFont(ui_font(SMALL_PX))
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setVisible(bool(text))

    def say(self, text: str) -> None:
        """Show a text; "" hides the label."""
        if text != self.text():
            self.setText(text)
        self.setVisible(bool(text))
