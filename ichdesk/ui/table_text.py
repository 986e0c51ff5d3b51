"""Tables as text: for the clipboard of a spreadsheet, and for a file."""

import csv
import io
from collections.abc import Sequence

Rows = Sequence[Sequence[str]]


def tabbed_text(rows: Rows) -> str:
    """As spreadsheets take it from the clipboard."""
    return _text(rows, "excel-tab")


def csv_text(rows: Rows) -> str:
    """As spreadsheets open it from a file."""
    return _text(rows, "excel")


def _text(rows: Rows, dialect: str) -> str:
    written = io.StringIO()
    csv.writer(written, dialect).writerows(rows)
    return written.getvalue()
