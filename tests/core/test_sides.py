"""Who is tested on: the fixed test set, else as in the last training, else as one would choose."""

from dataclasses import replace
from pathlib import Path

from ichdesk.core.project import Project
from ichdesk.core.run import RunPhase, TrainingRun, training_key
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.sides import Sides, known_sides, sides_of
from ichdesk.core.split import held_out
from ichdesk.core.split_facts import BY_PATIENT, BY_SLICE, BY_TEST_SET, SplitFacts

SIZE = 20


def project_of(patients: int = 0) -> Project:
    """Two classes and a disabled one, each with images of so many patients in turn."""
    bins = [
        ClassBin(name, tuple(_sample(name, i, patients) for i in range(SIZE)), enabled=name != "C")
        for name in "ABC"
    ]
    return Project(tuple(bins))


def _sample(name: str, i: int, patients: int) -> Sample:
    return Sample(Path("x"), i, 1, f"{name}{i}", f"p{i % patients}" if patients else None)


def run_on(project: Project, phase: RunPhase = RunPhase.DONE) -> TrainingRun:
    """Held out is the first image of each class."""
    key, test = training_key(project), ((0,), (0,))
    ids, facts = tuple(class_id for class_id, _ in key[0]), SplitFacts(BY_PATIENT)
    return TrainingRun(1, ids, project.config, key, phase, test=test, split=facts)


def held(sides: Sides, project: Project) -> list[list[int]]:
    return [[i for i in range(SIZE) if sides.is_test(b.id, i)] for b in project.classes]


def test_a_fixed_test_set_counts_more_than_any_run() -> None:
    project = project_of()
    run = run_on(project)
    for bin_, positions in zip(project.classes, ([3, 4], [], [5]), strict=True):
        project = project.mark_samples(bin_.id, positions)
    sides = sides_of(project, run)
    assert (sides.by, sides.is_of_run, sides.test_count) == (BY_TEST_SET, False, 3)
    assert held(sides, project) == [[3, 4], [], [5]]


def test_a_run_counts_while_it_is_of_the_project_as_it_is() -> None:
    project = project_of(patients=5)
    run = run_on(project)
    sides = sides_of(project, run)
    assert (sides.by, sides.is_of_run) == (BY_PATIENT, True)
    assert held(sides, project)[:2] == [[0], [0]]
    assert sides == known_sides(project, run)
    edited = project.remove_samples(project.classes[0].id, [7])
    assert not sides_of(edited, run).is_of_run
    assert known_sides(edited, run) is None
    assert not sides_of(project, run_on(project, RunPhase.CANCELLED)).is_of_run


def test_the_seed_chooses_if_there_is_no_run() -> None:
    project = project_of()
    sides = sides_of(project)
    assert sides.by == BY_SLICE
    assert [len(rows) for rows in held(sides, project)] == [held_out(SIZE), held_out(SIZE), 0]
    assert sides == sides_of(project)
    assert sides != sides_of(replace(project, config=replace(project.config, seed=9)))


def test_patients_of_a_disabled_class_stay_on_one_side() -> None:
    project = project_of(patients=5)
    sides = sides_of(project)
    assert sides.by == BY_PATIENT
    on_side: dict[bool, set[str | None]] = {True: set(), False: set()}
    for bin_ in project.classes:
        for i, sample in enumerate(bin_.samples):
            on_side[sides.is_test(bin_.id, i)].add(sample.patient)
    assert on_side[True]
    assert not on_side[True] & on_side[False]
    assert any(sides.is_test(project.classes[2].id, i) for i in range(SIZE))


def test_an_empty_project_has_no_sides() -> None:
    assert sides_of(Project()).test_count == 0
