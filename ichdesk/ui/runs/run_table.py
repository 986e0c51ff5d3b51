"""The view of the list of runs: sorted by a click on a title, and all of it by keyboard."""

from PySide6.QtCore import QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QWidget

from ichdesk.ui.runs.run_delegates import NameDelegate, TickDelegate
from ichdesk.ui.runs.run_model import NAME, NUMBER, SORT_ROLE, TICK, RunModel
from ichdesk.ui.theme import GRID_PX, Theme

_WIDTHS_PX = (68, 84, 124, 248, 144, 148, 120, 160)
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_MIN_ROWS_PX = 16 * GRID_PX


class RunTable(QTreeView):
    """Space ticks the current run, Enter and F2 edit its name, Delete asks to remove it."""

    chosen = Signal()
    remove_requested = Signal()

    def __init__(self, theme: Theme, model: RunModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = model
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(model)
        self._sorted.setSortRole(SORT_ROLE)
        self._sorted.setDynamicSortFilter(True)
        self.setModel(self._sorted)
        self.setItemDelegateForColumn(TICK, TickDelegate(theme, self))
        self.setItemDelegateForColumn(NAME, NameDelegate(self))
        theme.changed.connect(self.viewport().update)
        self.setAccessibleName("Runs; Space chooses a run to compare, F2 names it")
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setSortingEnabled(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setTabKeyNavigation(False)
        self.setMinimumHeight(_MIN_ROWS_PX)
        self.sortByColumn(NUMBER, Qt.SortOrder.DescendingOrder)
        self._set_widths()
        self.selectionModel().currentRowChanged.connect(lambda *_: self.chosen.emit())
        self._sorted.modelReset.connect(self.chosen)

    @property
    def number(self) -> int | None:
        """Of the run where the keyboard is; None without one."""
        index = self._sorted.mapToSource(self.currentIndex())
        return self.runs.lines[index.row()].kept.number if index.isValid() else None

    def choose(self, number: int | None) -> None:
        """Put the keyboard on a run."""
        for row, line in enumerate(self.runs.lines):
            if line.kept.number == number:
                self.setCurrentIndex(self._sorted.mapFromSource(self.runs.index(row, NUMBER)))

    def edit_name(self) -> None:
        """Let the user name the current run."""
        if self.currentIndex().isValid():
            self.edit(self.currentIndex().siblingAtColumn(NAME))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the keys do with the current run."""
        index = self._sorted.mapToSource(self.currentIndex())
        if not index.isValid() or self.state() == self.State.EditingState:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Space:
            self.runs.toggle(index.row())
        elif event.key() in _ENTER or event.key() == Qt.Key.Key_F2:
            self.edit_name()
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.remove_requested.emit()
        else:
            super().keyPressEvent(event)

    def _set_widths(self) -> None:
        header = self.header()
        header.setStretchLastSection(True)
        header.setSectionsMovable(False)
        for column, width_px in enumerate(_WIDTHS_PX):
            header.resizeSection(column, width_px)
