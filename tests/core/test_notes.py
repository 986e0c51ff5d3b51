"""Sentences on what was left out stay few, short and without folders."""

import errno
import os

import pytest

from ichdesk.core.limits import MAX_NOTES
from ichdesk.core.notes import Notes, os_reason, shown_name


def test_after_the_limit_notes_are_counted() -> None:
    notes = Notes()
    for i in range(MAX_NOTES):
        notes.add(str(i))
    assert len(notes.sentences()) == MAX_NOTES
    notes.add("x")
    assert len(notes.sentences()) == MAX_NOTES + 1
    assert notes.sentences()[-1].startswith("1 more")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Normal-!-0.jpg", "“Normal-!-0.jpg”"),
        ("a/b.png", "“a/b.png”"),
        ("/home/smith/b.png", "“b.png”"),
        ("C:\\smith\\b.png", "“b.png”"),
        ("../../b.png", "“b.png”"),
        ("a\nb", "“a�b”"),
        ("", "“”"),
        ("x" * 300, f"“{'x' * 40}…{'x' * 40}”"),
    ],
)
def test_shown_names(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def test_reasons_have_no_path() -> None:
    assert os_reason(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/home/smith")) == (
        os.strerror(errno.ENOSPC).lower()
    )
    assert os_reason(OSError("odd")) == "unknown error"
