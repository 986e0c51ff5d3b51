"""Where imported images go: into a class they were meant for, or into new ones."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ichdesk.core.errors import UserError
from ichdesk.core.project import Project
from ichdesk.core.samples import Sample
from ichdesk.core.test_set import SIDES
from ichdesk.imaging.gathered import Gathered


def add_gathered(
    project: Project, gathered: Gathered, class_id: int | None, paths: Sequence[Path]
) -> tuple[Project, int]:
    """Add images to a project; also how many there were.

    Args:
        project: What to add to.
        gathered: Groups of images; a named one goes to the class of that name, or a new one.
        class_id: Takes the images without a name; None, or a class that is gone, for a new class.
        paths: Where the images came from; a single folder or zip names the new class.

    Raises:
        UserError: A folder's name cannot be that of a class.
    """
    added = 0
    for name, samples in gathered.classes:
        target = _target_class(project, name, class_id)
        if target is None:
            project = project.add_class(name or _fitting_name(project, gathered, paths))
            target = project.classes[-1].id
        project = project.add_samples(target, samples)
        added += len(samples)
    return project, added


def by_side(paths: Sequence[Path]) -> list[tuple[Sequence[Path], bool]]:
    """The paths, and whether they are meant for the fixed test set.

    Of a folder that has the folders `train` and `test` and no others, the latter is.
    """
    try:
        inside = list(paths[0].iterdir()) if len(paths) == 1 else []
    except OSError:  # a file, or whoever reads it says why it cannot be read
        return [(paths, False)]
    folders = {path.name.lower(): path for path in inside if path.is_dir()}
    if folders.keys() != set(SIDES):
        return [(paths, False)]
    train, test = (folders[side] for side in SIDES)
    return [([train], False), ([test], True)]


def add_to_test_set(
    project: Project, gathered: Gathered, class_id: int | None
) -> tuple[Project, tuple[Sample, ...], tuple[str, ...]]:
    """Add images to the fixed test set; also those that were, and folders that were left out.

    Args:
        project: What to add to; it gets no new class.
        gathered: Groups of images; a named one goes to the class of that name.
        class_id: Takes all other images; None, or a class that is gone, if they belong nowhere.
    """
    added, strangers = list[Sample](), list[str]()
    for name, samples in gathered.classes:
        target = class_named(project, name or "") or _target_class(project, None, class_id)
        if target is None:
            strangers.append(name or "")
            continue
        tested = [replace(sample, is_test=True) for sample in samples]
        project = project.add_samples(target, tested)
        added += tested
    return project, tuple(added), tuple(strangers)


def class_named(project: Project, name: str) -> int | None:
    """The class of this name, or else of one that differs in capital letters only."""
    names = {bin_.name.casefold(): bin_.id for bin_ in reversed(project.classes)}
    exact = {bin_.name: bin_.id for bin_ in project.classes}
    return exact.get(name.strip(), names.get(name.strip().casefold()))


def _target_class(project: Project, name: str | None, class_id: int | None) -> int | None:
    for bin_ in project.classes:
        if (name is None and bin_.id == class_id) or (name and bin_.name == name.strip()):
            return bin_.id
    return None


def _fitting_name(project: Project, gathered: Gathered, paths: Sequence[Path]) -> str | None:
    if len(paths) != 1 or not (paths[0].is_dir() or paths[0].suffix.lower() == ".zip"):
        return None
    if paths[0].name in gathered.private_names:
        return None
    name = paths[0].name if paths[0].is_dir() else paths[0].stem
    try:
        return project.checked_name(name)
    except UserError:
        return None
