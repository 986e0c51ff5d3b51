"""Which images of a project a model is tested on: by a training, or as one would choose them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun, is_current, is_done
from ichdesk.core.samples import ClassBin
from ichdesk.core.split import split_samples
from ichdesk.core.split_facts import BY_SLICE, BY_TEST_SET, split_rule


@dataclass(frozen=True, slots=True)
class Sides:
    """The images of a project that are tested on; all others are trained on.

    Attributes:
        by: The rule, one of `RULES`.
        test: Positions by id of the class; a class without any may lack.
        is_of_run: Whether a training has split so; else it is how one would.
    """

    by: str
    test: Mapping[int, frozenset[int]]
    is_of_run: bool = False

    def is_test(self, class_id: int, position: int) -> bool:
        """Whether an image is tested on."""
        return position in self.test.get(class_id, ())

    @property
    def test_count(self) -> int:
        """How many images are tested on."""
        return sum(map(len, self.test.values()))


def sides_of(project: Project, run: TrainingRun | None = None) -> Sides:
    """How a project is split: by its fixed test set, else as in a run, else as by a training now.

    A training leaves out what it cannot read, which only it finds out; where there is such an
    image, it may hold out others than are said here without a run. Disabled classes are on the side
    of training, but for their images of the fixed test set and of patients who are tested on.

    Args:
        project: All of its classes are split.
        run: The last one that ended well; it counts only if it is of this project as it is.
    """
    return known_sides(project, run) or _with_disabled(_planned(project), project)


def known_sides(project: Project, run: TrainingRun | None) -> Sides | None:
    """The same at once, for those who cannot wait; None if images would have to be chosen first."""
    if project.has_test_set:
        tested = {b.id: frozenset(b.test_positions) for b in project.enabled_classes}
        return _with_disabled(Sides(BY_TEST_SET, tested), project)
    if run is None or not is_done(run) or not is_current(run, project):
        return None
    held = zip(run.class_ids, map(frozenset, run.test), strict=True)
    by = run.split.by if run.split else BY_SLICE
    return _with_disabled(Sides(by, dict(held), is_of_run=True), project)


def _planned(project: Project) -> Sides:
    bins = [bin_ for bin_ in project.enabled_classes if bin_.samples]
    rule = split_rule(project.config.split, chain.from_iterable(b.samples for b in bins))
    usable = [dict(enumerate(bin_.samples)) for bin_ in bins]
    held = map(frozenset, split_samples(usable, rule, project.config.seed).test)
    return Sides(rule, {b.id: rows for b, rows in zip(bins, held, strict=True)})


def _with_disabled(sides: Sides, project: Project) -> Sides:
    tested = {
        bin_.samples[position].patient
        for bin_ in project.enabled_classes
        for position in sides.test.get(bin_.id, ())
    } - {None}
    others = {b.id: _tested(b, tested) for b in project.classes if not b.enabled}
    return Sides(sides.by, {**sides.test, **others}, sides.is_of_run)


def _tested(bin_: ClassBin, patients: set[str | None]) -> frozenset[int]:
    return frozenset(
        i for i, sample in enumerate(bin_.samples) if sample.is_test or sample.patient in patients
    )
