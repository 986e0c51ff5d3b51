"""What is asked after every edit costs no look at every sample."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.core import run as run_module
from ichdesk.core.config import TrainConfig
from ichdesk.core.predictions import Place, places_now
from ichdesk.core.project import Project
from ichdesk.core.run import TrainingRun, is_current, training_key
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.test_set import locked

MANY = 500


def image(name: object, **facts: bool) -> Sample:
    return Sample(Path("x"), 0, 1, f"{name}", **facts)


def trained(project: Project, held: tuple[int, ...] = ()) -> TrainingRun:
    """A run that held these positions of each class out."""
    ids = tuple(bin_.id for bin_ in project.classes)
    run = TrainingRun(1, ids, project.config, training_key(project), run_module.RunPhase.DONE)
    run.test = tuple(held for _ in ids)
    return run


@pytest.fixture
def project() -> Project:
    names = ("Bleed", "Normal")
    return Project(tuple(ClassBin(n, tuple(image(f"{n} {i}") for i in range(MANY))) for n in names))


def test_a_class_knows_its_test_images_and_slices() -> None:
    samples = (image("a"), image("b", is_test=True), image("c", is_hu=True))
    bin_ = ClassBin("Bleed", samples)
    assert (bin_.test_positions, bin_.has_slices) == ((1,), True)
    assert bin_.positions(is_test=False) == (0, 2)
    emptier = replace(bin_, samples=samples[:1])
    assert (emptier.test_positions, emptier.has_slices) == ((), False)
    assert replace(bin_, name="Normal").test_positions == (1,)


def test_an_edit_makes_a_run_old_without_a_look_at_its_images(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, first = trained(project, (0, 3)), project.classes[0].id
    looks = list[object]()
    monkeypatch.setattr(run_module, "marked", lambda samples, held: looks.append(held) or samples)
    fewer = project.remove_samples(first, [5])
    tested = fewer.mark_samples(first, [1])
    other = project.mark_samples(first, [0, 3]).with_config(TrainConfig(seed=5))
    for edited in (fewer, tested, other, project.delete_class(first)):
        assert not is_current(run, edited)
    assert looks == []


def test_a_run_stays_current_when_its_split_is_locked(project: Project) -> None:
    run = trained(project, (0, 3))
    assert is_current(run, locked(project, run))
    other = locked(project, run).mark_samples(project.classes[0].id, [4])
    assert not is_current(run, other)


def test_images_in_front_of_an_edit_are_found_without_a_list(project: Project) -> None:
    run, first = trained(project), project.classes[0].id
    now = places_now(run, project.remove_samples(first, [MANY - 2]))
    assert now.get((first, 17)) == Place(first, 17)
    assert now.get((first, MANY - 1)) == Place(first, MANY - 2)
    assert now.get((first, MANY - 2)) is None
    assert sum(map(len, now._stretches.values())) <= 3
    assert not now._moved


edits = st.lists(
    st.tuples(
        st.sampled_from(["move", "remove", "mark", "add"]),
        st.integers(0, 1),
        st.sets(st.integers(0, 7), min_size=1),
    ),
    max_size=5,
)


@given(st.text("abc", max_size=8), st.text("abcd", max_size=8), edits)
def test_places_are_those_of_a_look_at_every_image(
    one: str, other: str, done: list[tuple[str, int, set[int]]]
) -> None:
    project = Project(tuple(ClassBin(name, tuple(map(image, name))) for name in (one, other)))
    run, ids = trained(project), [bin_.id for bin_ in project.classes]
    for kind, side, rows in done:
        samples = project.class_by_id(ids[side]).samples
        chosen = [row for row in rows if row < len(samples)]
        if kind == "move":
            project = project.move_samples(ids[side], chosen, ids[1 - side])
        elif kind == "remove":
            project = project.remove_samples(ids[side], chosen)
        elif kind == "mark":
            project = project.mark_samples(ids[side], chosen)
        else:
            project = project.add_samples(ids[side], map(image, "ad"))
    now, expected = places_now(run, project), looked_up(run, project)
    keys = [(class_id, then) for class_id, own in run.key[0] for then in range(len(own))]
    assert [now.get(key) for key in keys] == [expected.get(key) for key in keys]
    there = [now.are_there(class_id, len(own)) for class_id, own in run.key[0]]
    assert [bool(one) for own in there for one in own] == [key in expected for key in keys]


def looked_up(run: TrainingRun, project: Project) -> dict[tuple[int, int], Place]:
    """The same, image by image: first those that kept their class and order, then the others."""
    then_of, stayed = dict(run.key[0]), dict[tuple[int, int], Place]()
    others = list[tuple[str, Place]]()
    for bin_ in project.classes:
        rows, free = defaultdict[str, list[int]](list), 0
        for position, sample in enumerate(then_of.get(bin_.id, ())):
            rows[sample.sha256].append(position)
        for index, sample in enumerate(bin_.samples):
            same = rows[sample.sha256]
            at = bisect_left(same, free)
            if at == len(same):
                others.append((sample.sha256, Place(bin_.id, index)))
            else:
                stayed[bin_.id, same[at]], free = Place(bin_.id, index), same[at] + 1
    for class_id, samples in run.key[0]:
        for then, sample in enumerate(samples):
            found = [row for row in others if row[0] == sample.sha256]
            if (class_id, then) not in stayed and found:
                nearest = min(found, key=lambda row: row[1].class_id != class_id)
                stayed[class_id, then] = nearest[1]
                others.remove(nearest)
    return stayed
