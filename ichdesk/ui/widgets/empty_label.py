"""What stands in the middle of a window that has nothing to show."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from ichdesk.ui.theme import CARD_GAP_PX


class EmptyLabel(QLabel):
    """A sentence on what to do, in the middle and with room around it."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("role", "soft")
        self.setMargin(2 * CARD_GAP_PX)
