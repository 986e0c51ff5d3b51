"""What the user says of one run, and what may be done with it."""

from dataclasses import replace

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QFocusEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from ichdesk.core.run_book import MAX_NOTE_LENGTH, KeptRun
from ichdesk.ui.runs import runs_text as say
from ichdesk.ui.theme import BODY_PX, GRID_PX, Theme, ui_font
from ichdesk.ui.widgets.caption_label import CaptionLabel

_WIDTH_PX = 296


class RunEditor(QWidget):
    """The note on a run, kept when the field is left, and the buttons below it."""

    annotated = Signal(int, str)  # number, note
    name_requested = Signal()
    restore_requested = Signal(int)
    remove_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kept: KeptRun | None = None
        self.setFixedWidth(_WIDTH_PX)
        self.title = QLabel()
        self.title.setFont(ui_font(BODY_PX, bold=True))
        self.note = _NoteField()
        self.restore_button = QPushButton("Restore")
        self.name_button = QPushButton("Name…")
        self.remove_button = QPushButton("Remove")
        self.caption = CaptionLabel()
        for button in (self.restore_button, self.name_button, self.remove_button):
            button.setAutoDefault(False)
        self.note.left.connect(self.commit)
        self.name_button.clicked.connect(self.name_requested)
        self.restore_button.clicked.connect(lambda: self._ask(self.restore_requested))
        self.remove_button.clicked.connect(lambda: self._ask(self.remove_requested))
        self._lay_out()

    def show_run(self, kept: KeptRun | None, hindrance: str, *, is_present: bool) -> None:
        """Show the note on a run; what is being typed on the same run stays.

        Args:
            kept: The run, or None if there is none.
            hindrance: Why it cannot be restored now, "" if it can.
            is_present: Whether its model is in use.
        """
        if kept is None or self._kept is None or kept.number != self._kept.number:
            self.commit()
            self.note.setPlainText(kept.note if kept else "")
        elif kept.note != self._kept.note and not self.note.hasFocus():
            self.note.setPlainText(kept.note)
        self._kept = kept
        self.title.setText(say.upper(f"run {kept.number}") if kept else "")
        self.restore_button.setEnabled(kept is not None and not hindrance)
        self.remove_button.setEnabled(kept is not None and not is_present)
        self.name_button.setEnabled(kept is not None)
        self.note.setEnabled(kept is not None)
        self.restore_button.setToolTip(hindrance or "Use its model and its settings again")
        self.remove_button.setToolTip(say.CANNOT_REMOVE if is_present else "Keep it no longer")
        self.caption.say(hindrance)

    def commit(self) -> None:
        """Tell the note if it was changed."""
        kept, text = self._kept, self.note.toPlainText().strip()
        if kept is not None and text != kept.note:
            self._kept = replace(kept, note=text)
            self.annotated.emit(kept.number, text)

    def _ask(self, signal: SignalInstance) -> None:
        if self._kept is not None:
            signal.emit(self._kept.number)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID_PX // 2)
        for button in (self.restore_button, self.name_button, self.remove_button):
            buttons.addWidget(button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        for widget in (self.title, self.note):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addWidget(self.caption)


class _NoteField(QPlainTextEdit):
    """Tab goes on to the next field, and leaving is told."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(say.NOTE_HINT)
        self.setAccessibleName("Note on the run")
        self.setTabChangesFocus(True)
        self.textChanged.connect(self._cut)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the field is left, also for another window."""
        super().focusOutEvent(event)
        self.left.emit()

    def _cut(self) -> None:
        """Take no more than can be kept."""
        text = self.toPlainText()
        if len(text) > MAX_NOTE_LENGTH:
            self.setPlainText(text[:MAX_NOTE_LENGTH])
            self.moveCursor(QTextCursor.MoveOperation.End)
