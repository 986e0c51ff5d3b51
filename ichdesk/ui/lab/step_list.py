"""The steps in order, and the buttons that add, move and remove them."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ichdesk.core.steps import DEFAULT_STEPS
from ichdesk.imaging.step_text import step_words
from ichdesk.imaging.steps import STEPS
from ichdesk.ui.lab.draft import Draft
from ichdesk.ui.theme import GRID_PX, Theme
from ichdesk.ui.widgets.icon_button import IconButton

_ROW_PX = 27
_FRAME_PX = 4
_LEAST_ROWS, _MOST_ROWS = 2, 5


class StepList(QWidget):
    """Shows a draft and edits it; `changed` tells that steps changed, `selected` which is shown."""

    changed = Signal()
    selected = Signal()

    def __init__(self, draft: Draft, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        self.tree = StepTree()
        self.add_button = QPushButton("Add step")
        self.add_menu = QMenu(self.add_button)
        self.add_menu.setToolTipsVisible(True)
        for name in STEPS:
            action = self.add_menu.addAction(STEPS[name].title)
            action.setToolTip(STEPS[name].summary)
            action.setData(name)
            action.triggered.connect(partial(self._add, name))
        self.add_button.setMenu(self.add_menu)
        self.add_button.setAutoDefault(False)
        self.up_button = IconButton(theme, "arrow-up", "Move step up (Alt+Up)")
        self.down_button = IconButton(theme, "arrow-down", "Move step down (Alt+Down)")
        self.remove_button = IconButton(theme, "trash-can-outline", "Remove step (Delete)")
        self.reset_button = IconButton(theme, "history", "Reset to the default step")
        self._lay_out()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show the draft as it is now."""
        draft = self._draft
        with QSignalBlocker(self.tree):
            self.tree.clear()
            for number, step in enumerate(draft.steps, 1):
                item = QTreeWidgetItem([f"{number}  {step_words(step)}"])
                item.setToolTip(0, f"{step_words(step)}. {STEPS[step.name].summary}")
                item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{number}, {step_words(step)}")
                self.tree.addTopLevelItem(item)
                if number - 1 == draft.selected:
                    self.tree.setCurrentItem(item)
        rows = min(max(len(draft.steps), _LEAST_ROWS), _MOST_ROWS)
        row_px = self.tree.sizeHintForRow(0) if draft.steps else _ROW_PX
        self.tree.setFixedHeight(rows * row_px + _FRAME_PX)
        self._enable()

    def _enable(self) -> None:
        place, last = self._draft.selected, len(self._draft.steps) - 1
        self.up_button.setEnabled(place > 0)
        self.down_button.setEnabled(0 <= place < last)
        self.remove_button.setEnabled(place >= 0)
        self.reset_button.setEnabled(self._draft.steps != DEFAULT_STEPS)

    def _add(self, name: str) -> None:
        self._edit(partial(self._draft.add, name))

    def _edit(self, act: Callable[[], None]) -> None:
        act()
        self.refresh()
        self.changed.emit()

    def _on_current_changed(self) -> None:
        item = self.tree.currentItem()
        self._draft.select(self.tree.indexOfTopLevelItem(item) if item else -1)
        self._enable()
        self.selected.emit()

    def _connect(self) -> None:
        draft = self._draft
        self.tree.currentItemChanged.connect(lambda *_: self._on_current_changed())
        self.tree.move_requested.connect(lambda by: self._edit(partial(draft.move, by)))
        self.tree.remove_requested.connect(self.remove_button.click)
        self.up_button.clicked.connect(lambda: self._edit(partial(draft.move, -1)))
        self.down_button.clicked.connect(lambda: self._edit(partial(draft.move, 1)))
        self.remove_button.clicked.connect(lambda: self._edit(draft.remove))
        self.reset_button.clicked.connect(lambda: self._edit(partial(draft.take, DEFAULT_STEPS)))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID_PX // 2)
        buttons.addWidget(self.add_button)
        buttons.addStretch(1)
        for button in (self.up_button, self.down_button, self.remove_button, self.reset_button):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addWidget(self.tree)
        column.addLayout(buttons)


class StepTree(QTreeWidget):
    """One row per step; Alt with an arrow moves the current one, Delete removes it."""

    move_requested = Signal(int)
    remove_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Image steps, in order")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move and remove."""
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in moves:
            self.move_requested.emit(moves[Qt.Key(event.key())])
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.remove_requested.emit()
        else:
            super().keyPressEvent(event)
