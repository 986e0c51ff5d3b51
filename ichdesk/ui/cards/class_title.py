"""A class's name, which becomes an editor in place."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from ichdesk.core.project import MAX_NAME_LENGTH
from ichdesk.ui.theme import GRID_PX, TITLE_PX, Theme, ui_font
from ichdesk.ui.widgets.elided_label import ElidedLabel
from ichdesk.ui.widgets.icon_button import IconButton

# another window or a menu in front does not mean that the user is done
_STILL_EDITING = {Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason}


class ClassTitle(QWidget):
    """The name with a pencil; Enter or leaving the editor renames, Escape does not.

    Args:
        rename: Takes the new name; False if it cannot be used, which keeps the editor open.
    """

    editing_ended = Signal()

    def __init__(
        self, theme: Theme, rename: Callable[[str], bool], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rename = rename
        self._name = ""
        self._is_ending = False
        self.label = ElidedLabel()
        self.label.setFont(ui_font(TITLE_PX))
        self.label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.label.installEventFilter(self)
        self.pencil = IconButton(theme, "pencil-outline", "Rename class")
        self.pencil.clicked.connect(self.edit)
        self.editor = QLineEdit()
        self.editor.setFont(ui_font(TITLE_PX))
        self.editor.setAccessibleName("Class name")
        self.editor.setMaxLength(MAX_NAME_LENGTH + 1)  # so that a name too long is told, not cut
        self.editor.returnPressed.connect(self._on_return)
        self.editor.installEventFilter(self)
        self.editor.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX // 2)
        row.addWidget(self.label)
        row.addWidget(self.editor)
        row.addWidget(self.pencil)
        row.addStretch()

    @property
    def is_editing(self) -> bool:
        """Whether the editor is open."""
        return not self.editor.isHidden()

    def set_name(self, name: str) -> None:
        """Show a name; one that is being typed stays."""
        self._name = name
        self.label.setText(name)
        self.pencil.setAccessibleName(f"Rename class {name}")

    def edit(self) -> None:
        """Open the editor with the whole name selected."""
        self.label.hide()
        self.pencil.hide()
        self.editor.setText(self._name)
        self.editor.show()
        self.editor.selectAll()
        self.editor.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Double click opens the editor; Escape and leaving close it."""
        kind = event.type()
        if watched is self.label and kind is QEvent.Type.MouseButtonDblClick:
            self.edit()
            return True
        if watched is not self.editor:
            return False
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if kind is QEvent.Type.KeyPress:
                self._end()
            return True
        if isinstance(event, QFocusEvent) and event.lostFocus():
            self._on_leaving(event.reason())
        return False

    def _commit(self) -> None:
        if self._is_ending or not self.is_editing:
            return
        if self._rename(self.editor.text()):
            self._end()

    def _on_return(self) -> None:
        self._commit()
        if self.is_editing:
            self.editor.selectAll()

    def _on_leaving(self, reason: Qt.FocusReason) -> None:
        if reason not in _STILL_EDITING:
            self._commit()

    def _end(self) -> None:
        self._is_ending = True  # hiding the editor takes its focus, which would commit again
        self.pencil.show()
        self.label.show()
        self.pencil.setFocus()
        self.editor.hide()
        self._is_ending = False
        self.editing_ended.emit()
