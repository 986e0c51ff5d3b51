"""What the command "report" does: a training of a project, written up as web page and PDF."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from ichdesk import __version__
from ichdesk.archive import SampleStore
from ichdesk.cli import jobs
from ichdesk.cli.progress import Bars
from ichdesk.core.errors import UserError
from ichdesk.core.notes import os_reason
from ichdesk.core.results import run_result
from ichdesk.core.run import TrainingRun
from ichdesk.report.document import Report
from ichdesk.report.files import foreign_file, write_report
from ichdesk.report.source import ReportSource

PAGE = "report.html"


@dataclass(frozen=True, slots=True)
class Reported:
    """What was reported, and the files that say it.

    Attributes:
        was_kept: Whether the project file had this training, so that none was needed.
        seconds: Durations of "open" and "total".
    """

    run: TrainingRun
    was_kept: bool
    files: tuple[Path, Path]
    seconds: dict[str, float]

    @property
    def result(self) -> dict[str, Any]:
        """All numbers of the training as "train" gives them, and where the report is."""
        warnings = {"warnings": jobs.warnings(self.run)}
        files = {"report": [str(path) for path in self.files], "was_kept": self.was_kept}
        return run_result(self.run, self.run.names, self.seconds) | warnings | files


def report(
    file: Path, out: Path, given: Mapping[str, Any], store: SampleStore, bars: Bars
) -> Reported:
    """Report the training that a project file keeps, or train first.

    Args:
        file: The project; it stays as it is.
        out: A folder, which is made if it is missing.
        given: Settings; if one of them is not None, the project is trained with them.
        store: Keeps the bytes of the samples.
        bars: Show progress.

    Raises:
        UserError: The project cannot be used, or the files cannot be written.
    """
    start_s = monotonic()
    from ichdesk.ui.lessons import lesson_of  # noqa: PLC0415 - as below, though it has no Qt

    page = _page_in(out)
    opened = jobs.open_file(file, store)
    open_s = monotonic() - start_s
    project, run = opened.project, opened.run
    was_kept = run is not None and all(value is None for value in given.values())
    if run is None or not was_kept:
        project = replace(project, config=jobs.override(project.config, given))
        run, _ = jobs.train_project(project, bars)
    today = datetime.now(UTC).astimezone().date()
    lesson = lesson_of(project)
    began_as = lesson.title if lesson else ""
    kept = opened.runs.find(run)
    source = ReportSource(project, run, file.stem, today, __version__, kept=kept, began_as=began_as)

    def progress(done: int, total: int) -> None:
        bars.show("Pictures", done, total)

    files = write_report(source, page, _print_pdf, progress)
    return Reported(run, was_kept, files, {"open": open_s, "total": monotonic() - start_s})


def _page_in(out: Path) -> Path:
    """The page of a report in a folder; nothing but an earlier report may be in its place."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"The folder {out} cannot be made ({os_reason(error)}); choose another one."
        ) from error
    if foreign := foreign_file(out / PAGE):
        raise UserError(f"{foreign} exists already and is no report; choose another folder.")
    return out / PAGE


def _print_pdf(report: Report) -> bytes:
    if sys.platform == "linux":  # a display that does not answer would end the process
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication  # noqa: PLC0415 - the other commands need no Qt

    from ichdesk.ui.printing.pdf import pdf_bytes  # noqa: PLC0415

    app = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    printed = pdf_bytes(report)
    del app  # not before the fonts have been used
    return printed
