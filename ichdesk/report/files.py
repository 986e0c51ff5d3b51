"""A report as two files, a web page and a PDF, both or none of them."""

from collections.abc import Callable
from pathlib import Path

from ichdesk.core.atomic import replacing
from ichdesk.core.errors import UserError
from ichdesk.core.notes import os_reason, shown_name
from ichdesk.report.build import Progress, build_report
from ichdesk.report.document import Report
from ichdesk.report.html import GENERATOR, html
from ichdesk.report.source import ReportSource

PrintPdf = Callable[[Report], bytes]
_HEAD_BYTES = 1024


def write_report(
    source: ReportSource, page: Path, print_pdf: PrintPdf, progress: Progress
) -> tuple[Path, Path]:
    """Write a report to `page` and, beside it, to a file of the same name that ends in .pdf.

    Both files are complete before either takes its place; what was there before stays if one of
    them cannot be written.

    Args:
        source: What to report.
        page: The web page; its folder must exist.
        print_pdf: Turns the report into the bytes of a PDF file.
        progress: Told how many pictures are done, of how many; may raise to stop.

    Raises:
        UserError: The files cannot be written.
    """
    printed = page.with_suffix(".pdf")
    for path in (page, printed):
        _check_target(path)
    report = build_report(source, progress)
    written, pdf = html(report).encode("utf-8"), print_pdf(report)
    try:
        with replacing(page) as first, replacing(printed) as second:
            first.write(written)
            second.write(pdf)
    except OSError as error:
        raise UserError(
            f"The report cannot be written ({os_reason(error)}); choose another folder."
        ) from error
    return page, printed


def foreign_file(page: Path) -> Path | None:
    """A file in the way of a report that is no part of an earlier report, or None."""
    printed = page.with_suffix(".pdf")
    if page.exists():
        return None if _is_report(page) else page
    return printed if printed.exists() else None


def _is_report(page: Path) -> bool:
    try:
        with page.open("rb") as file:
            return GENERATOR.encode() in file.read(_HEAD_BYTES)
    except OSError:
        return False


def _check_target(path: Path) -> None:
    name = shown_name(path.name)
    try:
        if path.is_dir():
            raise UserError(f"{name} is a folder; choose another name.")
        if not path.parent.is_dir():
            raise UserError(f"The folder for {name} does not exist; choose another folder.")
        if path.exists() and not path.stat().st_mode & 0o200:
            raise UserError(f"{name} is write-protected; choose another name.")
    except OSError as error:
        raise UserError(f"{name} cannot be written ({os_reason(error)}).") from error
