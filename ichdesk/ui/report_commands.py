"""Exporting a report: where to, of which training, and what is told when it is written."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from ichdesk import __version__
from ichdesk.core.notes import shown_name
from ichdesk.core.results import NOTE
from ichdesk.core.run import RunPhase, TrainingRun
from ichdesk.report.files import foreign_file, write_report
from ichdesk.report.source import ReportSource
from ichdesk.session.jobs import Progress
from ichdesk.session.session import Session
from ichdesk.session.state import Level
from ichdesk.ui.lessons import lesson_of
from ichdesk.ui.printing.pdf import pdf_bytes
from ichdesk.ui.widgets.file_dialogs import ask_save_path

_KINDS = "Report as web page and PDF (*.html)"
_ENDINGS = {".html", ".pdf"}
_NO_RUN = "There is no finished training to report; train a model first."


def export_report(window: QWidget, session: Session, folder: Path) -> None:
    """Ask for a file and write a report of the last training that ended well.

    Args:
        window: Parent of the dialog.
        session: Whose training is reported.
        folder: Where to begin.
    """
    run = session.finished_run
    if run is None:
        session.report(_NO_RUN, Level.WARNING)
        return
    proposed = folder / f"{_project_name(session)} report.html"
    chosen = ask_save_path(window, "Export report: web page and PDF", str(proposed), _KINDS)
    if chosen is None:
        return
    is_known = chosen.suffix.lower() in _ENDINGS
    page = chosen.with_suffix(".html") if is_known else chosen.with_name(f"{chosen.name}.html")
    if foreign := _not_asked_about(page, chosen):
        session.report(f"{shown_name(foreign.name)} exists already; choose another name.")
        return
    work = partial(_write, report_source(session, run), page)
    session.write_files(f"Writing {page.name}", work)


def report_source(session: Session, run: TrainingRun) -> ReportSource:
    """What is known of a training of the session now."""
    lesson = lesson_of(session.project)
    repeats = {same: session.luck.results(same) for same in (True, False)}
    return ReportSource(
        session.project,
        run,
        _project_name(session),
        datetime.now(UTC).astimezone().date(),
        __version__,
        remark=_later_text(session.run, run),
        kept=session.runs.find(run),
        began_as=lesson.title if lesson else "",
        repeats=repeats if run is session.run else {},
    )


def _write(source: ReportSource, page: Path, progress: Progress) -> str:
    written = write_report(source, page, pdf_bytes, progress)
    return f"Saved {' and '.join(path.name for path in written)}. {NOTE}"


def _project_name(session: Session) -> str:
    return session.path.stem if session.path else "Untitled project"


def _not_asked_about(page: Path, chosen: Path) -> Path | None:
    """A file that would be lost although the dialog asked about another one, or about none."""
    if foreign_file(page) is None:
        return None
    both = (page, page.with_suffix(".pdf"))
    return next((path for path in both if path.exists() and path != chosen), None)


def _later_text(present: TrainingRun | None, run: TrainingRun) -> str:
    """What became of a training after the one that is reported; "" if there was none."""
    if present is None or present is run:
        return ""
    if present.is_active:
        return "Another training was going on; this report is of the one before it."
    verb = "was canceled" if present.phase is RunPhase.CANCELLED else "stopped"
    return f"The last training {verb}; this report is of the one before it."
