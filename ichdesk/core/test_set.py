"""The fixed test set: made of the images that a run held out, and what spoils it."""

from collections import defaultdict
from collections.abc import Sequence

from ichdesk.core.notes import counted
from ichdesk.core.predictions import places_now
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun, is_done
from ichdesk.core.samples import Sample

SIDES = ("train", "test")
"""Folders of a project with a fixed test set: of what is trained on, and of the test set."""


def lock_problem(project: Project, run: TrainingRun | None) -> str:
    """Why the split of a run cannot be locked and what to do, one sentence; "" if it can."""
    if project.has_test_set:
        return "There is a fixed test set already; release it first to lock another one."
    if run is None or not is_done(run):
        return "Train a model first; then the images that were held out can stay the test set."
    if not any(run.test):
        return "The last training held no image out, so there is nothing to lock; add images first."
    return ""


def locked(project: Project, run: TrainingRun) -> Project:
    """The project with the images that a run held out as its fixed test set.

    Those that were removed since are not missed, those that were moved are tested in their new
    class, and what was added since is trained on.
    """
    for class_id, indices in _held_out_now(project, run).items():
        project = project.mark_samples(class_id, indices)
    return project


def overlap_text(project: Project, added: Sequence[Sample]) -> str:
    """A sentence on new images that are on the other side of a fixed test set, too, or "".

    Args:
        project: With the new images, all of which are on one side.
        added: The new images.
    """
    if not added or not project.has_test_set:
        return ""
    is_test = added[0].is_test
    others = [s for b in project.enabled_classes for s in b.samples if s.is_test is not is_test]
    contents, patients = {s.sha256 for s in others}, {s.patient for s in others} - {None}
    same = sum(sample.sha256 in contents for sample in added)
    related = sum(s.sha256 not in contents and s.patient in patients for s in added)
    where = "in the classes" if is_test else "in the test set"
    found = []
    if same:
        found.append(f"{_share(same, added)} {where}, too")
    if related:
        found.append(f"{_share(related, added)} of patients who are {where}, too")
    if not found:
        return ""
    return (
        f"{'; '.join(found)}. The model would be tested on what it has learned, so remove them "
        "from one side."
    )


def _held_out_now(project: Project, run: TrainingRun) -> dict[int, list[int]]:
    """Positions of the images that a run held out, by id of the class that has them now."""
    now, found = places_now(run, project), defaultdict[int, list[int]](list)
    for class_id, held in zip(run.class_ids, run.test, strict=False):
        for place in filter(None, (now.get((class_id, position)) for position in held)):
            found[place.class_id].append(place.index)
    return dict(found)


def _share(count: int, added: Sequence[Sample]) -> str:
    return f"{count:,} of the {counted(len(added), 'image')} {'is' if count == 1 else 'are'}"
