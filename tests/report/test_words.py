"""Names and numbers as a report writes them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.core.evaluation import Figure
from ichdesk.report.words import isolated, listed, percent, quoted, short, shown, stacked

RLO = "\N{RIGHT-TO-LEFT OVERRIDE}"
FSI, PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
ARABIC = "\N{ARABIC LETTER NOON}\N{ARABIC LETTER ZAIN}"


def test_what_turns_the_text_around_a_name_is_taken_out() -> None:
    assert shown(f"{RLO}gnp.exe{PDI}") == "gnp.exe"
    assert shown("two\nlines\tand\u2028more") == "two lines and more"
    assert shown("broken \ud800 half") == "broken � half"


def test_only_names_that_turn_are_isolated() -> None:
    assert isolated("Normal") == "Normal"
    assert quoted(ARABIC) == f"“{FSI}{ARABIC}{PDI}”"


@given(st.text(min_size=1, max_size=80), st.integers(4, 40))
def test_a_shortened_name_is_the_start_of_the_name(name: str, width: int) -> None:
    found = short(name, width).strip(FSI + PDI)
    assert len(found) <= max(width, 2)
    assert shown(name).startswith(found.removesuffix("…"))
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in found)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.001, "under 1 %"), (0.5, "50 %"), (0.9999, "over 99 %"), (1.0, "100 %")],
)
def test_only_certainty_is_called_100_percent(share: float, text: str) -> None:
    assert percent(share) == text


def test_lists_read_as_people_say_them() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_figure_carries_its_n_and_its_interval() -> None:
    share = Figure(0.8, (0.49, 0.943), 10, 8)
    assert stacked(share) == "0.80\n8 of 10\n0.49–0.94"
    assert stacked(Figure(0.9, (0.7, 1.0), 1200)) == "0.90\nn = 1,200\n0.70–1.00"
    assert stacked(Figure(None, None, 0, 0, "No test image is of this class.")) == "–"
