"""Cells of any origin stay text in a spreadsheet; numbers stay numbers."""

import codecs
import csv
import io

import pytest

from ichdesk.core.spreadsheet import csv_text, harmless, table_text


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "-",
        "=",
        "-1 HU",
    ],
)
def test_what_would_be_computed_is_shown(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["", "a=b", "-0.25", "+3", "-1e-05", "Normal", "'=1", "1-2", "−0.2"]
)
def test_everything_else_stays(cell: str) -> None:
    assert harmless(cell) == cell


def test_cells_come_back() -> None:
    rows = [["file", 'a "b", c'], ["line\nbreak", "-0.5"]]
    assert list(csv.reader(io.StringIO(table_text(rows), newline=""))) == rows
    assert table_text([["a", "=b"]], "excel-tab", end="\n") == "a\t'=b\n"


def test_a_file_for_people_begins_with_the_mark_by_which_excel_knows_its_letters() -> None:
    data = csv_text([["Größe", "=1"]], end="\n").encode()
    assert data.startswith(codecs.BOM_UTF8)
    assert data.decode("utf-8-sig") == "Größe,'=1\n"
