"""Tables as text: for the clipboard of a spreadsheet, and for a file."""

from collections.abc import Sequence

from ichdesk.core import spreadsheet

Rows = Sequence[Sequence[str]]


def tabbed_text(rows: Rows) -> str:
    """As spreadsheets take it from the clipboard."""
    return spreadsheet.table_text(rows, "excel-tab")


def csv_text(rows: Rows) -> str:
    """As spreadsheets open it from a file."""
    return spreadsheet.csv_text(rows)
