"""The order of file names."""

from hypothesis import given
from hypothesis import strategies as st

from ichdesk.imaging.natural import natural_key


def test_numbers_count_as_numbers_and_case_does_not() -> None:
    names = ["IM10.png", "im2.png", "IM1.png", "a", "10", "9", "B"]
    assert sorted(names, key=natural_key) == ["9", "10", "a", "B", "IM1.png", "im2.png", "IM10.png"]


@given(st.lists(st.text()))
def test_any_names_can_be_sorted(names: list[str]) -> None:
    assert len(sorted(names, key=natural_key)) == len(names)
    natural_key("9" * 10_000)
