"""Tables as text that spreadsheets read, in which no cell of any origin becomes a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def table_text(rows: Iterable[Sequence[str]], dialect: str = "excel", end: str = "\r\n") -> str:
    """Rows of cells as text.

    Args:
        rows: Of any origin, such as names of files and classes.
        dialect: Of `csv`; "excel-tab" for the clipboard.
        end: Of each row.
    """
    written = io.StringIO()
    writer = csv.writer(written, dialect, lineterminator=end)
    writer.writerows(map(harmless, row) for row in rows)
    return written.getvalue()


def csv_text(rows: Iterable[Sequence[str]], end: str = "\r\n") -> str:
    """Rows of cells as a CSV file that a person opens.

    It begins with a byte order mark, without which Excel shows umlauts wrongly. pandas and R's
    readr skip it; in Python, "utf-8-sig" does.
    """
    return _MARK + table_text(rows, end=end)


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and does not compute; numbers stay as they are.

    An apostrophe before it is the usual way (OWASP, "CSV Injection"), and stays visible in a file.
    """
    if cell.startswith(_BEGINS_FORMULA) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
