"""Names from files made usable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.core.names import is_system_file, is_writable_text, usable_name
from ichdesk.core.project import name_problem


@given(st.text(max_size=300), st.sets(st.text(max_size=5)))
def test_any_name_becomes_usable_and_free(name: str, taken: set[str]) -> None:
    usable = usable_name(name, taken)
    assert name_problem(usable) is None
    assert usable not in taken
    if not name_problem(name) and name not in taken:
        assert usable == name


def test_numbers_are_added_until_the_name_is_free() -> None:
    assert usable_name("a", {"a", "a (2)"}) == "a (3)"


@pytest.mark.parametrize("value", ["a\ud800", "\udfff", 3, None])
def test_half_a_character_is_no_text(value: object) -> None:
    assert not is_writable_text(value)
    assert is_writable_text("Blutung 🧠 ü")


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX", ".git"])
def test_system_files(name: str) -> None:
    assert is_system_file(name)
    assert is_system_file("a", name, "b.png")
    assert not is_system_file(f"x{name}", "b.png")
