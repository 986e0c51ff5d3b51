"""The list of runs: a row for each, two of which may be ticked, and a name that can be edited."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from ichdesk.core.run_book import KeptRun, RunBook
from ichdesk.ui.runs import runs_text as say

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
SORT_ROLE = Role.UserRole
COLUMNS = (
    *("Compare", "Run", "Name", "Test accuracy (95 % interval)", "Settings that differ"),
    *("Images, split", "Trained", "Note"),
)
TICK, NUMBER, NAME, ACCURACY, SETTINGS, IMAGES, WHEN, NOTE = range(len(COLUMNS))
_TICKS = 2
_SIDES = "AB"


@dataclass(frozen=True, slots=True, eq=False)
class RunLine:
    """A run as a row of the list.

    Attributes:
        texts: By column, that of the tick empty.
        sort_keys: By column, of one type each.
    """

    kept: KeptRun
    texts: tuple[str, ...]
    sort_keys: tuple[object, ...]


def run_lines(runs: RunBook) -> tuple[RunLine, ...]:
    """All runs, in the order of training."""
    differing = say.unequal_settings([kept.run for kept in runs]) if len(runs) else ()
    return tuple(
        _line(kept, settings, is_present=kept.number == runs.present)
        for kept, settings in zip(runs, differing, strict=True)
    )


def csv_rows(runs: RunBook) -> list[list[str]]:
    """The list as a table with headings; what is left out on the screen is said here, too."""
    heads = [*COLUMNS[NUMBER:], "Data"]
    return [heads, *([*line.texts[NUMBER:], line.kept.data] for line in run_lines(runs))]


class RunModel(QAbstractTableModel):
    """Rows are runs; at most two are ticked, and the one with the lower number is A."""

    ticks_changed = Signal()
    renamed = Signal(int, str)  # number, name

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[RunLine, ...] = ()
        self._ticked: tuple[int, ...] = ()  # numbers, the longest ticked first

    @property
    def ticked(self) -> tuple[int, ...]:
        """Numbers of the ticked runs, A first."""
        return tuple(sorted(self._ticked))

    def show(self, lines: Sequence[RunLine]) -> None:
        """Show these runs; ticks stay on those that are still there."""
        is_same = [line.kept.number for line in lines] == [old.kept.number for old in self.lines]
        if not is_same:
            self.beginResetModel()
        self.lines = tuple(lines)
        if not is_same:
            self.endResetModel()
        self._all_changed()
        known = {line.kept.number for line in lines}
        self.tick([number for number in self._ticked if number in known])

    def tick(self, numbers: Sequence[int]) -> None:
        """Tick exactly these; of more than two, the last two."""
        wanted = tuple(numbers[-_TICKS:])
        if wanted != self._ticked:
            self._ticked = wanted
            self._all_changed()
            self.ticks_changed.emit()

    def toggle(self, row: int) -> None:
        """Tick a run, or take its tick away."""
        number = self.lines[row].kept.number
        others = [n for n in self._ticked if n != number]
        self.tick(others if number in self._ticked else [*others, number])

    def side(self, row: int) -> str:
        """Which of the two a run is: A or B, or "" if it is not ticked."""
        number = self.lines[row].kept.number
        return _SIDES[self.ticked.index(number)] if number in self._ticked else ""

    # --- what views ask ----------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        """Number of runs."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index | None = None) -> int:
        """Number of columns."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        """Titles of the columns."""
        is_title = orientation is Qt.Orientation.Horizontal and role == Role.DisplayRole
        return COLUMNS[section] if is_title else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The tick can be set, the name edited."""
        flags = super().flags(index)
        if index.column() == TICK:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NAME else flags

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        """What is shown, read out, sorted by and edited."""
        line, column = self.lines[index.row()], index.column()
        if column == TICK:
            return _tick_data(line, self.side(index.row()), role)
        if role == Role.DisplayRole:
            return line.texts[column]
        if role == Role.ToolTipRole:
            return _tooltip(line, column)
        if role == Role.EditRole and column == NAME:
            return line.kept.name
        return line.sort_keys[column] if role == SORT_ROLE else None

    def setData(self, index: Index, value: object, role: int = Role.EditRole) -> bool:
        """Tick, or ask for another name."""
        if role == Role.CheckStateRole and index.column() == TICK:
            self.toggle(index.row())
            return True
        if role == Role.EditRole and index.column() == NAME:
            self.renamed.emit(self.lines[index.row()].kept.number, str(value))
            return True
        return False

    def _all_changed(self) -> None:
        if self.lines:
            last = self.index(len(self.lines) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)


def _line(kept: KeptRun, settings: str, *, is_present: bool) -> RunLine:
    run, note = kept.run, " ".join(kept.note.split())
    number = f"{kept.number} (in use)" if is_present else str(kept.number)
    texts = (
        *("", number, kept.name, say.accuracy_cell(run), settings or "none"),
        *(say.images_cell(run), say.when_cell(kept), note),
    )
    correct, n = run.test_correct or (0, 0)
    trained_s = kept.trained.timestamp() if kept.trained else 0.0
    keys = ("", kept.number, kept.name.casefold(), correct / n if n else -1.0, settings)
    count = sum(map(len, run.train))
    return RunLine(kept, texts, (*keys, count, trained_s, note.casefold()))


def _tick_data(line: RunLine, side: str, role: int) -> object:
    if role == Role.CheckStateRole:
        return Qt.CheckState.Checked if side else Qt.CheckState.Unchecked
    if role == Role.AccessibleTextRole:
        compared = f"compared as {side}" if side else "not compared"
        return f"Run {line.kept.number}, {compared}"
    return side if role in {Role.DisplayRole, SORT_ROLE} else None


def _tooltip(line: RunLine, column: int) -> str:
    if column == IMAGES:
        return f"Training + test images, how they were split. Data: {line.kept.data}"
    if column == WHEN:
        return f"Trained {say.when_text(line.kept)}"
    if column == NAME:
        return line.kept.name or "F2 gives the run a name."
    return line.kept.note if column == NOTE else line.texts[column]
