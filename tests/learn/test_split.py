"""The split follows the original's rule, for every size, and depends on nothing but the seed."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.learn.split import held_out, split_classes

sizes = st.lists(st.integers(0, 60), max_size=5)


@given(st.integers(0, 100_000))
def test_the_rule_is_the_original_s(n: int) -> None:
    assert held_out(n) == ceil(0.15 * n)


@pytest.mark.parametrize(("n", "test"), [(0, 0), (1, 1), (2, 1), (3, 1), (6, 1), (7, 2), (30, 5)])
def test_small_classes(n: int, test: int) -> None:
    split = split_classes([range(n)], seed=0)
    assert (len(split.test[0]), len(split.train[0])) == (test, n - test)


@given(sizes, st.integers(0, 2**32 - 1))
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
