"""The manifest as it comes back: by place, by content, and never if it is another table."""

import pytest

from ichdesk.core.sample_manifest import (
    COLUMNS,
    FILES,
    Manifest,
    Origin,
    beside_images,
    numbered,
    read_rows,
)
from ichdesk.core.spreadsheet import table_text


def lines(*rows: dict[str, str]) -> list[str]:
    cells = [[row.get(column, "") for column in COLUMNS] for row in rows]
    return table_text([list(COLUMNS), *cells], end="\n").splitlines(keepends=True)


def row(file: str, sha256: str, patient: str = "", **more: str) -> dict[str, str]:
    return {"file": file, "sha256": sha256, "patient": patient, "class": "K"} | more


def test_an_image_is_known_by_place_or_by_content() -> None:
    manifest = Manifest(read_rows(lines(row("A/0.jpg", "1", "p"), row("A/1.jpg", "1", "q"))))
    assert manifest.find("A/1.jpg", "1") == Origin("K", "q", "", False)
    assert manifest.find("B/7.jpg", "1") == Origin("", "p", "", False)
    assert manifest.find("A/0.jpg", "2") is None


@pytest.mark.parametrize(
    ("file", "split", "by", "is_test"),
    [
        ("A/0.jpg", "test", "test set", True),
        ("A/0.jpg", "train", "test set", False),
        ("A/0.jpg", "test", "patient", False),
        ("test/A/0.jpg", "test", "test set", False),  # its folder says so
    ],
)
def test_only_a_fixed_test_set_comes_back(file: str, split: str, by: str, is_test: bool) -> None:
    ((_, _, origin),) = read_rows(lines(row(file, "1", split=split, split_by=by)))
    assert origin.is_test is is_test


@pytest.mark.parametrize("name", ["=1+1", "@a", "-rf", "'x", "a,b", 'a"b', "-3"])
def test_names_come_back_from_cells_that_compute_nothing(name: str) -> None:
    ((_, _, origin),) = read_rows(lines(row("A/0.jpg", "1") | {"class": name}))
    assert origin.class_name == name


def test_other_tables_say_nothing() -> None:
    assert read_rows(["name,age\n", "x,7\n"]) == []
    assert read_rows([]) == []
    assert len(read_rows([*lines(), "A/0.jpg\n"])) == 1  # a row that was cut off


def test_a_damaged_table_is_told() -> None:
    with pytest.raises(ValueError, match="damaged"):
        read_rows([*lines(), f"{'x' * 200_000},1\n"])


def test_companions_are_known_by_their_table() -> None:
    files = {("a", numbered(name, 2)) for name in FILES} | {("README.txt",), ("a", "manifest.txt")}
    assert sorted(parts for parts in files if beside_images(parts, files)) == [
        ("a", "README (2).txt"),
        ("a", "annotations (2).json"),
        ("a", "manifest (2).csv"),
    ]
