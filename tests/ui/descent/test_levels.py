"""Heights of contour lines are round, few and inside; numbers read as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.ui.descent.levels import is_wide, level_text, loss_text, round_levels

positive = st.floats(1e-6, 1e6)


@given(low=positive, high=positive, most=st.integers(1, 20))
def test_levels_are_inside_rising_and_few(low: float, high: float, most: int) -> None:
    levels = round_levels(low, high, most)
    assert len(levels) <= most
    assert levels == sorted(set(levels))
    assert all(low < level < high for level in levels)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.66, 0.86, [0.68, 0.7, 0.72, 0.74, 0.76, 0.78, 0.8, 0.82, 0.84]),
        (0.04, 2.2, [0.05, 0.1, 0.2, 0.5, 1.0, 2.0]),
        (0.13, 1.2, [0.15, 0.2, 0.3, 0.5, 0.7, 1.0]),
        (0.0002, 300.0, [0.001, 0.01, 0.1, 1.0, 10.0, 100.0]),
        (0.5, 0.5, []),
    ],
)
def test_levels_are_round(low: float, high: float, expected: list[float]) -> None:
    assert round_levels(low, high, 10) == expected


def test_a_wide_range_asks_for_powers_of_ten() -> None:
    assert is_wide(0.1, 1.0)
    assert not is_wide(0.7, 0.9)


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (0.8549, "0.85"),
        (0.0291, "0.029"),
        (0.000031, "0.000031"),
        (12.3, "12.30"),
        (4321.9, "4,322"),
        (3e12, "3e+12"),
        (float("inf"), "beyond all numbers"),
        (float("nan"), "beyond all numbers"),
        (0.0, "0"),
    ],
)
def test_losses_as_text(loss: float, text: str) -> None:
    assert loss_text(loss) == text


def test_levels_as_text() -> None:
    assert [level_text(level) for level in (0.05, 2.0, 1e4)] == ["0.05", "2", "10,000"]
