"""Exporting a report from the window: a file is asked for, both are written, or a sentence."""

import errno
from dataclasses import replace

import pytest

from ichdesk.core.run import RunPhase
from ichdesk.protocol import messages as msg
from ichdesk.session.state import Level
from ichdesk.ui import report_commands
from ichdesk.ui.report_commands import report_source
from tests.fakes import runs

_PATIENCE_MS = 30_000  # fonts are read at the first print


@pytest.fixture
def asked(monkeypatch):
    """What the dialog was asked with; it answers from the end of a list."""
    calls, answers = [], []

    def ask(_parent, title, name, kinds):
        calls.append((title, name, kinds))
        return answers.pop() if answers else None

    monkeypatch.setattr(report_commands, "ask_save_path", ask)
    return calls, answers


@pytest.fixture
def trained(live_session, fill):
    fill(Hemorrhage=30, Normal=30)
    live_session.handle(msg.WorkerReady(1, ("cpu",), ("CPU",), ("ct-phantom",)))
    runs.train(live_session)
    return live_session


def export(qtbot, window, session):
    """Choose the command and wait for what is told."""
    before = session.notices
    window.menus.export_report.trigger()
    qtbot.waitUntil(
        lambda: session.notices != before and not session.is_writing, timeout=_PATIENCE_MS
    )
    return session.notices[-1]


def test_there_is_nothing_to_report_before_a_training(window, live_session, asked):
    assert not window.menus.export_report.isEnabled()
    window.export_report()
    assert asked[0] == []
    assert live_session.notices[-1].text.startswith("There is no finished training")


def test_both_files_are_written_and_told(qtbot, window, trained, asked, tmp_path):
    qtbot.waitUntil(window.menus.export_report.isEnabled)
    asked[1].append(tmp_path / "mine.html")
    notice = export(qtbot, window, trained)
    assert notice.level is Level.INFO
    assert notice.text == "Saved mine.html and mine.pdf. For teaching, not for diagnosis."
    page = (tmp_path / "mine.html").read_text("utf-8")
    assert page.count("<img") >= 2 + 4
    assert "Test accuracy: 6 of 10 test images right" in page
    assert ">Run 1, 20" in page
    assert (tmp_path / "mine.pdf").read_bytes().startswith(b"%PDF")
    assert asked[0][0][1].endswith("Untitled project report.html")


@pytest.mark.parametrize(
    ("chosen", "written"),
    [
        ("notes.pdf", {"notes.html", "notes.pdf"}),
        ("class 2.5", {"class 2.5.html", "class 2.5.pdf"}),
    ],
)
def test_the_name_may_end_as_one_likes(qtbot, window, trained, asked, tmp_path, chosen, written):
    folder = tmp_path / "out"
    folder.mkdir()
    qtbot.waitUntil(window.menus.export_report.isEnabled)
    asked[1].append(folder / chosen)
    export(qtbot, window, trained)
    assert {path.name for path in folder.iterdir()} == written


@pytest.mark.parametrize(
    ("there", "chosen", "kept"),
    [
        (["paper.pdf"], "paper.html", "paper.pdf"),
        (["paper.pdf", "paper.html"], "paper.html", "paper.pdf"),
        (["paper.html"], "paper.pdf", "paper.html"),
    ],
)
def test_a_file_that_the_dialog_did_not_ask_about_is_kept(
    qtbot, window, trained, asked, tmp_path, there, chosen, kept
):
    qtbot.waitUntil(window.menus.export_report.isEnabled)
    for name in there:
        (tmp_path / name).write_bytes(b"work of a week")
    asked[1].append(tmp_path / chosen)
    notice = export(qtbot, window, trained)
    assert notice.text == f"“{kept}” exists already; choose another name."
    assert all((tmp_path / name).read_bytes() == b"work of a week" for name in there)


def test_what_the_dialog_asked_about_is_replaced(qtbot, window, trained, asked, tmp_path):
    qtbot.waitUntil(window.menus.export_report.isEnabled)
    (tmp_path / "paper.html").write_text("an old page")
    for _ in range(2):  # the second time, both files are an earlier report
        asked[1].append(tmp_path / "paper.html")
        assert export(qtbot, window, trained).level is Level.INFO
    assert (tmp_path / "paper.pdf").exists()


def test_a_full_disk_is_one_sentence(qtbot, window, trained, asked, tmp_path, monkeypatch):
    def fail(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = tmp_path / "out"
    folder.mkdir()
    qtbot.waitUntil(window.menus.export_report.isEnabled)
    asked[1].append(folder / "mine.html")
    monkeypatch.setattr("ichdesk.core.atomic.os.fsync", fail)
    notice = export(qtbot, window, trained)
    assert notice.level is Level.ERROR
    assert notice.text == (
        "The report cannot be written (no space left on device); choose another folder."
    )
    assert list(folder.iterdir()) == []


def test_under_the_hood_offers_the_report(qtbot, window, trained, asked):
    window.show_under_the_hood(True)
    panel = window._under_the_hood
    qtbot.waitUntil(panel.report_button.isEnabled)
    panel.report_button.click()
    assert len(asked[0]) == 1


def test_a_later_training_that_did_not_end_well_is_told(live_session, trained):
    first = live_session.run
    runs.start(live_session)
    assert live_session.finished_run is first
    assert "was going on" in report_source(live_session, first).remark
    runs.end(live_session, msg.Outcome.CANCELLED)
    assert "was canceled" in report_source(live_session, first).remark
    live_session.run = replace(live_session.run, phase=RunPhase.FAILED)
    assert "stopped" in report_source(live_session, first).remark
    assert report_source(live_session, first).repeats == {}
