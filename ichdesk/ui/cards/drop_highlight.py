"""The highlight over a card while something is dragged that it takes."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QWidget

from ichdesk.ui.theme import TITLE_PX, ui_font


class DropHighlight(QLabel):
    """Makes a widget take drops and covers it, saying what a drop would do.

    Args:
        target: Takes the drops.
        offer: What a drop of this would do, such as "Drop to add to Normal"; "" if it is not taken.
        take: Does it.
    """

    def __init__(
        self,
        target: QWidget,
        offer: Callable[[QMimeData], str],
        take: Callable[[QMimeData], None],
    ) -> None:
        super().__init__(target)
        self._target = target
        self._offer = offer
        self._take = take
        self.setProperty("role", "drop")
        self.setFont(ui_font(TITLE_PX))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.hide()
        target.setAcceptDrops(True)
        target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what is dragged over the target, and its size."""
        if watched is not self._target:
            return False
        kind = event.type()
        if kind is QEvent.Type.Resize:
            self.setGeometry(self._target.rect())
        elif isinstance(event, QDragEnterEvent):
            self._enter(event)
            return True
        elif kind is QEvent.Type.DragLeave:
            self.hide()
            return True
        elif kind is QEvent.Type.Drop and isinstance(event, QDropEvent):
            self.hide()
            if self._offer(event.mimeData()):
                event.acceptProposedAction()
                self._take(event.mimeData())
            return True
        return False

    def _enter(self, event: QDragEnterEvent) -> None:
        text = self._offer(event.mimeData())
        if not text:
            event.ignore()
            return
        event.acceptProposedAction()
        self.setText(text)
        self.setGeometry(self._target.rect())
        self.raise_()
        self.show()
