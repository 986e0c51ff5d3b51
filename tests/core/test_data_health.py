"""What the list of images says about its health: what is planted is found, and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.core.config import TrainConfig
from ichdesk.core.data_health import (
    MOST_SHOWN,
    Check,
    State,
    balance_check,
    copies_check,
    fact_checks,
    kinds_check,
    patients_check,
    split_check,
)
from ichdesk.core.predictions import Place
from ichdesk.core.project import Project
from ichdesk.core.run import RunPhase, TrainingRun, training_key
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.core.split_facts import BY_SLICE, NearCopy, SplitFacts


def sample(digest: str, patient: str | None = None, *, is_hu: bool = False) -> Sample:
    return Sample(Path("x"), 0, 1, digest, patient, None, is_hu)


def of_size(name: str, count: int) -> ClassBin:
    return ClassBin(name, tuple(sample(f"{name} {i}") for i in range(count)))


def digests(name: str, *found: str) -> ClassBin:
    return ClassBin(name, tuple(map(sample, found)))


def places(check: Check) -> list[Place]:
    return [shown.place for shown in check.images]


@pytest.mark.parametrize(
    ("sizes", "state", "said"),
    [
        ((60, 60), State.FINE, "right for 50 % (60 of 120)"),
        ((30, 30), State.LOOK, "fewer than 50"),
        ((60, 200), State.LOOK, "3 times"),
        ((30, 1000), State.PROBLEM, "right for 97 % (1,000 of 1,030)"),
    ],
)
def test_balance(sizes: tuple[int, int], state: State, said: str) -> None:
    check = balance_check([of_size("Bleed", sizes[0]), of_size("Normal", sizes[1])])
    assert check.state is state
    assert said in check.text
    assert bool(check.advice) is (state is not State.FINE)


def test_one_class_is_not_enough() -> None:
    assert balance_check([of_size("Bleed", 90)]).state is State.LOOK


def test_copies_in_two_classes_come_first_and_are_a_problem() -> None:
    one, two = digests("A", "a", "b", "b", "b"), digests("B", "c", "a")
    check = copies_check([one, two])
    assert check.state is State.PROBLEM
    assert "3 of 6 images are" in check.text
    assert "1 image is in two classes" in check.text
    assert check.is_paired
    assert places(check) == [
        Place(one.id, 0),
        Place(two.id, 1),
        Place(one.id, 1),
        Place(one.id, 2),
        Place(one.id, 1),
        Place(one.id, 3),
    ]


def test_copies_within_a_class_are_to_be_looked_at() -> None:
    check = copies_check([digests("A", "a", "a"), digests("B", "b")])
    assert (check.state, len(check.images)) == (State.LOOK, 2)


def test_the_images_of_a_check_end_and_their_number_goes_on() -> None:
    check = copies_check([digests("A", *["a"] * 5000)])
    assert len(check.images) == MOST_SHOWN
    assert "4,999 of 5,000" in check.text


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1), min_size=1, max_size=3))
def test_every_copy_is_counted_and_paired_with_an_equal_image(found: list[list[str]]) -> None:
    classes = [digests(str(k), *row) for k, row in enumerate(found)]
    check = copies_check(classes)
    everything = [digest for row in found for digest in row]
    extra = len(everything) - len(set(everything))
    crossing = any(set(a) & set(b) for i, a in enumerate(found) for b in found[:i])
    expected = State.PROBLEM if crossing else State.LOOK if extra else State.FINE
    assert check.state is expected
    known = {bin_.id: bin_.samples for bin_ in classes}
    shown = [known[p.class_id][p.index].sha256 for p in places(check)]
    assert shown[::2] == shown[1::2]
    assert len(shown) == min(2 * extra, MOST_SHOWN)
    assert all(a != b for a, b in zip(places(check)[::2], places(check)[1::2], strict=True))


def test_unknown_patients_are_not_known() -> None:
    assert patients_check([of_size("A", 3)]).state is State.UNKNOWN


def test_few_patients_with_many_slices_are_told() -> None:
    bins = [
        ClassBin(name, tuple(sample(f"{name}{i}", f"{name}{i // 16}") for i in range(160)))
        for name in "AB"
    ]
    check = patients_check(bins)
    assert check.state is State.LOOK
    assert "20 patients, 16.0 images of each" in check.text
    assert "None has images in more than one class" in check.text


def test_patients_in_two_classes_and_images_of_nobody_are_counted() -> None:
    own = tuple(sample(f"a{i}", str(i)) for i in range(30))
    other = (*(sample(f"b{i}", str(i)) for i in range(29, 60)), sample("nobody"))
    check = patients_check([ClassBin("A", own), ClassBin("B", other)])
    assert "1 has images in more than one class" in check.text
    assert "1 image does not say of whom" in check.text
    assert check.state is State.LOOK


@pytest.mark.parametrize(
    ("slices", "state"),
    [((0, 0), State.FINE), ((4, 4), State.FINE), ((4, 0), State.PROBLEM), ((2, 1), State.LOOK)],
)
def test_kinds(slices: tuple[int, int], state: State) -> None:
    bins = [
        ClassBin(str(n), tuple(sample(f"{k}{i}", is_hu=i < n) for i in range(4)))
        for k, n in enumerate(slices)
    ]
    assert kinds_check(bins).state is state


def run_of(project: Project, facts: SplitFacts) -> TrainingRun:
    ids = tuple(bin_.id for bin_ in project.classes)
    run = TrainingRun(1, ids, project.config, training_key(project))
    run.phase, run.split, run.test = RunPhase.DONE, facts, ((0,), (0,))
    return run


def test_split() -> None:
    project = Project((digests("A", "a", "b"), digests("B", "c", "d")))
    assert split_check(project, None).state is State.UNKNOWN
    fine = split_check(project, run_of(project, SplitFacts(BY_SLICE)))
    assert fine.state is State.FINE
    assert "2 test images" in fine.text
    facts = SplitFacts(BY_SLICE, 3, 2, 1, 0, (NearCopy(0, 0, 1, 1),), 1)
    run = run_of(project, facts)
    check = split_check(project, run)
    one, two = project.classes
    assert check.state is State.PROBLEM
    assert "1 patient is on both sides" in check.advice
    assert "1 test image is nearly the same" in check.advice
    assert places(check) == [Place(one.id, 0), Place(two.id, 1)]
    assert [shown.remark for shown in check.images] == ["test", "training"]
    fewer = project.remove_samples(two.id, [0])
    assert places(split_check(fewer, run)) == [Place(one.id, 0), Place(two.id, 0)]
    assert "changed since" in split_check(fewer, run).text
    assert places(split_check(project.remove_samples(two.id, [1]), run)) == []


def test_the_fixed_test_set() -> None:
    one = ClassBin("A", (sample("a", "p"), replace(sample("b", "q"), is_test=True)))
    two = ClassBin("B", (sample("c", "r"), replace(sample("d", "s"), is_test=True)))
    project = Project((one, two))
    checks = {check.key: check for check in fact_checks(project, None)}
    assert checks["test set"].state is State.FINE
    leaked = project.add_samples(two.id, [replace(sample("a", "p"), is_test=True)])
    check = {check.key: check for check in fact_checks(leaked, None)}["test set"]
    assert check.state is State.PROBLEM
    assert check.text == "3 test images; 1 image and 1 patient are on both sides."
    assert places(check) == [Place(two.id, 2), Place(one.id, 0)]


def test_disabled_and_empty_classes_are_left_out() -> None:
    bins = (digests("A", "a"), digests("B", "b"), digests("C", "a"), ClassBin("D"))
    project = Project(bins, TrainConfig()).set_enabled(bins[2].id, False)
    checks = fact_checks(project, None)
    assert [c.key for c in checks] == ["balance", "copies", "patients", "kinds", "split"]
    assert checks[1].state is State.FINE
    assert "“C”" not in " ".join(check.text for check in checks)
    assert fact_checks(replace(project, classes=()), None) == ()
