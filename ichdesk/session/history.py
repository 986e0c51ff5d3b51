"""Undo and redo: the project is immutable, so its history is a list of values."""

from dataclasses import dataclass, field

from ichdesk.core.project import Project

MAX_STEPS = 200


@dataclass(slots=True)
class History:
    """Projects before and after the current one, each with the name of the edit between."""

    _undo: list[tuple[str, Project]] = field(default_factory=list)
    _redo: list[tuple[str, Project]] = field(default_factory=list)
    _is_sealed: bool = False

    @property
    def undo_label(self) -> str | None:
        """Name of the edit that undo takes back, or None."""
        return self._undo[-1][0] if self._undo else None

    @property
    def redo_label(self) -> str | None:
        """Name of the edit that redo repeats, or None."""
        return self._redo[-1][0] if self._redo else None

    def record(self, label: str, before: Project, *, merge: bool = False) -> None:
        """Remember the project before an edit; merge joins it with a last edit of the same name."""
        self._redo.clear()
        if merge and self.undo_label == label and not self._is_sealed:
            return
        self._is_sealed = False
        self._undo.append((label, before))
        del self._undo[:-MAX_STEPS]

    def seal(self) -> None:
        """Let the next edit be one of its own, even if it continues the last one."""
        self._is_sealed = True

    def undo(self, current: Project) -> Project:
        """The project before the last edit."""
        label, before = self._undo.pop()
        self._redo.append((label, current))
        return before

    def redo(self, current: Project) -> Project:
        """The project after the edit that was undone last."""
        label, after = self._redo.pop()
        self._undo.append((label, current))
        return after

    def clear(self) -> None:
        """Forget everything."""
        self._undo.clear()
        self._redo.clear()
