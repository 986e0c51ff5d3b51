"""What a slice says of its values is read from its first bytes, and never trusted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.core.hu_facts import hu_facts
from ichdesk.imaging.hu_png import read_hu_png
from tests.fakes.projects import picture, slice_bytes

SLICE = slice_bytes(3)


def test_the_same_as_who_decodes_the_slice() -> None:
    facts, image = hu_facts(SLICE), read_hu_png(SLICE)
    assert facts is not None
    assert facts == hu_facts(SLICE[:1024])
    assert (facts.slope, facts.spacing_mm) == (image.step_hu, image.spacing_mm)
    assert facts.intercept == image.hu.min()
    assert facts.position_mm == image.place.position_mm == 37.5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"slope": 1.0', b'"slope": NaN'),
        (b'"slope": 1.0', b'"slope": "x"'),
        (b'"slope": 1.0', b'"slopi": 1.0'),
        (b'"spacing_mm": [0.5,', b'"spacing_mm": [[],'),
        (b"{", b"["),
    ],
)
def test_damaged_facts_are_none(old: bytes, new: bytes) -> None:
    assert old in SLICE
    assert hu_facts(SLICE.replace(old, new)) is None


def test_a_picture_has_none() -> None:
    assert hu_facts(picture(1)) is None
    assert hu_facts(picture(1, "PNG")) is None


@given(st.integers(0, 300), st.integers(0, 255))
def test_any_damage_is_survived(place: int, value: int) -> None:
    hu_facts(SLICE[:place] + bytes([value]) + SLICE[place + 1 :])
    hu_facts(SLICE[:place])
