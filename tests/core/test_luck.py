"""What people are told of repeated trainings."""

import pytest

from ichdesk.core.luck import Repeat, mean_text, range_text


def repeats(*correct: int, tested: int = 10) -> list[Repeat]:
    return [Repeat(seed, number, tested) for seed, number in enumerate(correct)]


def test_mean_and_deviation_come_with_their_n() -> None:
    assert mean_text(repeats(6, 9, 8)) == "0.767 ± 0.153 (mean ± standard deviation, 3 runs)"
    assert mean_text(repeats(6)) == "0.600 (1 run)"
    assert mean_text([]) == ""


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (repeats(6, 9, 8), "Between 0.60 and 0.90 over 3 seeds, 10 test images each"),
        (repeats(8, 8), "Always 0.80 over 2 seeds, 10 test images each"),
        (repeats(1, tested=1), "Always 1.00 over 1 seed, 1 test image each"),
        ([Repeat(0, 6, 10), Repeat(1, 6, 8)], "Between 0.60 and 0.75 over 2 seeds, 8 to 10 test"),
        ([], ""),
    ],
)
def test_the_range_comes_with_its_n(found: list[Repeat], text: str) -> None:
    assert range_text(found).startswith(text)


def test_what_tested_nothing_counts_for_nothing() -> None:
    assert Repeat(0, 0, 0).accuracy is None
    assert mean_text(repeats(0, tested=0)) == range_text(repeats(0, tested=0)) == ""
    assert "over 1 seed" in range_text([*repeats(8), Repeat(1, 0, 0)])
