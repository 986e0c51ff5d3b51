"""Single samples are split by the original's rule; of patients, each is on one side."""

from collections import Counter
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.core.samples import Sample
from ichdesk.core.split import held_out, split_classes, split_patients

Classes = list[dict[int, Sample]]
Side = tuple[tuple[int, ...], ...]
class_sizes = st.lists(st.integers(0, 60), max_size=5)
seeds = st.integers(0, 2**32 - 1)
owners = st.lists(
    st.lists(st.one_of(st.none(), st.integers(0, 8)), max_size=25), min_size=1, max_size=4
)


@given(st.integers(0, 100_000))
def test_the_rule_is_the_original_s(n: int) -> None:
    assert held_out(n) == ceil(0.15 * n)


@pytest.mark.parametrize(("n", "test"), [(0, 0), (1, 1), (2, 1), (3, 1), (6, 1), (7, 2), (30, 5)])
def test_small_classes(n: int, test: int) -> None:
    split = split_classes([range(n)], seed=0)
    assert (len(split.test[0]), len(split.train[0])) == (test, n - test)


@given(class_sizes, st.integers(0, 2**32 - 1))
def test_every_sample_is_in_one_part(counts: list[int], seed: int) -> None:
    split = split_classes([range(count) for count in counts], seed)
    for count, train, test in zip(counts, split.train, split.test, strict=True):
        assert sorted(train + test) == list(range(count))
        assert list(train) == sorted(train)
        assert list(test) == sorted(test)


def test_the_seed_decides() -> None:
    classes = [range(30), range(30)]
    assert split_classes(classes, 1) == split_classes(classes, 1)
    assert split_classes(classes, 1) != split_classes(classes, 2)
    first, second = split_classes(classes, 1).test
    assert first != second


def test_a_change_in_one_class_leaves_the_others_alone() -> None:
    before = split_classes([range(30), range(30)], 1)
    after = split_classes([range(30), range(31)], 1)
    assert before.test[0] == after.test[0]


def test_positions_may_have_gaps() -> None:
    split = split_classes([[2, 5, 7]], 0)
    assert sorted(split.train[0] + split.test[0]) == [2, 5, 7]


# --- by patient ---------------------------------------------------------------------------------


def classes_of(owners: list[list[int | None]], salt: str = "") -> Classes:
    """A class per list, a sample per owner; None is a sample without a patient."""
    return [
        {
            i: Sample(Path("x"), i, 1, f"{label}-{i}", None if owner is None else f"{salt}{owner}")
            for i, owner in enumerate(own)
        }
        for label, own in enumerate(owners)
    ]


def patients(classes: Classes, side: Side) -> set[str | None]:
    chosen = [own[i].patient for own, rows in zip(classes, side, strict=True) for i in rows]
    return set(chosen) - {None}


def sizes(side: Side) -> list[int]:
    return [len(rows) for rows in side]


@given(owners, seeds)
def test_no_patient_is_on_both_sides(owners: list[list[int | None]], seed: int) -> None:
    classes = classes_of(owners)
    split = split_patients(classes, seed)
    assert not patients(classes, split.train) & patients(classes, split.test)


@given(owners, seeds)
def test_every_sample_of_a_patient_is_in_one_part(
    owners: list[list[int | None]], seed: int
) -> None:
    split = split_patients(classes_of(owners), seed)
    for own, train, test in zip(owners, split.train, split.test, strict=True):
        assert sorted(train + test) == list(range(len(own)))
        assert list(train) == sorted(train)
        assert list(test) == sorted(test)


@given(owners, seeds)
def test_every_class_keeps_something_to_learn(owners: list[list[int | None]], seed: int) -> None:
    split = split_patients(classes_of(owners), seed)
    assert all(train for own, train in zip(owners, split.train, strict=True) if own)


@given(owners, seeds)
def test_classes_with_patients_of_their_own_are_tested(
    owners: list[list[int | None]], seed: int
) -> None:
    split = split_patients(classes_of(owners), seed)
    for label, own in enumerate(owners):
        elsewhere = {p for k, others in enumerate(owners) if k != label for p in others}
        alone = [p for p in own if p is None] + list({*own} - elsewhere - {None})
        assert split.test[label] or len(alone) < 2


@given(owners, seeds)
def test_keys_mean_nothing(owners: list[list[int | None]], seed: int) -> None:
    """Who reads the same files again gets other keys and the same split."""
    assert split_patients(classes_of(owners), seed) == split_patients(
        classes_of(owners, "again"), seed
    )


@given(seeds, st.integers(1, 4))
def test_of_many_small_patients_15_percent_are_held_out(seed: int, slices: int) -> None:
    own: list[list[int | None]] = [
        [100 * label + i // slices for i in range(60 * slices)] for label in range(2)
    ]
    assert sizes(split_patients(classes_of(own), seed).test) == [9 * slices] * 2


@given(seeds)
def test_patients_of_two_classes(seed: int) -> None:
    """Each has slices of both classes, not equally many."""
    own: list[list[int | None]] = [
        [i for i in range(60) for _ in range(1 + i % 3)],
        [i for i in range(60) for _ in range(1 + i % 4)],
    ]
    split = split_patients(classes_of(own), seed)
    for part, whole in zip(split.test, own, strict=True):
        assert 0.1 <= len(part) / len(whole) <= 0.25


def test_samples_without_a_patient_are_split_like_slices() -> None:
    assert sizes(split_patients(classes_of([[None] * 30, [None] * 7]), 0).test) == [5, 2]


def test_the_seed_decides_on_patients() -> None:
    classes = classes_of([[i // 4 for i in range(80)], [20 + i // 4 for i in range(80)]])
    assert split_patients(classes, 1) == split_patients(classes, 1)
    tested = Counter(
        p for seed in range(40) for p in patients(classes, split_patients(classes, seed).test)
    )
    assert len(tested) == 40  # everybody has a turn


def test_a_new_patient_leaves_most_where_they_are() -> None:
    own: list[list[int | None]] = [[i // 4 for i in range(400)]]
    before = split_patients(classes_of(own), 3)
    after = split_patients(classes_of([[*own[0], 200, 200]]), 3)
    assert len(set(before.test[0]) ^ set(after.test[0])) <= 8  # of 60


@pytest.mark.parametrize(
    ("own", "tested"),
    [
        ([[1, 1, 1], [2, 2, 3, 3]], [False, True]),  # a class with one patient
        ([[1, 1], [1, 1, 1]], [False, False]),  # two classes of one patient
        ([[1, 1], [1, 2, 2]], [False, True]),  # it is also in a class that has another one
        ([[None], [None]], [False, False]),  # single images
        ([[], [1, 2]], [False, True]),
        ([[1, 2], [1, 3], [2, 3]], None),  # no way to test all three
    ],
)
def test_few_patients(own: list[list[int | None]], tested: list[bool] | None) -> None:
    for seed in range(20):
        split = split_patients(classes_of(own), seed)
        assert sum(map(bool, split.test)) == 2 if tested is None else True
        assert tested is None or [bool(rows) for rows in split.test] == tested


def test_three_patients_take_turns_unless_one_is_most_of_the_class() -> None:
    equal = classes_of([[i // 10 for i in range(30)]])
    assert len({split_patients(equal, seed).test for seed in range(20)}) == 3
    large = classes_of([[1] * 80 + [2] * 10 + [3] * 10])
    assert all(len(split_patients(large, seed).test[0]) <= 20 for seed in range(20))
