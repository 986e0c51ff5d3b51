"""Both files of a report are written, or none, and nothing else is lost."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from ichdesk.core.errors import UserError
from ichdesk.report.document import Report
from ichdesk.report.files import foreign_file, write_report
from ichdesk.report.source import ReportSource

MakeSource = Callable[..., ReportSource]


def printed(report: Report) -> bytes:
    return f"PDF of {report.title}".encode()


def silent(_done: int, _total: int) -> None:
    pass


@pytest.fixture
def source(make_source: MakeSource) -> ReportSource:
    return make_source("A", "B")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_both_files_are_written_and_written_again(source: ReportSource, folder: Path) -> None:
    page = folder / "my.report.html"
    for _ in range(2):
        assert foreign_file(page) is None
        assert write_report(source, page, printed, silent) == (page, folder / "my.report.pdf")
    assert sorted(path.name for path in folder.iterdir()) == ["my.report.html", "my.report.pdf"]
    assert (folder / "my.report.pdf").read_bytes() == b"PDF of Class of 2026"
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_progress_counts_the_pictures(source: ReportSource, folder: Path) -> None:
    told: list[tuple[int, int]] = []
    write_report(source, folder / "r.html", printed, lambda *counts: told.append(counts))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_a_full_disk_leaves_what_was_there(
    source: ReportSource, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "r.html").write_text("old page")
    (folder / "r.pdf").write_text("old print")

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ichdesk.core.atomic.os.fsync", fail)
    with pytest.raises(UserError, match=r"cannot be written \(no space left on device\)"):
        write_report(source, folder / "r.html", printed, silent)
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "r.html": "old page",
        "r.pdf": "old print",
    }


def test_a_print_that_fails_leaves_no_page(source: ReportSource, folder: Path) -> None:
    def fail(_: Report) -> bytes:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_report(source, folder / "r.html", fail, silent)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["r.html", "r.pdf"])
def test_a_folder_or_a_protected_file_in_the_way_is_told(
    source: ReportSource, folder: Path, name: str
) -> None:
    (folder / name).mkdir()
    with pytest.raises(UserError, match="is a folder; choose another name"):
        write_report(source, folder / "r.html", printed, silent)
    (folder / name).rmdir()
    (folder / name).write_text("kept")
    (folder / name).chmod(0o444)
    with pytest.raises(UserError, match="write-protected"):
        write_report(source, folder / "r.html", printed, silent)
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_folder_that_is_missing_is_told(source: ReportSource, folder: Path) -> None:
    with pytest.raises(UserError, match=r"folder for .* does not exist"):
        write_report(source, folder / "no" / "r.html", printed, silent)


def test_only_an_earlier_report_may_be_replaced(folder: Path) -> None:
    page, pdf = folder / "r.html", folder / "r.pdf"
    assert foreign_file(page) is None
    pdf.write_bytes(b"%PDF of somebody")
    assert foreign_file(page) == pdf
    page.write_text("<html>somebody's</html>")
    assert foreign_file(page) == page
