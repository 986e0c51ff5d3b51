"""The project under edit: every change of it, undo and redo, and messages about them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.project import Project, new_project
from ichdesk.core.steps import Step
from ichdesk.imaging.pipeline import checked
from ichdesk.session.history import History
from ichdesk.session.state import Change, Level, Notice

MAX_NOTICES = 3


class ProjectEditor:
    """A project, its history, and who is told of changes; `Session` adds the rest.

    Attributes:
        project: The present value.
        notices: Messages in the window, oldest first.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[Change], None]] = []
        self._history = History()
        self.project = new_project()
        self.notices: tuple[Notice, ...] = ()

    def subscribe(self, listener: Callable[[Change], None]) -> None:
        """Call `listener` after every change, on the session's thread."""
        self._listeners.append(listener)

    @property
    def undo_label(self) -> str | None:
        """Name of the edit that undo takes back, or None."""
        return self._history.undo_label

    @property
    def redo_label(self) -> str | None:
        """Name of the edit that redo repeats, or None."""
        return self._history.redo_label

    def add_class(self) -> int:
        """Append an empty class and return its id."""
        self._edit("Add class", self.project.add_class())
        return self.project.classes[-1].id

    def rename_class(self, class_id: int, name: str) -> bool:
        """Rename a class; False, with a notice, if the name cannot be used."""
        if name.strip() == self.project.class_by_id(class_id).name:
            return True
        try:
            self._edit("Rename class", self.project.rename_class(class_id, name))
        except UserError as error:
            self.report(str(error))
            return False
        return True

    def delete_class(self, class_id: int) -> None:
        """Delete a class with its samples."""
        self._edit("Delete class", self.project.delete_class(class_id))

    def set_class_enabled(self, class_id: int, enabled: bool) -> None:
        """Include a class in training or leave it out."""
        label = "Enable class" if enabled else "Disable class"
        self._edit(label, self.project.set_enabled(class_id, enabled))

    def remove_samples(self, class_id: int, indices: Collection[int]) -> None:
        """Remove the samples at these positions."""
        if indices:
            self._edit("Remove samples", self.project.remove_samples(class_id, indices))

    def remove_all_samples(self, class_id: int) -> None:
        """Empty a class; what it has in the fixed test set stays."""
        bin_ = self.project.class_by_id(class_id)
        self.remove_samples(class_id, bin_.positions(is_test=False))

    def move_samples(
        self,
        source_id: int,
        indices: Collection[int],
        target_id: int,
        *,
        is_test: bool | None = None,
    ) -> None:
        """Move samples to another class, or into or out of the fixed test set, or both.

        Args:
            source_id: Class of the samples.
            indices: Their positions in it.
            target_id: Class that takes them; may be the same.
            is_test: On which side they are then; None for the side they are on.
        """
        samples = self.project.class_by_id(source_id).samples
        moved, label = self.project, "Move samples"
        if is_test is not None and any(samples[i].is_test is not is_test for i in indices):
            moved = moved.mark_samples(source_id, indices, is_test=is_test)
            label = "Move to test set" if is_test else "Move out of test set"
        self._edit(label, moved.move_samples(source_id, indices, target_id))

    def release_test_set(self) -> None:
        """Make ordinary samples of those in the fixed test set; the next training splits again."""
        self._edit("Release test set", self.project.release_test_set())

    def remove_from_classes(self, chosen: Mapping[int, Collection[int]]) -> None:
        """Remove samples of several classes, by class id and positions, as one edit."""
        removed = self.project
        for class_id, indices in chosen.items():
            removed = removed.remove_samples(class_id, indices)
        if any(chosen.values()):
            self._edit("Remove samples", removed)

    def move_from_classes(self, chosen: Mapping[int, Collection[int]], target_id: int) -> None:
        """Move samples of several classes, by class id and positions, as one edit."""
        moved, sources = self.project, {k: rows for k, rows in chosen.items() if k != target_id}
        for class_id, indices in sources.items():
            moved = moved.move_samples(class_id, indices, target_id)
        if any(sources.values()):
            self._edit("Move samples", moved)

    def set_config(self, config: TrainConfig) -> None:
        """Change training settings; steps of the same setting are one edit."""
        try:
            changed = self.project.with_config(config)
        except UserError as error:
            self.report(str(error))
            return
        label = f"Change {_changed_field(self.project.config, config)}"
        self._edit(label, changed, merge=True)

    def reset_config(self) -> None:
        """Set the training settings back to their defaults; image steps stay."""
        default = TrainConfig(steps=self.project.config.steps)
        self._edit("Reset settings", self.project.with_config(default))

    def set_steps(self, steps: Sequence[Step]) -> bool:
        """Change the image steps; False, with a notice, if they do not fit together."""
        try:
            config = replace(self.project.config, steps=checked(steps))
        except UserError as error:
            self.report(str(error))
            return False
        self._edit("Change image steps", self.project.with_config(config), merge=True)
        return True

    def undo(self) -> None:
        """Take the last edit back."""
        if self.undo_label is not None:
            self._set_project(self._history.undo(self.project))

    def redo(self) -> None:
        """Repeat the edit that was undone last."""
        if self.redo_label is not None:
            self._set_project(self._history.redo(self.project))

    def report(self, text: str, level: Level = Level.ERROR, details: tuple[str, ...] = ()) -> None:
        """Show a message in the window; the oldest go when there are many."""
        kept = tuple(notice for notice in self.notices if notice.text != text)
        self.notices = (*kept, Notice.new(text, level, details))[-MAX_NOTICES:]
        self._notify(Change.NOTICES)

    def dismiss(self, notice_id: int) -> None:
        """Take a message away."""
        self.notices = tuple(n for n in self.notices if n.id != notice_id)
        self._notify(Change.NOTICES)

    def _notify(self, change: Change) -> None:
        for listener in self._listeners:
            listener(change)

    def _edit(self, label: str, project: Project, *, merge: bool = False) -> None:
        if project == self.project:
            return
        self._history.record(label, self.project, merge=merge)
        self._set_project(project)

    def _set_project(self, project: Project) -> None:
        self.project = project
        self._notify(Change.PROJECT | Change.FILE | Change.RUN)


def _changed_field(old: TrainConfig, new: TrainConfig) -> str:
    for name in TrainConfig.__dataclass_fields__:
        if getattr(old, name) != getattr(new, name):
            return name.replace("_", " ")
    return "settings"
