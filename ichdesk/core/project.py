"""A class project as an immutable value; every edit returns a new one, which makes undo free."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

from ichdesk.core.config import TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.samples import ClassBin, Sample, marked

MAX_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Project:
    """Classes with their samples, training settings and what the file said besides.

    Attributes:
        classes: In the order of the file and of the window.
        config: Training settings.
        manifest: The manifest as read, JSON text, so that unknown keys survive a save; "" if new.
    """

    classes: tuple[ClassBin, ...] = ()
    config: TrainConfig = field(default_factory=TrainConfig)
    manifest: str = ""

    @property
    def enabled_classes(self) -> tuple[ClassBin, ...]:
        """The classes that training uses."""
        return tuple(bin_ for bin_ in self.classes if bin_.enabled)

    @property
    def sample_count(self) -> int:
        """Samples in all classes, disabled ones included."""
        return sum(len(bin_.samples) for bin_ in self.classes)

    @property
    def test_count(self) -> int:
        """Samples in the fixed test set of all classes, disabled ones included."""
        return sum(len(bin_.test_positions) for bin_ in self.classes)

    @property
    def has_test_set(self) -> bool:
        """Whether an enabled class has samples in the fixed test set; then nothing is held out."""
        return any(bin_.test_positions for bin_ in self.enabled_classes)

    def class_by_id(self, class_id: int) -> ClassBin:
        """The class with this id; KeyError if there is none."""
        for bin_ in self.classes:
            if bin_.id == class_id:
                return bin_
        raise KeyError(class_id)

    def add_class(self, name: str | None = None, samples: Iterable[Sample] = ()) -> "Project":
        """Append a class; without a name it is called "Class N" by the first free N."""
        name = self._free_name() if name is None else self.checked_name(name)
        return replace(self, classes=(*self.classes, ClassBin(name, tuple(samples))))

    def rename_class(self, class_id: int, name: str) -> "Project":
        """Give a class another name; UserError if the name cannot be used."""
        name = self.checked_name(name, own_id=class_id)
        return self._change(class_id, lambda bin_: replace(bin_, name=name))

    def delete_class(self, class_id: int) -> "Project":
        """Take a class and its samples out of the project."""
        return replace(self, classes=tuple(b for b in self.classes if b.id != class_id))

    def set_enabled(self, class_id: int, enabled: bool) -> "Project":
        """Include a class in training or leave it out."""
        return self._change(class_id, lambda bin_: replace(bin_, enabled=enabled))

    def add_samples(self, class_id: int, samples: Iterable[Sample]) -> "Project":
        """Append samples to a class."""
        return self._change(class_id, lambda bin_: replace(bin_, samples=(*bin_.samples, *samples)))

    def remove_samples(self, class_id: int, indices: Collection[int]) -> "Project":
        """Take the samples at these positions out of a class."""
        gone = frozenset(indices)
        return self._change(
            class_id,
            lambda bin_: replace(
                bin_, samples=tuple(s for i, s in enumerate(bin_.samples) if i not in gone)
            ),
        )

    def move_samples(self, source_id: int, indices: Collection[int], target_id: int) -> "Project":
        """Move the samples at these positions to the end of another class, in order."""
        if source_id == target_id:
            return self
        source = self.class_by_id(source_id)
        moved = [source.samples[i] for i in sorted(set(indices))]
        return self.remove_samples(source_id, indices).add_samples(target_id, moved)

    def mark_samples(
        self, class_id: int, indices: Collection[int], *, is_test: bool = True
    ) -> "Project":
        """Put the samples at these positions into the fixed test set, or take them out of it.

        They stay in their class and at their places.
        """
        return self._change(
            class_id,
            lambda bin_: replace(bin_, samples=marked(bin_.samples, indices, is_test=is_test)),
        )

    def release_test_set(self) -> "Project":
        """Take all samples of all classes out of the fixed test set."""
        project = self
        for bin_ in self.classes:
            if bin_.test_positions:
                project = project.mark_samples(bin_.id, bin_.test_positions, is_test=False)
        return project

    def with_config(self, config: TrainConfig) -> "Project":
        """Replace the training settings; UserError if one of them cannot be used."""
        if problem := config.problem():
            raise UserError(problem)
        return replace(self, config=config)

    def checked_name(self, name: str, own_id: int | None = None) -> str:
        """Trim a class name and check it against the rules and the other classes.

        Raises:
            UserError: The name is empty, too long, not printable or taken.
        """
        name = name.strip()
        if problem := name_problem(name):
            raise UserError(problem)
        if any(b.name.strip() == name and b.id != own_id for b in self.classes):
            raise UserError(f"There is already a class called “{name}”; choose another name.")
        return name

    def training_problem(self) -> str | None:
        """One sentence on what training still needs, or None if it can start."""
        filled = [b for b in self.enabled_classes if len(b.test_positions) < len(b.samples)]
        if len(filled) < 2:
            return too_few_text(has_test_set=self.has_test_set)
        return self.config.problem()

    def _free_name(self) -> str:
        taken = {bin_.name.strip() for bin_ in self.classes}
        number = len(self.classes) + 1
        while f"Class {number}" in taken:
            number += 1
        return f"Class {number}"

    def _change(self, class_id: int, edit: Callable[[ClassBin], ClassBin]) -> "Project":
        self.class_by_id(class_id)
        changed = tuple(edit(bin_) if bin_.id == class_id else bin_ for bin_ in self.classes)
        return replace(self, classes=changed)


def too_few_text(*, has_test_set: bool) -> str:
    """What training needs where fewer than two classes have an image to learn from."""
    outside = " outside the test set" if has_test_set else ""
    return f"Training needs at least two enabled classes with at least one image each{outside}."


def new_project() -> Project:
    """A project with two empty classes, as the original starts."""
    return Project(classes=(ClassBin("Class 1"), ClassBin("Class 2")))


def name_problem(name: str) -> str | None:
    """One sentence on why a class name cannot be used, or None."""
    if not name.strip():
        return "A class needs a name; type at least one letter."
    if len(name) > MAX_NAME_LENGTH:
        return f"A class name has at most {MAX_NAME_LENGTH} characters; shorten it."
    if any(ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF for c in name):
        return "A class name cannot contain control characters; type it again."
    return None
