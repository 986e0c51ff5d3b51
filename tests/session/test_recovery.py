"""What was not saved comes back after a crash, whatever it was and however often it crashes."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Queue

import numpy as np
import pytest

from ichdesk.archive import SampleStore
from ichdesk.archive.journal import TABLE_NAME, JournalWriter, Unsaved
from ichdesk.archive.journal_reader import read_left_work
from ichdesk.archive.spool_folder import JOURNAL_NAME
from ichdesk.core.project import Project
from ichdesk.core.run_book import NO_RUNS
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.protocol import messages as msg
from ichdesk.session.autosave import Autosave
from ichdesk.session.recovery import Recovery
from ichdesk.session.session import Session
from tests.fakes.runs import RecordingWorker, answers, epoch, start
from tests.fakes.runs import end as end_run
from tests.ui.conftest import jpeg

WAIT_S = 60.0


class Window:
    """All of the app but its widgets, on the thread of the test."""

    def __init__(self, folder: Path, *, pause_s: float = 0.0) -> None:
        self.posted: Queue[Callable[[], None]] = Queue()
        self.store = SampleStore(folder)
        self.session = Session(RecordingWorker(), self.store, self.posted.put)
        self.autosave = Autosave(self.session, self.store, self.posted.put, pause_s)
        self.recovery = Recovery(self.session, self.store, self.autosave, self.posted.put)
        self.folder = self.store.folder()

    def fill(self, **counts: int) -> None:
        """Add classes, as an import does."""
        for k, (name, count) in enumerate(counts.items()):
            samples = [self.store.add(jpeg(100 * k + i)) for i in range(count)]
            keyed = [replace(s, patient=f"p{i % 3}", series="s") for i, s in enumerate(samples)]
            self.session._edit("Add", self.session.project.add_class(name, keyed))

    def wait(self, until: Callable[[], object]) -> None:
        while not until():
            try:
                self.posted.get(timeout=0.01)()
            except Empty:
                continue

    def wait_kept(self) -> None:
        self.wait(lambda: not self.autosave._is_behind())

    def look(self) -> None:
        self.recovery.look()
        self.posted.get(timeout=WAIT_S)()

    def finish(self) -> None:
        self.session.close()
        self.recovery.close()

    def crash(self) -> None:
        """Let go of everything as the system does for a process that is gone."""
        self.finish()
        with self.autosave._news:
            self.autosave._is_closing = True
            self.autosave._news.notify()
        if self.autosave._thread:
            self.autosave._thread.join()
        self.store.leave()

    def close(self) -> None:
        self.finish()
        self.autosave.close()
        self.store.close()


@pytest.fixture
def open_window(tmp_path: Path) -> Iterator[Callable[..., Window]]:
    opened: list[Window] = []

    def make(**options: float) -> Window:
        opened.append(Window(tmp_path / "samples", **options))
        return opened[-1]

    yield make
    for window in opened:
        window.close()


def content(project: Project) -> list[tuple]:
    """What a project holds, without where its bytes are and the ids of its classes."""
    return [
        (b.name, b.enabled, [(s.sha256, s.patient, s.series, s.is_test) for s in b.samples])
        for b in project.classes
    ]


def test_edits_come_back_with_everything_that_a_file_would_hold(open_window) -> None:
    first = open_window()
    session = first.session
    first.fill(Bleed=5, Normal=4)
    bleed = session.project.classes[-2].id
    session.move_samples(bleed, [0, 3], bleed, is_test=True)
    session.set_class_enabled(session.project.classes[0].id, False)
    session.set_config(replace(session.project.config, epochs=7, seed=3, device="cpu"))
    session.path = Path("/nowhere/Heads.tm")
    session.rename_class(session.project.classes[1].id, "Kleine Köpfe")
    first.wait_kept()
    before = session.project
    first.crash()
    second = open_window()
    second.look()
    (left,) = second.recovery.left
    work = left.work
    assert (work.path, work.classes, work.images) == (Path("/nowhere/Heads.tm"), 4, 9)
    second.recovery.restore(left)
    second.wait(lambda: not second.recovery.left)
    assert content(second.session.project) == content(before)
    assert second.session.project.config == before.config
    assert second.session.path == Path("/nowhere/Heads.tm")
    assert second.session.is_modified
    assert second.session.notices == ()
    for bin_ in second.session.project.classes:
        assert all(second.folder in sample.path.parents for sample in bin_.samples)
        assert [s.read() for s in bin_.samples] == [
            s.read() for b in before.classes if b.name == bin_.name for s in b.samples
        ]


def test_what_was_restored_outlives_a_second_crash_and_goes_when_it_is_saved(
    open_window, tmp_path: Path
) -> None:
    first = open_window()
    first.fill(A=2)
    first.wait_kept()
    first.crash()
    second = open_window()
    second.look()
    second.recovery.restore(second.recovery.left[0])
    second.wait(lambda: not second.recovery.left)
    second.wait_kept()
    assert not first.folder.exists()
    second.crash()
    third = open_window()
    third.look()
    third.recovery.restore(third.recovery.left[0])
    third.wait(lambda: not third.recovery.left)
    assert third.session.project.sample_count == 2
    third.session.save(tmp_path / "a.ichdesk")
    third.wait(lambda: not third.session.is_modified)
    third.wait_kept()
    assert not second.folder.exists()
    assert not (third.folder / JOURNAL_NAME).exists()


def test_a_crash_in_the_middle_of_restoring_loses_nothing(open_window) -> None:
    first = open_window()
    first.fill(A=2)
    first.wait_kept()
    first.crash()
    second = open_window()
    second.look()
    second.recovery.restore(second.recovery.left[0])
    second.session._jobs._pool.shutdown()
    assert second.store._samples  # copied, but it is nobody's project yet
    second.crash()
    third = open_window()
    third.look()
    assert [left.work.images for left in third.recovery.left] == [2]


def test_two_windows_that_crash_are_both_offered_and_a_living_one_is_not(open_window) -> None:
    one, two, living = open_window(), open_window(), open_window()
    for number, window in enumerate((one, two, living), 1):
        window.fill(A=number)
        window.wait_kept()
    one.crash()
    two.crash()
    asking = open_window()
    asking.look()
    assert sorted(left.work.images for left in asking.recovery.left) == [1, 2]
    late = open_window()
    late.recovery.look()
    late.recovery._pool.shutdown(wait=True)
    assert late.recovery.left == ()
    assert late.posted.empty()  # another window asks already


def test_not_now_asks_again_and_throw_away_does_not(open_window) -> None:
    first = open_window()
    first.fill(A=1)
    first.wait_kept()
    first.crash()
    second = open_window()
    second.look()
    second.recovery.leave(second.recovery.left[0])
    assert second.recovery.left == ()
    second.look()
    second.recovery.throw_away(second.recovery.left[0])
    second.recovery._pool.shutdown(wait=True)
    assert not first.folder.exists()


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


def test_trainings_come_back_with_their_model_and_are_still_up_to_date(open_window) -> None:
    first = open_window()
    first.fill(A=30, B=30)
    session = first.session
    for bin_ in session.project.classes[:2]:
        session.delete_class(bin_.id)
    request_id = start(session)
    epoch(session, 0)
    told = {"test_probabilities": answers(session.run.confusion)}
    model = np.frombuffer(b"a model", np.uint8)
    session.handle(msg.RunEnded(request_id, msg.Outcome.DONE, None, model=model, **told))
    session.rename_run(1, "First")
    first.wait_kept()
    first.crash()
    second = open_window()
    second.look()
    assert second.recovery.left[0].work.runs == 1
    second.recovery.restore(second.recovery.left[0])
    second.wait(lambda: not second.recovery.left)
    restored = second.session
    assert restored.run.model == b"a model"
    assert restored.runs[1].name == "First"
    np.testing.assert_array_equal(restored.run.confusion, session.run.confusion)
    np.testing.assert_array_equal(restored.run.test_probabilities, session.run.test_probabilities)
    assert not restored.is_stale
    assert restored.run_classes == ((0, "A"), (1, "B"))
    assert restored.notices == ()


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


def test_a_double_click_restores_once(open_window) -> None:
    first = open_window()
    first.fill(A=1)
    first.wait_kept()
    first.crash()
    second = open_window()
    second.look()
    for _ in range(2):
        second.recovery.restore(second.recovery.left[0])
    second.wait(lambda: not second.recovery.left)
    second.session._jobs._pool.shutdown()
    second.wait(second.posted.empty)
    assert second.session.notices == ()
    assert second.session.project.sample_count == 1


def test_a_change_while_restoring_is_not_thrown_away(open_window) -> None:
    first = open_window()
    first.fill(A=1)
    first.wait_kept()
    first.crash()
    second = open_window()
    second.look()
    second.recovery.restore(second.recovery.left[0])
    second.session.add_class()
    second.wait(lambda: second.session.notices)
    assert "was not restored" in second.session.notices[0].text
    assert len(second.recovery.left) == 1
