"""What a window beside the main one is."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from ichdesk.session.state import Change


class Companion(QDialog):
    """A window of its own that lives for as long as it is open; not modal.

    A sub-class ends its threads in `done`, which every way of closing comes to.

    Attributes:
        view_requested: Asks for a sample in the viewer: id of its class, position in it.
        class_requested: Asks for a sample in the card of its class, likewise.
    """

    view_requested = Signal(int, int)
    class_requested = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setWindowFlag(Qt.WindowType.Window)

    def refresh(self, change: Change) -> None:
        """Re-read the parts of the session that have changed."""
        raise NotImplementedError
