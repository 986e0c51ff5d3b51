"""What is kept of unsaved work, when it goes, and what is whole of it where it was damaged."""

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ichdesk.archive.journal import TABLE_NAME, JournalWriter, Unsaved
from ichdesk.archive.journal_reader import read_left_work
from ichdesk.archive.spool_folder import JOURNAL_NAME
from ichdesk.core.project import Project
from ichdesk.core.run_book import NO_RUNS
from ichdesk.core.samples import ClassBin, Sample
from tests.fakes.runs import end as end_run
from tests.fakes.runs import epoch, start


def test_undo_to_the_saved_project_leaves_nothing_to_restore(open_window) -> None:
    window = open_window()
    window.session.add_class()
    window.wait_kept()
    assert (window.folder / JOURNAL_NAME).exists()
    window.session.undo()
    window.wait_kept()
    assert not (window.folder / JOURNAL_NAME).exists()


def test_a_closed_window_leaves_nothing_and_an_interrupted_one_everything(open_window) -> None:
    closed, interrupted = open_window(), open_window(pause_s=600.0)
    closed.fill(A=1)
    closed.close()
    assert not closed.folder.exists()
    interrupted.fill(A=1)
    interrupted.session.add_class()  # within the pause
    interrupted.finish()
    assert interrupted.autosave.close(keep=True)
    interrupted.store.leave()
    work = read_left_work(interrupted.folder)
    assert work is not None
    assert work.classes == 4


def test_a_training_alone_is_worth_keeping(open_window, tmp_path: Path) -> None:
    window = open_window()
    window.fill(A=30, B=30)
    window.session.save(tmp_path / "x.ichdesk")
    window.wait(lambda: not window.session.is_modified)
    for bin_ in window.session.project.classes[:2]:
        window.session.set_class_enabled(bin_.id, False)
    window.session.set_config(replace(window.session.project.config, epochs=50))
    window.session.save(tmp_path / "x.ichdesk")
    window.wait(lambda: not window.session.is_modified)
    assert not window.session.has_unsaved_work
    start(window.session)
    epoch(window.session, 0)
    end_run(window.session)
    assert not window.session.is_modified
    window.wait_kept()
    assert read_left_work(window.folder).runs == 1


def test_an_edit_writes_no_sample_again(open_window) -> None:
    window = open_window()
    window.fill(A=9)
    window.wait_kept()
    table, spool = window.folder / TABLE_NAME, window.folder / "samples.bin"
    before = table.read_bytes(), spool.stat().st_size
    window.session.rename_class(window.session.project.classes[-1].id, "Z")
    window.session.remove_samples(window.session.project.classes[-1].id, [1, 2])
    window.wait_kept()
    assert (table.read_bytes(), spool.stat().st_size) == before
    assert len(before[0].splitlines()) == 9


def test_a_table_that_a_full_disk_tore_is_mended(tmp_path: Path) -> None:
    writer, when = JournalWriter(tmp_path), datetime.now(UTC)
    samples = [Sample(tmp_path / "s", i, 1, f"{i:064x}") for i in range(3)]
    project = Project((ClassBin("A", tuple(samples[:2])),))
    writer.write(Unsaved(project, NO_RUNS, None), when)
    with (tmp_path / TABLE_NAME).open("ab") as table:
        table.write(b'["torn')
    writer.write(
        Unsaved(project.add_samples(project.classes[0].id, samples[2:]), NO_RUNS, None), when
    )
    rows = [json.loads(line) for line in (tmp_path / TABLE_NAME).read_bytes().splitlines()]
    assert [row[0] for row in rows] == [sample.sha256 for sample in samples]


def test_a_full_disk_is_told_once_and_stops_nothing(open_window, tmp_path: Path) -> None:
    window = open_window()
    shutil.rmtree(window.folder)
    window.folder.write_bytes(b"")
    window.session.add_class()
    window.wait(lambda: window.session.notices)
    assert "save the project now and then" in window.session.notices[0].text
    window.session.save(tmp_path / "x.ichdesk")
    window.wait(lambda: not window.session.is_modified)
    assert [n.text for n in window.session.notices if "crash" in n.text] == [
        window.session.notices[0].text
    ]
    window.folder.unlink()


@pytest.mark.parametrize("damage", ["cut", "flip", "lines", "no table", "no spool"])
def test_a_damaged_folder_gives_back_what_is_whole(open_window, damage: str) -> None:
    first = open_window()
    first.fill(A=6)
    first.wait_kept()
    first.crash()
    spool, table = first.folder / "samples.bin", first.folder / TABLE_NAME
    data = spool.read_bytes()
    if damage == "cut":
        spool.write_bytes(data[: len(data) * 2 // 3])
    elif damage == "flip":
        spool.write_bytes(data[:400] + bytes([data[400] ^ 1]) + data[401:])
    elif damage == "lines":
        table.write_bytes(b"rubbish\n" + b"\n".join(table.read_bytes().splitlines()[1:]))
    else:
        (table if damage == "no table" else spool).unlink()
    second = open_window()
    second.look()
    (left,) = second.recovery.left
    second.recovery.restore(left)
    second.wait(lambda: second.session.notices or not second.recovery.left)
    whole = {"cut": 4, "flip": 5, "lines": 5, "no table": 0}.get(damage)
    if whole is None:
        assert "left where they are" in second.session.notices[0].text
        assert second.recovery.left == (left,)
        return
    assert second.session.project.sample_count == whole
    assert damage == "no table" or "could not be brought back" in str(second.session.notices)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"format":"ichdesk-journal","version":99}'])
def test_a_journal_that_cannot_be_used_is_not_offered_and_goes_with_time(
    open_window, text: str
) -> None:
    first = open_window()
    first.fill(A=1)
    first.wait_kept()
    first.crash()
    journal = first.folder / JOURNAL_NAME
    journal.write_text(text)
    second = open_window()
    second.recovery._look()
    assert second.posted.empty()
    assert journal.exists()
    os.utime(journal, (0, 0))
    second.recovery._look()
    assert not first.folder.exists()


def test_the_next_start_sweeps_folders_without_work_only(open_window) -> None:
    saved, unsaved = open_window(), open_window()
    for window in (saved, unsaved):
        window.fill(A=1)
        window.wait_kept()
    for _ in range(3):
        saved.session.undo()
    saved.wait_kept()
    for window in (saved, unsaved):
        window.crash()
        os.utime(window.folder, (0, 0))
    open_window()
    assert not saved.folder.exists()
    assert unsaved.folder.exists()
