"""The question what to do with work that a crash left unsaved, above the canvas."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ichdesk.core.notes import counted, shown_name
from ichdesk.session.recovery import Left, Recovery
from ichdesk.ui.file_commands import FileCommands
from ichdesk.ui.icons import glyph
from ichdesk.ui.theme import GRID_PX, Theme

Buttons = QMessageBox.StandardButton
_ICON_PX = 20
_ONE = "ICHDesk did not end properly. These changes were not saved:"
_MORE = "ICHDesk did not end properly. The changes to these projects were not saved:"


class RecoveryBar(QWidget):
    """Offers what crashed windows have left, one row for each; takes no room when there is nothing.

    It waits beside the work and never before it: nothing is restored or deleted unasked.

    Args:
        recovery: What there is.
        files: Asks first if the open project has something to save.
        theme: Colors the icon.
    """

    def __init__(self, recovery: Recovery, files: FileCommands, theme: Theme) -> None:
        super().__init__()
        self._recovery = recovery
        self._files = files
        self._theme = theme
        self.rows: list[RecoveryRow] = []
        self.frame = QFrame()
        self.frame.setProperty("role", "notice")
        self.frame.setProperty("level", "info")
        self.icon_label = QLabel()
        self.heading = QLabel()
        self.heading.setWordWrap(True)
        self._arrange()
        self.hide()
        recovery.changed = self.refresh
        theme.changed.connect(self._show_icon)
        self._show_icon()
        self.refresh()

    def refresh(self) -> None:
        """Re-read what there is to restore."""
        left = self._recovery.left
        known = {row.left for row in self.rows}
        for row in [row for row in self.rows if row.left not in left]:
            self.rows.remove(row)
            row.take_away()
        for each in (each for each in left if each not in known):
            self.rows.append(self._row(each))
        self.heading.setText(_MORE if len(left) > 1 else _ONE)
        if left and set(left) - known:
            self._announce()
        self.setVisible(bool(left))

    def _row(self, left: Left) -> "RecoveryRow":
        row = RecoveryRow(left, self._grid)
        row.restore_button.clicked.connect(
            lambda: self._files.if_saved(lambda: self._recovery.restore(left))
        )
        row.later_button.clicked.connect(lambda: self._recovery.leave(left))
        row.delete_button.clicked.connect(lambda: self._throw_away(row))
        return row

    def _throw_away(self, row: "RecoveryRow") -> None:
        if row.left in self._recovery.left and ask_throw_away(self, row.title):
            self._recovery.throw_away(row.left)

    def _announce(self) -> None:
        said = [self.heading.text(), *(row.label.text() for row in self.rows)]
        self.frame.setAccessibleName(" ".join(said))
        QAccessible.updateAccessibility(QAccessibleEvent(self.frame, QAccessible.Event.Alert))

    def _arrange(self) -> None:
        self._grid = QGridLayout()
        self._grid.setContentsMargins(_ICON_PX + GRID_PX, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID_PX)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        top = QHBoxLayout()
        top.setSpacing(GRID_PX)
        top.addWidget(self.icon_label, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.heading, 1)
        inside = QVBoxLayout(self.frame)
        inside.setContentsMargins(12, GRID_PX, GRID_PX, 4)
        inside.setSpacing(0)
        inside.addLayout(top)
        inside.addLayout(self._grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID_PX, 0, 0)
        column.addWidget(self.frame)

    def _show_icon(self) -> None:
        color, ratio = self._theme.palette.info, self.devicePixelRatioF()
        self.icon_label.setPixmap(glyph("information-outline", color, _ICON_PX, ratio))


class RecoveryRow:
    """One project that was not saved: what it is, and three buttons.

    Args:
        left: What the row is about.
        grid: Takes the widgets, in a new row.
    """

    def __init__(self, left: Left, grid: QGridLayout) -> None:
        self.left = left
        work = left.work
        self.title = _title(work.path)
        parts = ["1 class" if work.classes == 1 else f"{work.classes:,} classes"]
        parts += [counted(work.images, "image")]
        parts += [counted(work.runs, "training")] if work.runs else []
        when = _when(work.when, datetime.now().astimezone())
        said = f"{self.title}: {', '.join(parts)}, last changed {when}"
        self.label = QLabel(said)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.restore_button = self._button("Restore")
        self.later_button = self._button("Not Now")
        self.delete_button = self._button("Throw Away…")
        self.restore_button.setToolTip("Open it as a project with unsaved changes")
        self.later_button.setToolTip("Ask again at the next start")
        place = grid.rowCount()
        for column, widget in enumerate(self._widgets()):
            grid.addWidget(widget, place, column)

    def take_away(self) -> None:
        """Remove the widgets."""
        for widget in self._widgets():
            widget.hide()
            widget.deleteLater()

    def _widgets(self) -> tuple[QWidget, ...]:
        return self.label, self.restore_button, self.later_button, self.delete_button

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "link")
        button.setAccessibleName(f"{text.rstrip('…')}: {self.title}")
        return button


def ask_throw_away(window: QWidget, title: str) -> bool:
    """Ask whether to delete what was not saved; there is no way back."""
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("ICHDesk")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(f"Throw away the unsaved changes to {title}?")
    box.setInformativeText("They are deleted for good. A saved file of the project stays as it is.")
    throw = box.addButton("Throw Away", QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(Buttons.Cancel)
    box.setDefaultButton(keep)
    box.exec()
    is_chosen = box.clickedButton() is throw
    box.deleteLater()
    return is_chosen


def _title(path: Path | None) -> str:
    return shown_name(path.name) if path else "A project without a name"


def _when(when: datetime, now: datetime) -> str:
    """The time; with the day unless it is today."""
    clock = f"{when:%H:%M}"
    return f"at {clock}" if when.date() == now.date() else f"on {when.day} {when:%B %Y} at {clock}"
